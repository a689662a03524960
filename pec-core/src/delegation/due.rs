//! What time alone brings: told once each, by [`Command::Tick`](super::Command::Tick).

use jiff::Timestamp;

use super::event::Event;
use super::lifecycle::{COUNTDOWN, Mailbox, State, Told, days_before, full_revocation};
use super::organisation::Organisation;
use super::scope::Scope;

impl Organisation {
    /// What is due by now and was not told yet, within what is seen: "export now" 30, 15, 7 and 1 days before a full revocation
    /// (FEATURES row 32), the full revocation itself, links that are over (row 30), notices of expiry (row 53).
    ///
    /// After a pause everything that fell into it is told, the earliest first.
    #[must_use]
    pub fn due(&self, scope: &Scope, now: Timestamp) -> Vec<Event> {
        let mut due: Vec<(Timestamp, Event)> =
            self.mailboxes(scope).into_iter().flat_map(|mailbox| due_of(mailbox, now)).collect();
        // Stable: by address within the same time.
        due.sort_by_key(|(at, _)| *at);
        due.into_iter().map(|(_, event)| event).collect()
    }
}

fn due_of(mailbox: &Mailbox, now: Timestamp) -> Vec<(Timestamp, Event)> {
    let mut due = Vec::new();
    let address = || mailbox.address.clone();
    let mut tell = |at: Timestamp, told: Told, event: Event| {
        if at <= now && !mailbox.told.contains(&told) {
            due.push((at, event));
        }
    };
    if matches!(mailbox.state(now), State::Revoked | State::FullyRevoked) {
        let end = full_revocation(mailbox.since);
        // What nobody has configured holds nothing to export.
        for days in COUNTDOWN.into_iter().filter(|_| mailbox.preservation_configured) {
            let at = days_before(end, days);
            tell(at, Told::Countdown(days), Event::CountdownTold { mailbox: address(), days, due: at });
        }
        tell(end, Told::FullRevocation, Event::FullyRevoked { mailbox: address(), since: end });
    }
    if let Some(link) = mailbox.link {
        let at = link.expires_at();
        tell(at, Told::LinkExpired, Event::LinkExpired { mailbox: address(), since: at });
    }
    if let (Some(plan), State::Active) = (&mailbox.expiry, mailbox.state(now)) {
        for days in plan.notices.iter().rev().copied() {
            let at = days_before(plan.expires_at, days);
            tell(at, Told::Expiry(days), Event::ExpiryTold { mailbox: address(), days, due: at });
        }
    }
    due
}
