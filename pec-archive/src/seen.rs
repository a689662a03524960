//! Digests of what the messages of a batch have in common, each worked out once.
//!
//! Every complete delivery receipt brings its message word for word (RFC 6109 §3.3.2.1): ten receipts bring the same attachments
//! ten times. That two bodies are the same is told by comparing them, at a tenth of what a digest costs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::id::Id;

/// Shorter ones are digested faster than looked for.
const SHORTEST: usize = 1024;

/// So many bodies are compared with one that looks like them; a sender could make any number that do.
const ALIKE: usize = 4;

/// What is known of the bodies of a batch, while their bytes are held.
#[derive(Default)]
pub(crate) struct Seen<'b> {
    /// Digests of bodies as they travel.
    pub(crate) bodies: Once<'b, Id>,
    /// Digests and sizes of what bodies come to that travel in base64.
    pub(crate) contents: Once<'b, (Id, usize)>,
}

/// What was worked out of bytes, by the bytes.
pub(crate) struct Once<'b, T>(Mutex<HashMap<Sample, Vec<Found<'b, T>>>>);

/// What bytes have to have in common before they are compared: their number, and some of them.
type Sample = (usize, [u8; 16]);

/// Bytes, and what was worked out of them by now.
type Found<'b, T> = (&'b [u8], Arc<OnceLock<T>>);

impl<T> Default for Once<'_, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<'b, T: Copy> Once<'b, T> {
    /// What `work` gives for these bytes; what it gave for the same bytes before.
    pub(crate) fn of(&self, bytes: &'b [u8], work: impl FnOnce(&'b [u8]) -> T) -> T {
        match self.found(bytes) {
            Some(found) => *found.get_or_init(|| work(bytes)),
            None => work(bytes),
        }
    }

    fn found(&self, bytes: &'b [u8]) -> Option<Arc<OnceLock<T>>> {
        let sample = sample(bytes)?;
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut compared = 0;
        while compared < ALIKE {
            // Bodies are long: nobody waits while others are compared.
            let alike: Vec<_> = known().get(&sample).into_iter().flatten().skip(compared).cloned().collect();
            for (others, found) in alike {
                if others == bytes {
                    return Some(found);
                }
                compared += 1;
            }
            let mut known = known();
            let alike = known.entry(sample).or_default();
            if alike.len() == compared && compared < ALIKE {
                let found = Arc::default();
                alike.push((bytes, Arc::clone(&found)));
                return Some(found);
            }
        }
        None
    }
}

/// The bytes in the middle: bodies begin alike.
fn sample(bytes: &[u8]) -> Option<Sample> {
    if bytes.len() < SHORTEST {
        return None;
    }
    let middle = bytes.len() / 2;
    Some((bytes.len(), bytes.get(middle..)?.first_chunk().copied()?))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn the_same_bytes_are_worked_on_once_and_others_never_pass_for_them() {
        let (worked, once) = (Cell::new(0), Once::default());
        let ask = |bytes: &'static [u8]| {
            let id = once.of(bytes, |bytes| {
                worked.set(worked.get() + 1);
                Id::of(bytes)
            });
            assert_eq!(id, Id::of(bytes));
            worked.take()
        };
        let made = |n: u8| -> &'static [u8] {
            // They differ at their ends alone.
            let mut bytes = vec![b'A'; SHORTEST];
            bytes[SHORTEST - 1] = n;
            bytes.leak()
        };
        for n in 0..4 {
            assert_eq!((ask(made(n)), ask(made(n))), (1, 0), "{n}");
        }
        // No more are compared.
        assert_eq!((ask(made(4)), ask(made(4))), (1, 1));
        assert_eq!(ask(made(3)), 0);
        // One byte more, one less.
        assert_eq!(ask(vec![b'A'; SHORTEST + 1].leak()), 1);
        assert_eq!((ask(&made(0)[1..]), ask(&made(0)[1..])), (1, 1));
    }
}
