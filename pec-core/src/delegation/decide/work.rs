//! What is worked on.

use jiff::Timestamp;

use super::{Decided, refuse, unused};
use crate::delegation::{
    By, Command, Denied, DeniedCode, Event, LONGEST_LEASE, MandateId, Object, Organisation, Permission, Text, UserId,
    WorkAct, WorkId, WorkItem,
};

impl Organisation {
    pub(super) fn decide_work(&self, command: &Command, by: &By, now: Timestamp) -> Decided {
        Ok(match command {
            Command::OpenWork { item } => {
                let asked = WorkItem::new(item.clone());
                match by {
                    By::User { .. } => drop(self.on_item(&asked, Permission::Assign, by, now)?),
                    By::Host | By::Operator(_) => drop(self.administered_mailbox(&item.mailbox, by)?),
                }
                unused(self.work.contains_key(&item.id), &item.id)?;
                vec![Event::WorkOpened { item: item.clone() }]
            }
            Command::NoteRead { item } => {
                let By::User { user } = by else { return refuse(DeniedCode::UserOnly, by.name()) };
                let read = self.item(item)?;
                let mandate = self.on_item(read, Permission::ReadBody, by, now)?;
                if read.read_by.contains(user) {
                    return Ok(Vec::new());
                }
                vec![Event::WorkRead { item: item.clone(), by: user.clone(), mandate }]
            }
            Command::Claim { item, until } => {
                let (by, mandate) = self.own(item, WorkAct::Claim, by, now)?;
                vec![Event::WorkClaimed { item: item.clone(), by, until: lease(*until, now)?, mandate }]
            }
            Command::Renew { item, until } => {
                let (by, mandate) = self.own(item, WorkAct::Renew, by, now)?;
                vec![Event::WorkRenewed { item: item.clone(), by, until: lease(*until, now)?, mandate }]
            }
            Command::Finish { item } => {
                let (by, mandate) = self.own(item, WorkAct::Finish, by, now)?;
                vec![Event::WorkDone { item: item.clone(), by, mandate }]
            }
            Command::Release { item } => {
                let (by, mandate) = self.any(item, WorkAct::Release, by, now)?;
                vec![Event::WorkReleased { item: item.clone(), by, mandate }]
            }
            Command::Escalate { item, to, why } => self.escalate(item, (to, why), by, now)?,
            _ => Vec::new(),
        })
    }

    fn escalate(&self, id: &WorkId, (to, why): (&UserId, &Text), by: &By, now: Timestamp) -> Decided {
        let (by, mandate) = self.any(id, WorkAct::Escalate, by, now)?;
        // To nobody who could not take it: it would lie there for ever.
        let receiver = By::user(to.clone());
        self.on_item(self.item(id)?, Permission::Assign, &receiver, now)?;
        let (item, to, why) = (id.clone(), to.clone(), why.clone());
        Ok(vec![Event::WorkEscalated { item, by, to, why, mandate }])
    }

    fn item(&self, id: &WorkId) -> Result<&WorkItem, Denied> {
        self.work.get(id).map_or_else(|| refuse(DeniedCode::NotFound, id), Ok)
    }

    /// What only a person does, by its own name.
    fn own(&self, id: &WorkId, act: WorkAct, by: &By, now: Timestamp) -> Result<(UserId, Option<MandateId>), Denied> {
        match self.any(id, act, by, now)? {
            (Some(user), mandate) => Ok((user, mandate)),
            (None, _) => refuse(DeniedCode::UserOnly, by.name()),
        }
    }

    /// What an operator does as well, within its scope.
    fn any(
        &self,
        id: &WorkId,
        act: WorkAct,
        by: &By,
        now: Timestamp,
    ) -> Result<(Option<UserId>, Option<MandateId>), Denied> {
        let item = self.item(id)?;
        let (user, mandate) = match by {
            By::User { user } => (Some(user), self.on_item(item, Permission::Assign, by, now)?),
            By::Host | By::Operator(_) => {
                self.administered_mailbox(&item.what.mailbox, by).or_else(|_| refuse(DeniedCode::NotFound, id))?;
                (None, None)
            }
        };
        item.judge(act, user, now).map_err(|code| Denied::new(code).about(id))?;
        Ok((user.cloned(), mandate))
    }

    /// The mandate under which they do this to an item. Who does not see its mailbox at all does not learn that it exists.
    fn on_item(
        &self,
        item: &WorkItem,
        permission: Permission,
        by: &By,
        now: Timestamp,
    ) -> Result<Option<MandateId>, Denied> {
        if let By::User { user } = by
            && !self.mailbox_named(&item.what.mailbox)?.sharing.delegates.contains_key(user)
        {
            return Err(Denied::new(DeniedCode::NotFound).about(&item.what.id).lacking(permission));
        }
        let asked = item.with_object(|object: Object<'_>| self.permit(by, permission, &object, now));
        asked.map(|right| right.mandate).map_err(|denied| denied.about(&item.what.id))
    }
}

/// A time for which something can be claimed.
fn lease(until: Timestamp, now: Timestamp) -> Result<Timestamp, Denied> {
    let is_within = until > now && until.duration_since(now) <= LONGEST_LEASE;
    if is_within { Ok(until) } else { refuse(DeniedCode::Term, until) }
}
