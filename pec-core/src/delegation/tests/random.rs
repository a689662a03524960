//! A hundred thousand commands by chance, and what has to hold after each.

use std::collections::{BTreeMap, BTreeSet};

use super::super::lifecycle::{
    Confirmed, DelegateState, ExpiryPlan, MailboxData, PasswordLink, Revoke, Service, State, Wish,
};
use super::super::login::WhichKit;
use super::*;

/// Chance from a seed (splitmix64), so that a failure can be repeated.
pub(super) struct Dice(u64, u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed, 0)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, most: i64) -> i64 {
        i64::try_from(self.roll() % u64::try_from(most).unwrap()).unwrap()
    }

    fn pick<T: Clone>(&mut self, among: &[T]) -> T {
        among[usize::try_from(self.roll()).unwrap_or(0) % among.len()].clone()
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    /// A name that nobody has had.
    fn fresh(&mut self, letter: char) -> String {
        self.1 += 1;
        format!("{letter}{}", self.1)
    }

    fn mailbox(&mut self) -> MailboxAddress {
        let (name, domain) = (self.pick(&["uno", "due", "tre", "quattro"]), self.pick(&["a1.it", "a2.it", "b1.it"]));
        code(&format!("{name}@{domain}"))
    }

    fn user(&mut self) -> UserId {
        code(self.pick(&["anna", "bruno", "carla", "dario"]))
    }

    fn permissions(&mut self) -> Permissions {
        let bits: Vec<Permission> = Permission::ALL[..11].iter().copied().filter(|_| self.coin()).collect();
        Permissions::of(&bits)
    }

    fn by(&mut self) -> By {
        match self.below(8) {
            0..4 => By::Host,
            4 => By::operator(code("op"), Scope::Client(code(self.pick(&["C1", "C2"])))),
            5 => By::operator(code("op"), Scope::Account(code(self.pick(&["A1", "A2", "B1"])))),
            _ => By::user(self.user()),
        }
    }

    /// Any command, most of which could be done in some state.
    pub(super) fn command(&mut self, house: &House) -> (By, Command) {
        // Most is administered by the host, or everything would be refused.
        let mut by = if self.below(3) > 0 { By::Host } else { self.by() };
        let now = house.now;
        let command = match self.below(10) {
            0 if self.coin() => self.kit(house),
            0 => self.party(),
            1 | 2 => self.right(house),
            3 | 4 => {
                let (user, command) = self.work(house);
                by = if self.below(8) > 0 { By::user(user) } else { by };
                command
            }
            5 | 6 => self.sharing(),
            7 => self.data(now),
            _ => self.life(house),
        };
        (by, command)
    }

    fn party(&mut self) -> Command {
        match self.below(6) {
            0 if self.below(4) == 0 => Command::SuspendUser { user: self.user() },
            0..3 => Command::RestoreUser { user: self.user() },
            3 => {
                let max_active = self.pick(&[None, Some(2), Some(3)]);
                let require_mandate = self.pick(&[RequireMandate::No, RequireMandate::No, RequireMandate::Yes]);
                Command::SetPolicy { policy: DelegationPolicy { max_active, require_mandate } }
            }
            4 => {
                let names = ["r1", "r2", "r3"];
                let includes: BTreeSet<RoleName> = [code(self.pick(&names))].into();
                let includes = if self.coin() { includes } else { BTreeSet::new() };
                Command::DefineRole {
                    role: Role { name: code(self.pick(&names)), permissions: self.permissions(), includes },
                }
            }
            _ => Command::AdoptPreset { preset: self.pick(&Preset::ALL) },
        }
    }

    fn share(&mut self, house: &House) -> Command {
        let known = house.organisation.shares(&Scope::Host);
        if !known.is_empty() && self.coin() {
            return Command::Unshare { share: self.pick(&known).id.clone() };
        }
        let (id, mailbox, with) = (code(&self.fresh('S')), self.mailbox(), self.user());
        let until = house.now + SignedDuration::from_hours(self.below(10_000));
        let share = Share { id, mailbox, dossier: code("opec1@pec.example"), with, from: house.now, until };
        Command::Share { share }
    }

    fn right(&mut self, house: &House) -> Command {
        if self.below(40) == 0 {
            return self.share(house);
        }
        let hours = SignedDuration::from_hours(self.below(400) - 50);
        let until = if self.coin() { Some(house.now + hours) } else { None };
        match self.below(8) {
            0 => {
                let id = code(&self.fresh('M'));
                let whole = Mandate::whole(id, self.mailbox(), holder(), (house.now, until), None);
                let grantee = if self.coin() { Grantee::Organisation } else { Grantee::User { user: self.user() } };
                Command::GiveMandate { mandate: Mandate { grantee, permissions: self.permissions(), ..whole } }
            }
            1 => {
                let known = house.organisation.mandates(&Scope::Host);
                let id = if known.is_empty() { code("M0") } else { self.pick(&known).id.clone() };
                Command::RevokeMandate { mandate: id }
            }
            2..5 => {
                let known = house.organisation.grants(&Scope::Host);
                let id = if known.is_empty() { code("G0") } else { self.pick(&known).id.clone() };
                Command::Withdraw { grant: id }
            }
            _ => {
                let gives = match self.below(4) {
                    0 => Gives::Role { role: code(self.pick(&["r1", "r2", "invio", "utenza-slave"])) },
                    1 => Gives::Custodian,
                    _ => Gives::Permissions { permissions: self.permissions() },
                };
                let restriction = match self.below(4) {
                    0 => Restriction { never: [code("riservato")].into(), ..Restriction::default() },
                    1 => Restriction { folders: Some([code("INBOX")].into()), ..Restriction::default() },
                    _ => Restriction::default(),
                };
                let (mailbox, user) = (self.mailbox(), self.user());
                let id = code(&self.fresh('G'));
                Command::Grant { grant: Grant { id, mailbox, user, gives, restriction, from: house.now, until } }
            }
        }
    }

    fn kit(&mut self, house: &House) -> Command {
        let (mailbox, name) = (self.mailbox(), code(self.pick(&["carta", "chiavetta"])));
        if self.coin() {
            let kit = if self.below(4) == 0 { WhichKit::OfHolder } else { WhichKit::Named(name) };
            return Command::RemoveKit { mailbox, kit };
        }
        let number = u8::try_from(self.below(6)).unwrap();
        let user = if self.coin() { Some(self.user()) } else { None };
        Command::RegisterKit { kit: kit(mailbox.as_str(), number, house.now), name, user }
    }

    /// Mostly by somebody who has a grant, on something in the same mailbox, so that not everything is refused.
    fn work(&mut self, house: &House) -> (UserId, Command) {
        let grants = house.organisation.grants(&Scope::Host);
        let items = house.organisation.work(&Scope::Host);
        let (mut user, mut mailbox) = (self.user(), self.mailbox());
        if !grants.is_empty() && self.below(4) > 0 {
            let grant = self.pick(&grants);
            (user, mailbox) = (grant.user.clone(), grant.mailbox.clone());
        }
        let here: Vec<&WorkItem> = items.iter().filter(|item| item.what.mailbox == mailbox).copied().collect();
        let until = house.now + SignedDuration::from_hours(self.below(100));
        if here.is_empty() || self.below(12) == 0 {
            let id = code(&self.fresh('W'));
            let tags = if self.coin() { [code("riservato")].into() } else { BTreeSet::new() };
            return (user, Command::OpenWork { item: Opened { id, mailbox, folder: Some(code("INBOX")), tags } });
        }
        let found = self.pick(&here);
        if let WorkState::Claimed { by, .. } = found.state(house.now)
            && self.below(3) > 0
        {
            user = by.clone();
        }
        let item = found.what.id.clone();
        let command = match self.below(7) {
            0 => Command::NoteRead { item },
            1 => Command::Renew { item, until },
            2 => Command::Release { item },
            3 => Command::Finish { item },
            4 => Command::Escalate { item, to: self.user(), why: code("altro ufficio") },
            _ => Command::Claim { item, until },
        };
        (user, command)
    }

    fn sharing(&mut self) -> Command {
        let (mailbox, user) = (self.mailbox(), self.user());
        match self.below(8) {
            0 => Command::ShareOn { mailbox },
            1 => Command::ShareOff { mailbox },
            2 | 3 => Command::AddDelegate { mailbox, user, name: name() },
            4 | 5 => Command::ActivateDelegate { mailbox, user },
            6 => Command::DeactivateDelegate { mailbox, user },
            _ => Command::DeleteDelegate { mailbox, user },
        }
    }

    fn data(&mut self, now: Timestamp) -> Command {
        let mailbox = self.mailbox();
        match self.below(7) {
            0 => Command::Edit { mailbox, data: MailboxData { description: Some(code("altro")), user_email: None } },
            1 => {
                let kind = self.pick(&[DocumentKind::Contract, DocumentKind::RevokeForm]);
                Command::StageDocument { mailbox, document: document(kind, self.pick(&['a', 'b', 'c', 'd'])) }
            }
            2 => Command::RemoveDocument { mailbox, document: document(DocumentKind::Contract, 'a').digest },
            3 | 4 => Command::ConfirmDocuments { mailbox },
            5 => Command::Tick,
            _ => {
                let plan = ExpiryPlan {
                    service: code("PEC"),
                    description: code("casella"),
                    expires_at: now + SignedDuration::from_hours(self.below(2_000)),
                    notices: ExpiryPlan::NOTICES.into(),
                    template: None,
                };
                Command::PlanExpiry { mailbox, plan }
            }
        }
    }

    fn life(&mut self, house: &House) -> Command {
        let mailbox = self.mailbox();
        if house.organisation.mailbox(&Scope::Host, &mailbox).is_err() && self.coin() {
            let account = code(&mailbox.domain().trim_end_matches(".it").to_uppercase());
            let (product, standing) = (Some(code("standard")), Standing::Active(house.now));
            return Command::Enrol { account, mailbox, holder: holder(), product, standing };
        }
        let confirm = Confirmed::after_the_question();
        let form = Some(document(DocumentKind::RevokeForm, self.pick(&['a', 'b', 'c', 'd'])).digest);
        let revoke = self.pick(&[Revoke::NonPayment, Revoke::CustomerRequest { form }]);
        let source = Source { at: house.now, adapter: None, reference: None };
        let said = match self.below(16) {
            0 => return self.submit(),
            1 => {
                let activated = if self.coin() { Some(house.now) } else { None };
                let standing = self.pick(&[
                    Standing::Registered(house.now),
                    Standing::Active(house.now),
                    Standing::Annulled { activated, annulled: house.now },
                ]);
                let account = code(&mailbox.domain().trim_end_matches(".it").to_uppercase());
                let product = if self.coin() { Some(code("standard")) } else { None };
                return Command::Enrol { account, mailbox, holder: holder(), product, standing };
            }
            2 => {
                let wish = self.pick(&[
                    Wish::Register,
                    Wish::Activate,
                    Wish::Revoke { revoke },
                    Wish::Reactivate,
                    Wish::ReactivateAnnulled { confirm },
                    Wish::Annul,
                    Wish::Transform { to: code("grande") },
                    Wish::ResetPassword,
                ]);
                return Command::Ask { mailbox, wish };
            }
            3 | 4 => Said::Registered { provider_user: code("U"), activation_ref: code("N"), activation_code: None },
            5 if self.below(4) == 0 => Said::Declined { why: code("dati incompleti") },
            6 | 7 => Said::Activated,
            8 => Said::Revoked { revoke },
            9 | 10 => Said::Reactivated,
            11 => Said::ReactivatedAnnulled { confirm },
            12 if self.below(4) == 0 => Said::Annulled,
            13 => Said::Transformed { to: code("grande") },
            14 => Said::LinkSent { link: PasswordLink { issued_at: house.now } },
            15 => Said::Refused { wish: Wish::Reactivate, why: code("non ora") },
            _ if self.coin() => Said::PreservationConfigured,
            _ => Said::Services { services: vec![Service { code: code("X"), enabled: true, quantity: None }] },
        };
        Command::Report { mailbox, said, source }
    }

    fn submit(&mut self) -> Command {
        let account = self.pick(&["A1", "A2", "B1"]);
        let all = catalogue(account, 3);
        let rows: BTreeSet<&str> = [self.pick(&["uno", "due"]), self.pick(&["due", "tre", "quattro"])].into();
        let mut step = form().product(&all, &code("standard")).unwrap();
        for name in rows {
            step = step.with(BoxRow {
                address: format!("{name}@{}.it", account.to_lowercase()),
                description: String::new(),
                user_email: "utente@ente.example".into(),
            });
        }
        let reference = code(&self.fresh('R'));
        Command::Submit { account: code(account), reference, summary: step.summary().unwrap() }
    }
}

/// Whether a user may do something, asked of the lists that a host sees: the slow way.
fn may_by_hand(house: &House, user: &UserId, permission: Permission, item: &WorkItem) -> bool {
    let (organisation, now) = (&house.organisation, house.now);
    let what = &item.what;
    let Some(person) = organisation.users(&Scope::Host).into_iter().find(|it| it.user.id == *user) else {
        return false;
    };
    let mailbox = organisation.mailbox(&Scope::Host, &what.mailbox).unwrap();
    let delegate = mailbox.sharing().delegate(user);
    let is_active = mailbox.sharing().is_on() && delegate.is_some_and(|it| it.state == DelegateState::Active);
    let granted = organisation.grants(&Scope::Host).into_iter().any(|grant| {
        let holds = grant.from <= now && grant.until.is_none_or(|until| until > now);
        let given = match &grant.gives {
            Gives::Permissions { permissions } => permissions.iter().any(|one| one.implied().has(permission)),
            Gives::Role { role } => organisation.roles().given(role).has(permission),
            Gives::Custodian => permission == Permission::ManageCredentials,
        };
        let is_reserved = what.tags.contains("riservato") && grant.restriction.never.contains("riservato");
        grant.mailbox == what.mailbox && grant.user == *user && holds && given && !is_reserved
    });
    let mandated = organisation.mandates(&Scope::Host).into_iter().any(|mandate| {
        mandate.mailbox == what.mailbox
            && mandate.valid_from <= now
            && mandate.valid_to.is_none_or(|to| to > now)
            && mandate.permissions.iter().any(|one| one.implied().has(permission))
            && (mandate.grantee == Grantee::Organisation || mandate.grantee == Grantee::User { user: user.clone() })
    });
    let needs_mandate = organisation.policy().require_mandate == RequireMandate::Yes;
    !person.is_suspended && is_active && granted && (mandated || !needs_mandate)
}

/// Who was active before the run of deactivations and deletions that ended in the last switching off, by the log alone.
fn saved_by_log(log: &[Event], mailbox: &MailboxAddress) -> BTreeSet<UserId> {
    let mut states: BTreeMap<&UserId, DelegateState> = BTreeMap::new();
    let (mut on, mut run, mut saved) = (false, false, BTreeSet::new());
    for event in log.iter().filter(|event| event.place() == Place::Mailbox(mailbox)) {
        let active = |states: &BTreeMap<&UserId, DelegateState>| -> BTreeSet<UserId> {
            let active = states.iter().filter(|(_, state)| **state == DelegateState::Active);
            active.map(|(user, _)| (*user).clone()).collect()
        };
        let ends = matches!(event, Event::DelegateDeactivated { .. } | Event::DelegateDeleted { .. });
        if on && ends && !run && !active(&states).is_empty() {
            saved = active(&states);
        }
        match event {
            Event::SharingOn { restored, .. } => {
                on = true;
                states.extend(restored.iter().map(|user| (user, DelegateState::Active)));
            }
            Event::SharingOff { .. } => on = false,
            Event::DelegateAdded { user, .. } => drop(states.insert(user, DelegateState::Activating)),
            Event::DelegateActivated { user, .. } => drop(states.insert(user, DelegateState::Active)),
            Event::DelegateDeactivated { user, .. } => drop(states.insert(user, DelegateState::Inactive)),
            Event::DelegateDeleted { user, .. } => drop(states.insert(user, DelegateState::Deleted)),
            _ => continue,
        }
        if on {
            run = ends;
        }
    }
    saved.retain(|user| states.get(user) != Some(&DelegateState::Deleted));
    saved
}

/// What has to hold before an event is taken.
fn allowed(house: &House, event: &Event) {
    let by_hand = |item: &WorkId, by: &UserId, permission| {
        let item = house.organisation.work(&Scope::Host).into_iter().find(|it| it.what.id == *item).unwrap();
        assert!(may_by_hand(house, by, permission, item), "{event:?}");
        item
    };
    match event {
        Event::WorkRead { item, by, .. } => drop(by_hand(item, by, Permission::ReadBody).what.id.clone()),
        Event::WorkClaimed { item, by, .. } => {
            let item = by_hand(item, by, Permission::Assign);
            let free = match item.state(house.now) {
                WorkState::New => true,
                WorkState::Escalated { to, .. } => to == by,
                WorkState::Claimed { .. } | WorkState::Done { .. } => false,
            };
            assert!(free, "somebody has it: {event:?}");
        }
        Event::WorkRenewed { item, by, .. } | Event::WorkDone { item, by, .. } => {
            let item = by_hand(item, by, Permission::Assign);
            assert!(matches!(item.state(house.now), WorkState::Claimed { by: owner, .. } if owner == by), "{event:?}");
        }
        Event::WorkReleased { item, by: Some(by), .. } | Event::WorkEscalated { item, by: Some(by), .. } => {
            drop(by_hand(item, by, Permission::Assign).what.id.clone());
        }
        Event::DossierShared { share, by, .. } => {
            assert!(share.until > house.now && share.until.duration_since(share.from) <= LONGEST_SHARE, "{event:?}");
            let gives = |grant: &&Grant| {
                let given = grant.given(house.organisation.roles());
                grant.mailbox == share.mailbox && grant.restriction.is_none() && given.has(Permission::ExportProof)
            };
            let mut grants = house.organisation.grants(&Scope::Host).into_iter().filter(gives);
            assert!(by.as_ref().is_none_or(|by| grants.any(|grant| grant.user == *by)), "{event:?}");
        }
        Event::SharingOn { mailbox, restored } => assert_eq!(*restored, saved_by_log(&house.log, mailbox), "{mailbox}"),
        _ => {}
    }
}

/// Where the mailbox of an event stands, time left aside.
fn standing(organisation: &Organisation, event: &Event) -> Option<(State, Timestamp)> {
    let Place::Mailbox(address) = event.place() else { return None };
    let mailbox = organisation.mailbox(&Scope::Host, address).ok()?;
    Some((mailbox.state(Timestamp::MIN), mailbox.since()))
}

/// What has to hold after an event was taken.
fn holds(before: Option<(State, Timestamp)>, house: &House, event: &Event) {
    let after = &house.organisation;
    if let Event::ShareWithdrawn { share, .. } = event {
        let reads = |person: &&Person| after.open_share(&person.user.id, share, house.now).is_ok();
        assert!(!after.users(&Scope::Host).iter().any(reads), "{event:?}");
    }
    if !matches!(event, Event::Told { .. } | Event::MailboxEnrolled { .. }) {
        assert_eq!(before, standing(after, event), "only what the provider says moves a state: {event:?}");
    }
    for account in ["A1", "A2", "B1"] {
        let account: AccountCode = code(account);
        let all = after.mailboxes(&Scope::Account(account.clone()));
        let places = |product: &str| {
            let lives = |state| matches!(state, State::Requested | State::Registered | State::Active);
            let of = all.iter().filter(|it| it.product().is_some_and(|it| it.as_str() == product));
            of.filter(|it| lives(it.state(house.now))).count()
        };
        assert!(places("standard") <= 3 && places("grande") <= 1, "{event:?}");
    }
    if let (Event::KitRegistered { kit, .. }, Place::Mailbox(address)) = (event, event.place()) {
        let mailbox = after.mailbox(&Scope::Host, address).unwrap();
        let same = |one: &&login::RegisteredKit| one.name == kit.name || one.certificate == kit.certificate;
        assert_eq!(mailbox.kits().iter().filter(same).count(), 1, "{event:?}");
        let is_delegate = |user| mailbox.sharing().delegate(user).is_some_and(|it| it.state != DelegateState::Deleted);
        assert!(kit.user.as_ref().is_none_or(is_delegate), "{event:?}");
    }
    let adds = matches!(event, Event::SharingOn { .. } | Event::DelegateAdded { .. } | Event::DelegateActivated { .. });
    if let (true, Place::Mailbox(address), Some(most)) = (adds, event.place(), after.policy().max_active) {
        let sharing = after.mailbox(&Scope::Host, address).unwrap().sharing();
        assert!(sharing.places_taken() <= most, "{event:?}");
    }
}

#[test]
fn a_hundred_thousand_commands() {
    let (mut house, mut dice) = (House::new(), Dice::new(20_261_126));
    let (mut done, mut kinds, mut refusals) = (0_u64, BTreeSet::new(), BTreeSet::new());
    for _ in 0..100_000 {
        let (by, command) = dice.command(&house);
        match house.organisation.decide(&command, &by, house.now) {
            Err(denied) => drop(refusals.insert(denied.code)),
            Ok(events) => {
                done += 1;
                for event in events {
                    allowed(&house, &event);
                    let before = standing(&house.organisation, &event);
                    house.organisation.apply(&event);
                    holds(before, &house, &event);
                    kinds.insert(serde_json::to_value(&event).unwrap()["event"].as_str().unwrap().to_owned());
                    house.log.push(event);
                }
            }
        }
        house.later(dice.below(6));
        // Twelve mailboxes are soon at their end: begun anew, with the log that there is so far checked first.
        let alive = house.organisation.mailboxes(&Scope::Host);
        let ended = alive.iter().filter(|it| !it.takes_a_place() && it.state(house.now) != State::Revoked).count();
        if ended >= 6 || house.log.len() > 3_000 {
            assert_eq!(Organisation::fold(&house.log), house.organisation);
            house = House { now: house.now, ..House::new() };
        }
    }
    assert_eq!(Organisation::fold(&house.log), house.organisation);
    assert!(done > 15_000, "most commands were refused: {done} were not");
    // Every kind of event came about but those by which the house is built.
    let built = ["client-added", "account-added", "user-added", "catalogue-given"];
    let missing: Vec<&str> = include_str!("events.jsonl")
        .lines()
        .map(|line| line.split('"').nth(3).unwrap())
        .filter(|kind| !built.contains(kind) && !kinds.contains(*kind))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(refusals.len() > 35, "{refusals:?}");
}
