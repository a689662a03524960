//! The mailboxes that a host manages.

use super::memory::Session;
use super::sample::{change, read};
use crate::error::Result;
use crate::store::{Backend, ManagedIndex, ManagedRow, ManagedWriter};

/// What the host says and what a look shows are written apart: neither takes the other away, and texts come back as they
/// were.
pub fn a_managed_mailbox_keeps_what_was_said_and_what_was_seen_apart<B: Backend>(backend: &B) {
    let row = |address: &str, said: &str, standing: Option<&str>| ManagedRow {
        address: address.into(),
        said: said.into(),
        standing: standing.map(str::to_owned),
    };
    assert!(read(backend, |view| view.managed()).is_empty());
    change(backend, |change| {
        change.put_managed("b@x.example", "{\"perché\": \"\u{1f511}\"}")?;
        change.put_managed("a@x.example", "{}")?;
        assert!(change.put_standing("b@x.example", "seen")?);
        assert!(!change.put_standing("c@x.example", "seen")?);
        change.put_managed("b@x.example", "other")
    });
    let all = [row("a@x.example", "{}", None), row("b@x.example", "other", Some("seen"))];
    assert_eq!(read(backend, |view| view.managed()), all);
    assert_eq!(read(backend, |view| view.managed_at("b@x.example")), Some(all[1].clone()));
    assert_eq!(read(backend, |view| view.managed_at("c@x.example")), None);
    assert_eq!(
        change(backend, |change| Ok([change.forget_managed("b@x.example")?, change.forget_managed("b@x.example")?])),
        [true, false]
    );
    // Nothing of what was seen comes back with the address.
    change(backend, |change| change.put_managed("b@x.example", "again"));
    assert_eq!(read(backend, |view| view.managed_at("b@x.example")), Some(row("b@x.example", "again", None)));
}

impl ManagedIndex for Session<'_> {
    fn managed(&self) -> Result<Vec<ManagedRow>> {
        Ok(self.rows().managed.values().cloned().collect())
    }

    fn managed_at(&self, address: &str) -> Result<Option<ManagedRow>> {
        Ok(self.rows().managed.get(address).cloned())
    }
}

impl ManagedWriter for Session<'_> {
    fn put_managed(&self, address: &str, said: &str) -> Result<()> {
        self.write(|rows| {
            let new = ManagedRow { address: address.to_owned(), said: String::new(), standing: None };
            said.clone_into(&mut rows.managed.entry(address.to_owned()).or_insert(new).said);
        });
        Ok(())
    }

    fn put_standing(&self, address: &str, standing: &str) -> Result<bool> {
        Ok(self.write(|rows| {
            let row = rows.managed.get_mut(address);
            row.map(|row| row.standing = Some(standing.to_owned())).is_some()
        }))
    }

    fn forget_managed(&self, address: &str) -> Result<bool> {
        Ok(self.write(|rows| rows.managed.remove(address).is_some()))
    }
}
