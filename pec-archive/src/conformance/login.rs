//! Challenges for logging in.

use super::memory::Session;
use super::sample::{change, read};
use crate::error::Result;
use crate::store::{Backend, ChallengeRow, LoginIndex, LoginWriter};

/// A challenge is used by one, whoever asks later; it stays, used or not, until it expires, and is gone then.
pub fn a_challenge_is_used_once_and_forgotten_when_it_expires<B: Backend>(backend: &B) {
    let row = |number: u8, mailbox: &str, expires_at| ChallengeRow {
        nonce: [number; 32],
        mailbox: mailbox.into(),
        text: format!("perché {number}"),
        expires_at,
        is_used: false,
    };
    let (one, two, other) = (row(1, "a@x.example", 100), row(2, "a@x.example", 200), row(3, "b@x.example", 200));
    change(backend, |change| [&one, &two, &other].into_iter().try_for_each(|row| change.put_challenge(row)));
    assert_eq!(read(backend, |view| view.challenge(&[2; 32])), Some(two));
    assert_eq!(read(backend, |view| view.challenge(&[4; 32])), None);
    assert_eq!(read(backend, |view| view.challenges("a@x.example")), 2);
    let used = |number: u8| change(backend, |change| change.use_challenge(&[number; 32]));
    assert_eq!([used(1), used(1), used(4), used(3), used(3)], [true, false, false, true, false]);
    assert_eq!(read(backend, |view| view.challenge(&[1; 32])), Some(ChallengeRow { is_used: true, ..one }));
    assert_eq!(read(backend, |view| view.challenges("a@x.example")), 2, "what was used is told from what is unknown");
    assert_eq!(change(backend, |change| change.forget_challenges(99)), 0);
    assert_eq!(change(backend, |change| change.forget_challenges(100)), 1);
    assert_eq!(read(backend, |view| view.challenge(&[1; 32])), None);
    assert_eq!(read(backend, |view| view.challenges("a@x.example")), 1);
}

impl LoginIndex for Session<'_> {
    fn challenge(&self, nonce: &[u8; 32]) -> Result<Option<ChallengeRow>> {
        Ok(self.rows().challenges.get(nonce).cloned())
    }

    fn challenges(&self, mailbox: &str) -> Result<u64> {
        Ok(self.rows().challenges.values().filter(|row| row.mailbox == mailbox).count() as u64)
    }
}

impl LoginWriter for Session<'_> {
    fn put_challenge(&self, row: &ChallengeRow) -> Result<()> {
        self.write(|rows| rows.challenges.insert(row.nonce, row.clone()));
        Ok(())
    }

    fn use_challenge(&self, nonce: &[u8; 32]) -> Result<bool> {
        Ok(self.write(|rows| {
            let row = rows.challenges.get_mut(nonce).filter(|row| !row.is_used);
            row.map(|row| row.is_used = true).is_some()
        }))
    }

    fn forget_challenges(&self, up_to: i64) -> Result<u64> {
        Ok(self.write(|rows| {
            let before = rows.challenges.len();
            rows.challenges.retain(|_, row| row.expires_at > up_to);
            (before - rows.challenges.len()) as u64
        }))
    }
}
