//! The rows of each listing: what is known, by the names that stand in the events.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use crate::delegation::lifecycle::{
    Act, Catalogue, DelegateName, DelegateState, Document, ExpiryPlan, Mailbox, MailboxData, Preservation, Revoke,
    Service, State,
};
use crate::delegation::login::RegisteredKit;
use crate::delegation::{
    Account, AccountCode, ActivationCode, ActivationRef, Client, DelegationPolicy, Email, Event, Grant, Holder,
    MailboxAddress, Mandate, OrderNumber, Permissions, Person, ProductCode, ProviderUserId, Request, RequestRef,
    Requester, Role, RoleName, Roles, Share, Text, User, UserId, WorkId, WorkItem, WorkState,
};

#[derive(Debug, Serialize)]
#[serde(tag = "report", rename_all = "kebab-case")]
pub(super) enum Row<'o> {
    Policy(DelegationPolicy),
    Role(RoleRow<'o>),
    Client(&'o Client),
    Account(&'o Account),
    Catalogue {
        account: &'o AccountCode,
        #[serde(flatten)]
        catalogue: &'o Catalogue,
    },
    User {
        #[serde(flatten)]
        user: &'o User,
        suspended: bool,
    },
    Mailbox(Box<MailboxRow<'o>>),
    Grant {
        #[serde(flatten)]
        grant: &'o Grant,
        /// Whether it holds at the time at which it was asked for.
        holds: bool,
    },
    Mandate {
        #[serde(flatten)]
        mandate: &'o Mandate,
        holds: bool,
    },
    Share {
        #[serde(flatten)]
        share: &'o Share,
        holds: bool,
    },
    Work(WorkRow<'o>),
    Request(Box<RequestRow<'o>>),
    Due {
        #[serde(flatten)]
        event: Event,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct RoleRow<'o> {
    name: &'o RoleName,
    permissions: Permissions,
    includes: &'o BTreeSet<RoleName>,
    /// What it gives in all.
    gives: Permissions,
}

#[derive(Debug, Serialize)]
pub(super) struct MailboxRow<'o> {
    mailbox: &'o MailboxAddress,
    account: &'o AccountCode,
    holder: &'o Holder,
    request: Option<&'o RequestRef>,
    product: Option<&'o ProductCode>,
    data: &'o MailboxData,
    state: State,
    since: Timestamp,
    activated_at: Option<Timestamp>,
    provider: Option<NamesRow<'o>>,
    revoke: Option<&'o Revoke>,
    /// What was asked of the provider, and it has not answered.
    asked: Vec<Act>,
    staged: &'o [Document],
    documents: &'o [Document],
    link: Option<LinkRow>,
    preservation: PreservationRow,
    services: &'o [Service],
    expiry: Option<&'o ExpiryPlan>,
    kits: &'o [RegisteredKit],
    shared: bool,
    delegates: Vec<DelegateRow<'o>>,
}

#[derive(Debug, Serialize)]
struct NamesRow<'o> {
    provider_user: &'o ProviderUserId,
    activation_ref: &'o ActivationRef,
    activation_code: Option<&'o ActivationCode>,
}

#[derive(Debug, Serialize)]
struct LinkRow {
    issued_at: Timestamp,
    expires_at: Timestamp,
}

#[derive(Debug, Serialize)]
struct PreservationRow {
    state: &'static str,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct DelegateRow<'o> {
    user: &'o UserId,
    name: &'o DelegateName,
    state: DelegateState,
}

#[derive(Debug, Serialize)]
pub(super) struct WorkRow<'o> {
    id: &'o WorkId,
    mailbox: &'o MailboxAddress,
    folder: Option<&'o Text>,
    tags: &'o BTreeSet<Text>,
    state: &'static str,
    by: Option<&'o UserId>,
    until: Option<Timestamp>,
    to: Option<&'o UserId>,
    why: Option<&'o Text>,
    read_by: &'o BTreeSet<UserId>,
}

#[derive(Debug, Serialize)]
pub(super) struct RequestRow<'o> {
    reference: &'o RequestRef,
    account: &'o AccountCode,
    submitted_at: Timestamp,
    requester: &'o Requester,
    holder: &'o Holder,
    contact: &'o Email,
    order: Option<&'o OrderNumber>,
    expiry_year: Option<i16>,
    product: &'o ProductCode,
    boxes: &'o [MailboxAddress],
    annulled_at: Option<Timestamp>,
}

impl<'o> Row<'o> {
    pub(super) const fn policy(policy: DelegationPolicy) -> Self {
        Self::Policy(policy)
    }

    pub(super) fn role(roles: &Roles, role: &'o Role) -> Self {
        let Role { name, permissions, includes } = role;
        Self::Role(RoleRow { name, permissions: *permissions, includes, gives: roles.given(name) })
    }

    pub(super) const fn user(person: &'o Person) -> Self {
        Self::User { user: &person.user, suspended: person.is_suspended }
    }

    pub(super) fn grant(grant: &'o Grant, now: Timestamp) -> Self {
        Self::Grant { grant, holds: grant.holds(now) }
    }

    pub(super) fn mandate(mandate: &'o Mandate, now: Timestamp) -> Self {
        Self::Mandate { mandate, holds: mandate.holds(now) }
    }

    pub(super) fn share(share: &'o Share, now: Timestamp) -> Self {
        Self::Share { share, holds: share.holds(now) }
    }

    pub(super) fn mailbox(it: &'o Mailbox, now: Timestamp) -> Self {
        let provider = it.names().map(|names| NamesRow {
            provider_user: &names.provider_user,
            activation_ref: &names.activation_ref,
            activation_code: names.activation_code.as_ref(),
        });
        let preservation = it.preservation(now);
        let (since, until) = match preservation {
            Preservation::Unconfigured | Preservation::Active => (None, None),
            Preservation::ReadOnly { since, until } => (Some(since), Some(until)),
            Preservation::Inaccessible { since } => (Some(since), None),
        };
        let delegate = |(user, it): (&'o UserId, &'o crate::delegation::lifecycle::Delegate)| DelegateRow {
            user,
            name: &it.name,
            state: it.state,
        };
        Self::Mailbox(Box::new(MailboxRow {
            mailbox: it.address(),
            account: it.account(),
            holder: it.holder(),
            request: it.request(),
            product: it.product(),
            data: it.data(),
            state: it.state(now),
            since: it.since(),
            activated_at: it.activated_at(),
            provider,
            revoke: it.revoke(),
            asked: it.wishes().collect(),
            staged: it.staged(),
            documents: it.documents(),
            link: it.link().map(|link| LinkRow { issued_at: link.issued_at, expires_at: link.expires_at() }),
            preservation: PreservationRow { state: preservation.as_str(), since, until },
            services: it.services(),
            expiry: it.expiry(),
            kits: it.kits(),
            shared: it.sharing().is_on(),
            delegates: it.sharing().delegates().into_iter().map(delegate).collect(),
        }))
    }

    pub(super) fn work(item: &'o WorkItem, now: Timestamp) -> Self {
        let state = item.state(now);
        let (by, until, to, why) = match state {
            WorkState::New => (None, None, None, None),
            WorkState::Claimed { by, until } => (Some(by), Some(*until), None, None),
            WorkState::Done { by } => (Some(by), None, None, None),
            WorkState::Escalated { by, to, why } => (by.as_ref(), None, Some(to), Some(why)),
        };
        Self::Work(WorkRow {
            id: &item.what.id,
            mailbox: &item.what.mailbox,
            folder: item.what.folder.as_ref(),
            tags: &item.what.tags,
            state: state.as_str(),
            by,
            until,
            to,
            why,
            read_by: &item.read_by,
        })
    }

    pub(super) fn request(it: &'o Request) -> Self {
        Self::Request(Box::new(RequestRow {
            reference: &it.reference,
            account: &it.account,
            submitted_at: it.submitted_at,
            requester: &it.requester,
            holder: &it.holder,
            contact: &it.contact,
            order: it.order.as_ref(),
            expiry_year: it.expiry_year,
            product: &it.product,
            boxes: &it.boxes,
            annulled_at: it.annulled_at,
        }))
    }
}
