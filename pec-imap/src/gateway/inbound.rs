//! The other way: what comes into a mailbox is brought into the archive, and put where its people read their mail.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::GatewayEvent;
use crate::hub::{Delivered, Delivery, Hub};

/// Looks again and again, one mailbox after the other: one that fails is tried the next time, unless its provider, or that of
/// the mailbox to which its mail goes, refuses the credential.
pub(super) async fn run(
    hub: Hub,
    deliveries: Vec<(String, Delivery)>,
    every: Duration,
    told: mpsc::Sender<GatewayEvent>,
) {
    // The log says once who looks into these mailboxes from now on; one that cannot be opened now fails below.
    for (mailbox, to) in &deliveries {
        let target = match to {
            Delivery::Folder { mailbox, .. } => Some(mailbox),
            Delivery::Maildir(_) => None,
        };
        for wanted in std::iter::once(mailbox).chain(target) {
            let wanted = wanted.clone();
            let _ = hub.in_archive(move |hub| hub.open(&wanted)).await;
        }
    }
    // Whether somebody was told that a mailbox fails: once is enough.
    let mut failing = vec![false; deliveries.len()];
    loop {
        for ((mailbox, to), failing) in deliveries.iter().zip(&mut failing) {
            let Delivered { relayed, passed_over, problem } = look(&hub, mailbox, to).await;
            let mut events = Vec::new();
            if !relayed.is_empty() {
                events.push(GatewayEvent::Relayed { mailbox: mailbox.clone(), relayed });
            }
            let passed_over = passed_over.into_iter();
            events.extend(passed_over.map(|(id, error)| GatewayEvent::PassedOver {
                mailbox: mailbox.clone(),
                id,
                error,
            }));
            let told_before = std::mem::replace(failing, problem.is_some());
            if let Some(error) = problem.filter(|_| !told_before) {
                events.push(GatewayEvent::NotRelayed { mailbox: mailbox.clone(), error });
            }
            for event in events {
                let _ = told.send(event).await;
            }
        }
        sleep(every).await;
    }
}

async fn look(hub: &Hub, mailbox: &str, to: &Delivery) -> Delivered {
    // What an earlier run has left, also where nobody can be asked for more; and from when on it is new.
    let mut done = hub.relay_new(mailbox, to).await.unwrap_or_else(Delivered::from);
    // The archive gets it also where the other side does not.
    if let Err(error) = hub.sync_again(mailbox, &mut |_| ControlFlow::Continue(())).await {
        done.and(error.into());
    } else if done.problem.is_none() {
        done.and(hub.relay_new(mailbox, to).await.unwrap_or_else(Delivered::from));
    }
    done
}
