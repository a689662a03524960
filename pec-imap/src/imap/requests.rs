//! Requests for bytes, several on their way at a time.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use imap_proto::{AttributeValue, Response};

use super::connection::{Connection, Part, Tag, settle};
use super::response::{self, Kind};
use crate::error::{Error, Result};

/// Requests on their way, in the order in which they were sent; each asks for some keys, no key is asked for twice.
///
/// A server may work on several at the same time (RFC 3501 §5.5), and Dovecot does: what comes belongs to whoever asked for it,
/// whichever request ends next. What nobody asked for is not kept, so that memory is bounded by what was.
#[derive(Debug)]
pub(super) struct Requests<K> {
    sent: VecDeque<Sent<K>>,
    awaited: HashMap<K, Option<Vec<u8>>>,
}

#[derive(Debug)]
struct Sent<K> {
    tag: Tag,
    keys: Vec<K>,
    ended: bool,
}

impl<K: Copy + Eq + Hash> Requests<K> {
    pub(super) fn new() -> Self {
        Self { sent: VecDeque::new(), awaited: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.sent.len()
    }

    /// Sends a command that asks for these keys.
    pub(super) async fn ask(&mut self, connection: &mut Connection, command: &str, keys: Vec<K>) -> Result<()> {
        let tag = connection.send(command.as_bytes()).await?;
        self.awaited.extend(keys.iter().map(|key| (*key, None)));
        self.sent.push_back(Sent { tag, keys, ended: false });
        Ok(())
    }

    /// Waits for the end of the first request; gives its keys and what came of each, in their order. `None` where nothing is
    /// on its way. `find` says which key a message's attributes belong to, and gives its bytes.
    pub(super) async fn answer(
        &mut self,
        connection: &mut Connection,
        mut find: impl FnMut(Vec<AttributeValue<'_>>) -> Result<Option<(K, Vec<u8>)>>,
    ) -> Result<Option<Vec<(K, Option<Vec<u8>>)>>> {
        let Self { sent, awaited } = self;
        while let Some(first) = sent.front_mut().filter(|first| !first.ended) {
            let response = connection.read().await?;
            let settled = settle(&response, &first.tag, "FETCH", &mut |part| {
                if let Part::Data(Response::Fetch(_, attributes)) = part
                    && let Some((key, bytes)) = find(attributes)?
                    && let Some(place) = awaited.get_mut(&key)
                {
                    place.get_or_insert(bytes);
                }
                Ok(())
            });
            match settled {
                Ok(None) => {}
                // A server that refuses a request may give what it asked for otherwise.
                Ok(Some(_)) | Err(Error::Refused { .. }) => first.ended = true,
                Err(error) => {
                    let later = sent.iter_mut().skip(1).find(|later| later.is_ended_by(&response));
                    later.ok_or(error)?.ended = true;
                }
            }
        }
        let first = sent.pop_front();
        Ok(first.map(|first| first.keys.into_iter().map(|key| (key, awaited.remove(&key).flatten())).collect()))
    }
}

impl<K> Sent<K> {
    fn is_ended_by(&self, response: &[u8]) -> bool {
        matches!(response::kind(response), Kind::Done(tag, _) if self.tag.is(tag))
    }
}
