//! What a list shows: the same rules, for many messages at once.

use std::collections::HashMap;

use jiff::Timestamp;
use pec_core::delegation::{By, Denied, Event, MailboxAddress, Object, Organisation, Permission, Scope, UserId};

use super::{Asked, Call, Needs, address};
use crate::archive::Archive;
use crate::audit::LogRow;
use crate::error::{Error, Result};
use crate::page::{self, Cursor, Entry, Page};
use crate::search::{Field, Query, Term, Test};
use crate::store::{Number, PlaceRow, View};

/// Where a message lies.
#[derive(Debug, Default)]
pub(super) struct Lies {
    /// Mailbox and folder, where one is known.
    found: Vec<(MailboxAddress, Option<String>)>,
    /// Its tags.
    pub(super) tags: Vec<String>,
}

impl Lies {
    /// Of the message of this number; `entry` is what the index knows of it, where that was read already.
    pub(super) fn read(view: &dyn View, number: Number, entry: Option<&Entry>) -> Result<Self> {
        let read = if entry.is_none() { Some(page::entry(view, number)?) } else { None };
        let Some(entry) = entry.or(read.as_ref()) else { return Ok(Self::default()) };
        let mut folders: HashMap<String, Vec<String>> = HashMap::new();
        for place in view.places(number)? {
            folders.entry(place.mailbox).or_default().push(place.folder);
        }
        let queued = view.tickets_of(number)?.into_iter().map(|ticket| ticket.mailbox);
        let mut mailboxes: Vec<String> = entry.mailboxes.iter().cloned().chain(queued).collect();
        mailboxes.extend(folders.keys().cloned());
        mailboxes.sort_unstable();
        mailboxes.dedup();
        let mut found = Vec::new();
        for mailbox in mailboxes {
            let Some(address) = address(&mailbox) else { continue };
            match folders.remove(&mailbox) {
                Some(folders) => found.extend(folders.into_iter().map(|folder| (address.clone(), Some(folder)))),
                None => found.push((address, None)),
            }
        }
        Ok(Self { found, tags: entry.tags.clone() })
    }

    pub(super) fn places<'l>(&'l self, tags: &'l [&'l str]) -> Vec<Object<'l>> {
        let place = |(mailbox, folder): &'l (MailboxAddress, Option<String>)| Object {
            mailbox,
            folder: folder.as_deref(),
            tags: Some(tags),
        };
        self.found.iter().map(place).collect()
    }
}

/// Who looks at a list, and what of it is shown.
#[derive(Debug, Clone)]
pub(crate) enum Sight {
    /// Everything: to the host, and where there are no rules; of what is administered, to whoever administers everything.
    All,
    /// To a user: what lies where this permission is given.
    User(UserId, Permission, Timestamp),
    /// To an operator: what is within the scope. Messages are not.
    Operator(pec_core::delegation::Operator),
}

impl Archive {
    /// What of a list is shown to whoever asks.
    ///
    /// # Errors
    /// [`Error::Denied`] where nothing ever is.
    pub(crate) fn sight(&self, view: &dyn View, asked: &Asked<'_>) -> Result<Sight> {
        let by = asked.actor.by();
        if by == Some(&By::Host) {
            return Ok(Sight::All);
        }
        let has_rules = self.keeper().with_rules(view, |organisation| organisation.is_some())?;
        Ok(match (has_rules, by, asked.call.needs()) {
            (false, ..) => Sight::All,
            (_, None, _) => return Err(Error::Denied(Denied::nobody(asked.actor.name()))),
            // To administer is not to read, whatever the scope is.
            (_, Some(By::Operator(operator)), Needs::In(permission)) => {
                return Err(Error::Denied(Denied::missing(permission, operator.id.as_str())));
            }
            (_, Some(By::Operator(operator)), _) if operator.scope == Scope::Host => Sight::All,
            (_, Some(By::Operator(operator)), Needs::Administration | Needs::Sight) => {
                Sight::Operator(operator.clone())
            }
            (_, Some(By::User { user }), Needs::Sight) => Sight::User(user.clone(), Permission::List, asked.at),
            (_, Some(By::User { user }), Needs::In(permission)) => Sight::User(user.clone(), permission, asked.at),
            (_, Some(by), _) => {
                self.keeper().with(view, |organisation| organisation.administer(by, None))?.map_err(Error::Denied)?;
                Sight::All
            }
        })
    }

    /// Whether a message of a list is shown.
    pub(crate) fn shows(&self, view: &dyn View, sight: &Sight, number: Number, entry: Option<&Entry>) -> Result<bool> {
        let Sight::User(user, permission, at) = sight else { return Ok(matches!(sight, Sight::All)) };
        let lies = Lies::read(view, number, entry)?;
        let tags: Vec<&str> = lies.tags.iter().map(String::as_str).collect();
        let by = By::user(user.clone());
        self.keeper()
            .with(view, |organisation| organisation.permit_any(&by, *permission, lies.places(&tags), *at).is_ok())
    }

    /// Of these messages those that are shown to whoever asks, in their order.
    pub(crate) fn shown<C>(&self, view: &dyn View, asked: &Asked<'_>, messages: C) -> Result<C>
    where
        C: IntoIterator<Item = Number> + FromIterator<Number>,
    {
        let sight = self.sight(view, asked)?;
        if matches!(sight, Sight::All) {
            return Ok(messages);
        }
        let shown = messages.into_iter().map(|number| Ok((number, self.shows(view, &sight, number, None)?)));
        shown.filter_map(|shown: Result<_>| shown.map(|(number, is)| is.then_some(number)).transpose()).collect()
    }

    /// What is known of these messages, without the mailboxes that are not shown.
    pub(crate) fn entries_seen(&self, view: &dyn View, sight: &Sight, numbers: &[Number]) -> Result<Vec<Entry>> {
        let mut entries = view.entries(numbers)?;
        for (number, entry) in numbers.iter().zip(&mut entries) {
            self.hide_mailboxes(view, sight, *number, entry)?;
        }
        Ok(entries)
    }

    /// A page of what a query finds, without what is not shown. Pages are as full as those of the host.
    pub(crate) fn search_seen(
        &self,
        view: &dyn View,
        sight: &Sight,
        query: &Query,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page> {
        let (query, places) = self.narrowed(view, sight, query)?;
        let asks_state = query.terms.iter().any(Term::asks_state);
        let (mut before, mut entries) = (from.map(Cursor::to_number), Vec::new());
        // Where a page ends says nothing of what is behind it.
        let mut last = None;
        loop {
            let numbers = view.newest(&query, before, limit.saturating_add(1))?;
            let read = view.entries(&numbers)?;
            let is_last = numbers.len() <= limit;
            for (number, mut entry) in numbers.into_iter().zip(read) {
                before = Some(number);
                if !self.shows(view, sight, number, Some(&entry))? {
                    continue;
                }
                self.hide_mailboxes(view, sight, number, &mut entry)?;
                if !places.iter().all(|term| lies_so(term, &entry))
                    || (asks_state && !self.shows_states(view, sight, &entry)?)
                {
                    continue;
                }
                if entries.len() == limit {
                    return Ok(Page { entries, next: last.map(Cursor::from_number) });
                }
                last = Some(number);
                entries.push(entry);
            }
            if is_last {
                return Ok(Page { entries, next: None });
            }
        }
    }

    /// Takes out of an entry the mailboxes in which this user may not see the message.
    pub(crate) fn hide_mailboxes(
        &self,
        view: &dyn View,
        sight: &Sight,
        number: Number,
        entry: &mut Entry,
    ) -> Result<()> {
        let Sight::User(user, permission, at) = sight else { return Ok(()) };
        let lies = Lies::read(view, number, Some(entry))?;
        let tags: Vec<&str> = lies.tags.iter().map(String::as_str).collect();
        let by = By::user(user.clone());
        self.keeper().with(view, |organisation| {
            let mut places = lies.places(&tags);
            places.retain(|place| organisation.permit(&by, *permission, place, *at).is_ok());
            entry.mailboxes.retain(|mailbox| places.iter().any(|place| place.mailbox.as_str() == mailbox));
        })
    }

    /// Whether it is told what became of the transaction of a message: receipts go to its sender, so that it is to whoever sees the
    /// message in the mailbox of the sender, or may list all of that. To the other side it is not, nor that it is not so.
    fn shows_states(&self, view: &dyn View, sight: &Sight, entry: &Entry) -> Result<bool> {
        let Sight::User(user, permission, at) = sight else { return Ok(true) };
        let Some(sender) = entry.sender.as_deref().and_then(address) else { return Ok(false) };
        if entry.mailboxes.iter().any(|mailbox| mailbox == sender.as_str()) {
            return Ok(true);
        }
        let by = By::user(user.clone());
        self.keeper()
            .with(view, |organisation| organisation.permit(&by, *permission, &Object::mailbox(&sender), *at).is_ok())
    }

    /// Whether a place of a message with these tags is shown.
    pub(crate) fn shows_place(&self, view: &dyn View, sight: &Sight, row: &PlaceRow, tags: &[&str]) -> Result<bool> {
        let Sight::User(user, permission, at) = sight else { return self.shows_mailbox(view, sight, &row.mailbox) };
        let Some(mailbox) = address(&row.mailbox) else { return Ok(false) };
        let place = Object::message(&mailbox, &row.folder, tags);
        let by = By::user(user.clone());
        self.keeper().with(view, |organisation| organisation.permit(&by, *permission, &place, *at).is_ok())
    }

    /// Whether a mailbox of a list is shown.
    pub(crate) fn shows_mailbox(&self, view: &dyn View, sight: &Sight, mailbox: &str) -> Result<bool> {
        let Some(address) = address(mailbox) else { return Ok(matches!(sight, Sight::All)) };
        self.keeper().with(view, |organisation| match sight {
            Sight::All => true,
            Sight::User(user, permission, at) => organisation.open_to(user, *permission, *at).contains(&&address),
            Sight::Operator(operator) => organisation.mailbox(&operator.scope, &address).is_ok(),
        })
    }

    /// Whether an entry of the log is shown: what was done to what is within the scope, and what the operator asked for itself.
    pub(crate) fn shows_row(&self, view: &dyn View, sight: &Sight, row: &LogRow) -> Result<bool> {
        let Sight::Operator(operator) = sight else { return Ok(matches!(sight, Sight::All)) };
        let text = |name: &str| row.details.get(name).and_then(serde_json::Value::as_str);
        if row.actor == operator.id.as_str() && text("as") == Some("operator") {
            return Ok(true);
        }
        if let Some(did) = row.details.get("did") {
            let event = Event::from_json(&did.to_string());
            let sees =
                |organisation: &Organisation| event.is_ok_and(|event| organisation.sees_event(&operator.scope, &event));
            return self.keeper().with(view, sees);
        }
        if let Some(mailbox) = text("mailbox") {
            return self.shows_mailbox(view, sight, mailbox);
        }
        let Some(id) = text("id").and_then(|id| id.parse().ok()) else { return Ok(false) };
        let Some(number) = view.numbers(&[id])?.first().copied().flatten() else { return Ok(false) };
        let lies = Lies::read(view, number, None)?;
        self.keeper().with(view, |organisation| {
            lies.found.iter().any(|(mailbox, _)| organisation.mailbox(&operator.scope, mailbox).is_ok())
        })
    }

    /// The same, of an entry as it is written.
    pub(crate) fn shows_entry(&self, view: &dyn View, sight: &Sight, n: u64, entry: &str) -> Result<bool> {
        if matches!(sight, Sight::All) {
            return Ok(true);
        }
        self.shows_row(view, sight, &LogRow::read(i64::try_from(n).unwrap_or(i64::MAX), entry)?)
    }

    /// Narrows a query to the mailboxes in which it can find anything for whoever asks. What it says of mailboxes itself is taken
    /// out and given beside it: it is asked of what is shown, or it would tell where else a message lies.
    fn narrowed(&self, view: &dyn View, sight: &Sight, query: &Query) -> Result<(Query, Vec<Term>)> {
        let is_place = |term: &Term| matches!(term.test, Test::Is { field: Field::Mailbox, .. });
        let (places, terms) = query.terms.iter().cloned().partition(is_place);
        let mut query = Query { terms };
        if let Sight::User(user, permission, at) = sight {
            let values = self.keeper().with(view, |organisation| {
                let open = organisation.open_to(user, *permission, *at);
                open.into_iter().map(|address| address.as_str().to_owned()).collect()
            })?;
            query.terms.push(Term { negated: false, test: Test::Is { field: Field::Mailbox, values } });
        }
        Ok((query, places))
    }
}

impl Term {
    /// Whether it is about what became of a transaction.
    pub(crate) const fn asks_state(&self) -> bool {
        matches!(self.test, Test::Is { field: Field::State, .. })
    }
}

/// Whether a term about mailboxes holds of an entry as it is shown.
fn lies_so(term: &Term, entry: &Entry) -> bool {
    let Test::Is { values, .. } = &term.test else { return true };
    entry.mailboxes.iter().any(|mailbox| values.contains(mailbox)) != term.negated
}

impl Call {
    /// The search that this query is: whoever searches in what may not be read would learn what it says.
    pub(crate) fn search(query: &Query) -> Self {
        let mut call = Self::Search;
        for term in &query.terms {
            match &term.test {
                Test::Attachment(_) => return Self::SearchContent,
                Test::Words { column: None | Some("text" | "attachments"), .. } => call = Self::SearchText,
                Test::Words { .. } | Test::Is { .. } | Test::About(_) | Test::Between(..) => {}
            }
        }
        call
    }

    /// The call that needs this permission, for what is done outside the archive.
    pub(crate) const fn of(permission: Permission) -> Self {
        match permission {
            Permission::List => Self::Opened,
            Permission::ReadBody => Self::Explain,
            Permission::ReadAttachments => Self::Get,
            Permission::Draft => Self::Draft,
            Permission::Send => Self::Outbox,
            Permission::Reply => Self::Reply,
            Permission::Assign => Self::Assign,
            Permission::Archive => Self::Tag,
            Permission::DeleteOnServer => Self::ServerDelete,
            Permission::ExportProof => Self::Bundle,
            Permission::ManageRules => Self::File,
            Permission::ManageCredentials => Self::Credential,
        }
    }
}
