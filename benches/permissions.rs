//! What a permission check costs as grants grow: `cargo bench -p pec-benches --bench permissions`.
//!
//! Each user has one grant in each mailbox, behind a mandate that has to cover it. It is measured twice: with the same hundred
//! pairs of user and mailbox whatever else there is, which is what the work of a check costs, and with every pair in turn, which
//! adds what memory costs that no cache holds any more.
#![allow(missing_docs, reason = "a program, not an interface")]
#![allow(clippy::cast_precision_loss, reason = "times")]

use std::hint::black_box;
use std::time::Instant;

use jiff::Timestamp;
use pec_benches::Result;
use pec_core::delegation::lifecycle::{DelegateName, State};
use pec_core::delegation::{
    Account, Client, ClientKind, CodeError, DelegationPolicy, Event, Gives, Grant, Holder, MOST_GRANTS, MailboxAddress,
    Mandate, Object, Organisation, Permission, Permissions, Preset, RequireMandate, Restriction, Text, User, UserId,
};

/// Mailboxes and users: as many grants as their product.
const SIZES: [(usize, usize); 4] = [(10, 10), (100, 10), (1_000, 10), (1_000, 100)];
/// Checks of a round.
const CHECKS: usize = 200_000;
/// Rounds, of which the best is told.
const ROUNDS: usize = 9;
/// Mailboxes and users of the hundred pairs.
const FEW: usize = 10;

fn main() -> Result<()> {
    println!(
        "| grants | of one user in one mailbox | 100 pairs: ns a check | a refusal | every pair: ns a check | a refusal |"
    );
    println!("|---:|---:|---:|---:|---:|---:|");
    for (mailboxes, users) in SIZES {
        tell(&House::new(mailboxes, users, 1)?);
    }
    // All that one user can have in one mailbox, the last of which gives the permission.
    tell(&House::new(100, 10, MOST_GRANTS)?);
    Ok(())
}

fn tell(house: &House) {
    let row: Vec<String> = [FEW, usize::MAX]
        .into_iter()
        .flat_map(|most| [(most, Permission::ReadBody, true), (most, Permission::ManageRules, false)])
        .map(|(most, permission, permitted)| format!("{:.0}", house.measure(most, permission, permitted)))
        .collect();
    println!("| {} | {} | {} |", house.grants, house.each, row.join(" | "));
}

struct House {
    organisation: Organisation,
    mailboxes: Vec<MailboxAddress>,
    users: Vec<UserId>,
    grants: usize,
    each: usize,
    now: Timestamp,
}

impl House {
    fn new(mailboxes: usize, users: usize, each: usize) -> Result<Self> {
        let now = "2026-03-01T12:00:00Z".parse()?;
        let mailboxes: Vec<MailboxAddress> = (0..mailboxes)
            .map(|n| format!("casella{n}@pec.example").parse())
            .collect::<std::result::Result<_, CodeError>>()?;
        let users: Vec<UserId> =
            (0..users).map(|n| format!("utente{n}").parse()).collect::<std::result::Result<_, CodeError>>()?;
        let name: Text = "Ente".parse()?;
        let holder = Holder { name: name.clone(), tax_id: None };
        let mut organisation = Organisation::default();
        let mut happens = |event: Event| organisation.apply(&event);
        let policy = DelegationPolicy { max_active: None, require_mandate: RequireMandate::Yes };
        happens(Event::PolicySet { policy });
        Preset::Aruba5.roles().into_iter().for_each(|role| happens(Event::RoleDefined { role }));
        let client = Client { code: "C1".parse()?, name: name.clone(), kind: ClientKind::Business };
        let account = Account { code: "A1".parse()?, client: client.code.clone(), name: name.clone() };
        let account_code = account.code.clone();
        happens(Event::ClientAdded { client });
        happens(Event::AccountAdded { account });
        for user in &users {
            let (id, account, name, email) = (user.clone(), account_code.clone(), name.clone(), None);
            happens(Event::UserAdded { user: User { id, account, name, email } });
        }
        let mut grants = 0;
        for mailbox in &mailboxes {
            let (account, holder) = (account_code.clone(), holder.clone());
            let (product, state, since, activated_at) = (None, State::Active, now, Some(now));
            let mailbox = mailbox.clone();
            let id = format!("M-{mailbox}").parse()?;
            let mandate = Mandate::whole(id, mailbox.clone(), holder.clone(), (now, None), None);
            happens(Event::MailboxEnrolled {
                account,
                mailbox: mailbox.clone(),
                holder,
                product,
                state,
                since,
                activated_at,
            });
            happens(Event::MandateGiven { at: now, mandate });
            happens(Event::SharingOn { mailbox: mailbox.clone(), restored: [].into() });
            for user in &users {
                let name = DelegateName {
                    first_name: name.clone(),
                    surname: name.clone(),
                    description: name.clone(),
                    email: None,
                };
                let (mailbox, user) = (mailbox.clone(), user.clone());
                happens(Event::DelegateAdded { mailbox: mailbox.clone(), user: user.clone(), name });
                happens(Event::DelegateActivated { mailbox: mailbox.clone(), user: user.clone() });
                for at in 1..=each {
                    grants += 1;
                    let gives = if at == each {
                        Gives::Role { role: "invio".parse()? }
                    } else {
                        Gives::Permissions { permissions: Permissions::of(&[Permission::List]) }
                    };
                    let (id, restriction) = (format!("G{grants}").parse()?, Restriction::default());
                    let (mailbox, user, from, until) = (mailbox.clone(), user.clone(), now, None);
                    happens(Event::Granted { grant: Grant { id, mailbox, user, gives, restriction, from, until } });
                }
            }
        }
        Ok(Self { organisation, mailboxes, users, grants, each, now })
    }

    /// Nanoseconds a check in the best round, with at most so many mailboxes and users.
    fn measure(&self, most: usize, permission: Permission, permitted: bool) -> f64 {
        (0..ROUNDS).map(|round| self.round(most, permission, permitted, round)).fold(f64::INFINITY, f64::min)
    }

    fn round(&self, most: usize, permission: Permission, permitted: bool, round: usize) -> f64 {
        let (mailboxes, users) = (self.mailboxes.len().min(most), self.users.len().min(most));
        let begin = Instant::now();
        let mut as_expected = 0;
        for check in 0..CHECKS {
            // Far apart in memory from one check to the next.
            let at = (check + round).wrapping_mul(7_919);
            let (mailbox, user) = (&self.mailboxes[at % mailboxes], &self.users[(at / mailboxes) % users]);
            let asked = self.organisation.may(user, permission, &Object::mailbox(mailbox), self.now);
            as_expected += usize::from(black_box(asked).is_ok() == permitted);
        }
        let taken = begin.elapsed().as_nanos() as f64 / CHECKS as f64;
        assert_eq!(as_expected, CHECKS, "a check that answers otherwise measures something else");
        taken
    }
}
