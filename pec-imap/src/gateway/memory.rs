//! Memory for messages that are coming in, which all connections share.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::desk::Desk;

/// Bytes of memory that are given to messages at a time.
pub(super) const PIECE: usize = 64 << 10;

/// What a message that is coming in may take of the memory.
pub(super) struct Share {
    memory: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
    bytes: usize,
}

impl Share {
    pub(super) fn of(desk: &Desk) -> Self {
        Self { memory: Arc::clone(&desk.memory), held: None, bytes: 0 }
    }

    /// Of a memory of which nobody else takes anything.
    #[cfg(test)]
    pub(super) fn room() -> Self {
        Self { memory: Arc::new(Semaphore::new(1 << 16)), held: None, bytes: 0 }
    }

    /// Whether there is room for so many bytes in all.
    pub(super) fn reach(&mut self, bytes: usize) -> bool {
        while self.bytes < bytes {
            let Ok(more) = Arc::clone(&self.memory).try_acquire_owned() else { return false };
            match &mut self.held {
                Some(held) => held.merge(more),
                None => self.held = Some(more),
            }
            self.bytes += PIECE;
        }
        true
    }
}
