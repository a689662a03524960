//! Reading messages: what there is, many at a time with the next request on its way, and long ones piece by piece.

use std::collections::{HashMap, VecDeque};
use std::ops::RangeInclusive;

use imap_proto::{AttributeValue, Response};

use super::connection::{Part, Tag, settle};
use super::response;
use super::session::{Session, uid};
use crate::error::{Error, Result};

/// A message as a folder lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) uid: u32,
    /// What the server says of its size: a hint, which some servers get wrong.
    pub(crate) size: u32,
}

/// What a batch gives of each message.
pub(crate) type Wanted = HashMap<u32, Vec<u8>>;

/// How much of a long message is asked for at a time.
pub(crate) const SLICE: u32 = 1 << 20;

/// Requests on their way at a time: while one is answered, the next has arrived.
const IN_FLIGHT: usize = 2;

impl Session {
    /// The messages of the open folder from this number on, in the order of their numbers.
    pub(crate) async fn list_from(&mut self, first: u32) -> Result<Vec<Listed>> {
        let mut listed = self.list(&format!("{first}:*"), "UID RFC822.SIZE").await?;
        // `n:*` gives the last message also where its number is smaller.
        listed.retain(|listed| listed.uid >= first);
        Ok(listed)
    }

    /// Which messages are there, of those up to this number, in the order of their numbers.
    pub(crate) async fn uids_to(&mut self, last: u32) -> Result<Vec<u32>> {
        Ok(self.list(&format!("1:{last}"), "UID").await?.into_iter().map(|listed| listed.uid).collect())
    }

    /// What the server says of the size of a message of the open folder; `None` where nothing is at this number.
    pub(crate) async fn size_of(&mut self, wanted: u32) -> Result<Option<u32>> {
        let listed = self.list(&wanted.to_string(), "UID RFC822.SIZE").await?;
        Ok(listed.into_iter().find(|listed| listed.uid == wanted).map(|listed| listed.size))
    }

    /// Whether a message is at this number of the open folder.
    pub(crate) async fn has(&mut self, wanted: u32) -> Result<bool> {
        Ok(self.list(&wanted.to_string(), "UID").await?.iter().any(|listed| listed.uid == wanted))
    }

    async fn list(&mut self, set: &str, attributes: &str) -> Result<Vec<Listed>> {
        let mut listed = Vec::new();
        let mut note = |uid, size| listed.extend((uid > 0).then_some(Listed { uid, size }));
        self.connection
            .run(&format!("UID FETCH {set} ({attributes})"), |part| {
                match part {
                    Part::Data(Response::Fetch(_, attributes)) => {
                        let size = attributes.iter().find_map(|attribute| match attribute {
                            AttributeValue::Rfc822Size(size) => Some(*size),
                            _ => None,
                        });
                        match uid(&attributes) {
                            Some(uid) => note(uid, size.unwrap_or(0)),
                            // Whatever changes about a message may be said at any time, without its number.
                            None if attributes.iter().all(is_news) => {}
                            None => return Err(Error::Protocol("a message is listed without a number".into())),
                        }
                    }
                    // A message that is passed over here would never be asked for.
                    Part::Unread(response) if response::is_fetch(response) => match response::uid_in(response) {
                        Some(uid) => note(uid, 0),
                        None => return Err(Error::Protocol("a line of the list of messages cannot be read".into())),
                    },
                    _ => {}
                }
                Ok(())
            })
            .await?;
        listed.sort_unstable_by_key(|listed| listed.uid);
        listed.dedup_by_key(|listed| listed.uid);
        Ok(listed)
    }

    /// Reads batches of messages of the open folder one after the other, the next asked for before the last is here.
    pub(crate) fn fetch(&mut self, batches: Vec<Vec<u32>>) -> Batches<'_> {
        Batches { session: self, batches: batches.into_iter(), sent: VecDeque::new() }
    }

    /// Reads one message of the open folder in pieces, the next asked for before the last is here, and gives them to `take` in
    /// their order. Gives its length; `None` where the server does not give it.
    ///
    /// The size that the server states only says how many pieces are asked for ahead.
    pub(crate) async fn fetch_long(
        &mut self,
        wanted: u32,
        hint: u32,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<Option<u64>> {
        let (mut asked, mut sent, mut length, mut ended) = (0_u64, VecDeque::new(), 0_u64, false);
        loop {
            while !ended && sent.len() < IN_FLIGHT && (asked <= u64::from(hint) || sent.is_empty()) {
                let command = format!("UID FETCH {wanted} (UID BODY.PEEK[]<{asked}.{SLICE}>)");
                sent.push_back((self.connection.send(command.as_bytes()).await?, asked));
                asked += u64::from(SLICE);
            }
            let Some((tag, at)) = sent.pop_front() else { return Ok(Some(length)) };
            let piece = self.slice(&tag, wanted, at, &mut take, ended).await?;
            match piece {
                // Asked for ahead, behind the end.
                _ if ended => {}
                None if at == 0 => ended = true,
                None => return Err(Error::Protocol(format!("message {wanted} ends in the middle of a piece"))),
                Some(read) => {
                    length += read;
                    ended = read < u64::from(SLICE);
                }
            }
            if ended && at == 0 && piece.is_none() {
                // What was asked for ahead is still on its way.
                while let Some((tag, at)) = sent.pop_front() {
                    self.slice(&tag, wanted, at, &mut take, true).await?;
                }
                return Ok(None);
            }
        }
    }

    /// The piece of a message from `at` on; `None` where the server does not give it.
    async fn slice(
        &mut self,
        tag: &Tag,
        wanted: u32,
        at: u64,
        take: &mut impl FnMut(&[u8]) -> Result<()>,
        ended: bool,
    ) -> Result<Option<u64>> {
        let mut piece = None;
        loop {
            let response = self.connection.read().await?;
            let settled = settle(&response, tag, "FETCH", &mut |part| {
                if let Part::Data(Response::Fetch(_, attributes)) = part
                    && uid(&attributes) == Some(wanted)
                    && let Some(found) = piece_at(&attributes, at)
                    && piece.is_none()
                {
                    if found.len() > SLICE as usize {
                        let text = format!("{} bytes where {SLICE} were asked for", found.len());
                        return Err(Error::Protocol(text));
                    }
                    piece = Some(found.len() as u64);
                    if !ended {
                        take(found)?;
                    }
                }
                Ok(())
            });
            match settled {
                Ok(None) => {}
                Ok(Some(_)) | Err(Error::Refused { .. }) => return Ok(piece),
                Err(error) => return Err(error),
            }
        }
    }
}

/// Batches of messages that are being read. Nothing more is read until the next one is asked for, so that memory stays
/// bounded; whoever stops before the end does not use the session again.
#[derive(Debug)]
pub(crate) struct Batches<'s> {
    session: &'s mut Session,
    batches: std::vec::IntoIter<Vec<u32>>,
    sent: VecDeque<(Tag, Vec<u32>)>,
}

impl Batches<'_> {
    /// What came of the next batch; what is missing in it, the server did not give. `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<(Vec<u32>, Wanted)>> {
        let connection = &mut self.session.connection;
        while self.sent.len() < IN_FLIGHT {
            let Some(batch) = self.batches.next() else { break };
            let command = format!("UID FETCH {} (UID BODY.PEEK[])", set(&batch));
            self.sent.push_back((connection.send(command.as_bytes()).await?, batch));
        }
        let Some((tag, batch)) = self.sent.pop_front() else { return Ok(None) };
        let mut found = Wanted::with_capacity(batch.len());
        loop {
            let response = connection.read().await?;
            match settle(&response, &tag, "FETCH", &mut |part| {
                if let Part::Data(Response::Fetch(_, attributes)) = part
                    && let (Some(uid), Some(body)) = (uid(&attributes), body(attributes))
                {
                    found.insert(uid, body);
                }
                Ok(())
            }) {
                Ok(None) => {}
                // A server that refuses a batch may give its messages one by one.
                Ok(Some(_)) | Err(Error::Refused { .. }) => return Ok(Some((batch, found))),
                Err(error) => return Err(error),
            }
        }
    }
}

fn is_news(attribute: &AttributeValue<'_>) -> bool {
    matches!(attribute, AttributeValue::Flags(_) | AttributeValue::ModSeq(_))
}

/// The whole message in an attribute list.
fn body(attributes: Vec<AttributeValue<'_>>) -> Option<Vec<u8>> {
    attributes.into_iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { section: None, index: None, data } => data.map(std::borrow::Cow::into_owned),
        _ => None,
    })
}

/// The piece of a message from this place on, in an attribute list. Some servers leave the place out where it is 0.
fn piece_at<'a>(attributes: &'a [AttributeValue<'_>], at: u64) -> Option<&'a [u8]> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { section: None, index, data } if u64::from(index.unwrap_or(0)) == at => {
            data.as_deref()
        }
        _ => None,
    })
}

/// A set of numbers, runs of them as ranges.
fn set(uids: &[u32]) -> String {
    let mut runs: Vec<RangeInclusive<u32>> = Vec::new();
    for uid in uids {
        match runs.last_mut() {
            Some(run) if run.end().checked_add(1) == Some(*uid) => *run = *run.start()..=*uid,
            _ => runs.push(*uid..=*uid),
        }
    }
    let texts: Vec<String> =
        runs.iter()
            .map(|run| {
                if run.start() == run.end() {
                    run.start().to_string()
                } else {
                    format!("{}:{}", run.start(), run.end())
                }
            })
            .collect();
    texts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_numbers_are_written_as_ranges() {
        assert_eq!(set(&[1, 2, 3, 5, 7, 8]), "1:3,5,7:8");
        assert_eq!(set(&[u32::MAX - 1, u32::MAX]), "4294967294:4294967295");
    }
}
