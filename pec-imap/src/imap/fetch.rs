//! Reading messages: what there is, many at a time with the next request on its way, and long ones piece by piece.

use std::ops::RangeInclusive;

use imap_proto::{AttributeValue, Response};

use super::connection::Part;
use super::requests::Requests;
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
        Batches { session: self, batches: batches.into_iter(), requests: Requests::new() }
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
        let (mut asked, mut requests, mut length, mut ended) = (0, Requests::new(), Some(0), false);
        loop {
            while !ended && requests.len() < IN_FLIGHT && (asked <= u64::from(hint) || requests.len() == 0) {
                let command = format!("UID FETCH {wanted} (UID BODY.PEEK[]<{asked}.{SLICE}>)");
                requests.ask(&mut self.connection, &command, vec![asked]).await?;
                asked += u64::from(SLICE);
            }
            let answer = requests.answer(&mut self.connection, |attributes| piece(attributes, wanted)).await?;
            let Some(answer) = answer else { return Ok(length) };
            for (at, piece) in answer {
                match (piece, &mut length) {
                    // Asked for ahead, behind the end.
                    _ if ended => {}
                    (Some(piece), Some(length)) => {
                        take(&piece)?;
                        *length += piece.len() as u64;
                        ended = piece.len() < SLICE as usize;
                    }
                    (None, _) if at > 0 => {
                        return Err(Error::Protocol(format!("message {wanted} ends in the middle of a piece")));
                    }
                    _ => (length, ended) = (None, true),
                }
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
    requests: Requests<u32>,
}

impl Batches<'_> {
    /// What came of the next batch; what is missing in it, the server did not give. `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<(u32, Option<Vec<u8>>)>>> {
        let connection = &mut self.session.connection;
        while self.requests.len() < IN_FLIGHT {
            let Some(batch) = self.batches.next() else { break };
            let command = format!("UID FETCH {} (UID BODY.PEEK[])", set(&batch));
            self.requests.ask(connection, &command, batch).await?;
        }
        self.requests.answer(connection, |attributes| Ok(uid(&attributes).zip(body(attributes)))).await
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

/// A piece of this message and the place from which it is, in an attribute list. Some servers leave the place out where it is 0.
fn piece(attributes: Vec<AttributeValue<'_>>, wanted: u32) -> Result<Option<(u64, Vec<u8>)>> {
    if uid(&attributes) != Some(wanted) {
        return Ok(None);
    }
    let found = attributes.into_iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { section: None, index, data } => Some((u64::from(index.unwrap_or(0)), data?)),
        _ => None,
    });
    match found {
        Some((_, data)) if data.len() > SLICE as usize => {
            Err(Error::Protocol(format!("{} bytes where {SLICE} were asked for", data.len())))
        }
        found => Ok(found.map(|(at, data)| (at, data.into_owned()))),
    }
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
