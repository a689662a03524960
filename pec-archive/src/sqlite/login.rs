//! Challenges for logging in.

use rusqlite::OptionalExtension as _;

use super::tables::Tables;
use crate::error::Result;
use crate::store::{ChallengeRow, LoginIndex, LoginWriter};

/// The format that has this table.
const SINCE: u32 = 11;

impl LoginIndex for Tables<'_> {
    fn challenge(&self, nonce: &[u8; 32]) -> Result<Option<ChallengeRow>> {
        if super::open::format_of(self.connection())? < SINCE {
            return Ok(None);
        }
        let text = "SELECT nonce, mailbox, text, expires_at, used FROM challenge WHERE nonce = ?1";
        let row = self.connection().prepare_cached(text)?.query_row([nonce], |row| {
            Ok(ChallengeRow {
                nonce: row.get(0)?,
                mailbox: row.get(1)?,
                text: row.get(2)?,
                expires_at: row.get(3)?,
                is_used: row.get(4)?,
            })
        });
        Ok(row.optional()?)
    }

    fn challenges(&self, mailbox: &str) -> Result<u64> {
        if super::open::format_of(self.connection())? < SINCE {
            return Ok(0);
        }
        let mut query = self.connection().prepare_cached("SELECT count(*) FROM challenge WHERE mailbox = ?1")?;
        Ok(query.query_row([mailbox], |row| row.get::<_, i64>(0))? as u64)
    }
}

impl LoginWriter for Tables<'_> {
    fn put_challenge(&self, row: &ChallengeRow) -> Result<()> {
        let ChallengeRow { nonce, mailbox, text, expires_at, is_used } = row;
        self.connection()
            .prepare_cached(
                "INSERT INTO challenge (nonce, mailbox, text, expires_at, used) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((nonce, mailbox, text, expires_at, is_used))?;
        Ok(())
    }

    fn use_challenge(&self, nonce: &[u8; 32]) -> Result<bool> {
        let text = "UPDATE challenge SET used = 1 WHERE nonce = ?1 AND used = 0";
        Ok(self.connection().prepare_cached(text)?.execute([nonce])? > 0)
    }

    fn forget_challenges(&self, up_to: i64) -> Result<u64> {
        let text = "DELETE FROM challenge WHERE expires_at <= ?1";
        Ok(self.connection().prepare_cached(text)?.execute([up_to])? as u64)
    }
}
