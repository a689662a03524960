//! The other way: what comes into a mailbox is brought into the archive, and put where its people read their mail.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::GatewayEvent;
use crate::error::Result;
use crate::hub::{Delivery, Hub};
use crate::relay::Relayed;

/// Looks again and again, one mailbox after the other: one that fails is tried the next time, unless its provider refuses it.
pub(super) async fn run(
    hub: Hub,
    deliveries: Vec<(String, Delivery)>,
    every: Duration,
    told: mpsc::Sender<GatewayEvent>,
) {
    // The log says once who looks into these mailboxes from now on; one that cannot be opened now fails below.
    for (mailbox, _) in &deliveries {
        let wanted = mailbox.clone();
        let _ = hub.in_archive(move |hub| hub.open(&wanted)).await;
    }
    // Whether somebody was told that a mailbox fails: once is enough.
    let mut failing = vec![false; deliveries.len()];
    loop {
        for ((mailbox, to), failing) in deliveries.iter().zip(&mut failing) {
            let mailbox = mailbox.clone();
            let event = match look(&hub, &mailbox, to).await {
                Ok(relayed) => {
                    *failing = false;
                    (!relayed.is_empty()).then_some(GatewayEvent::Relayed { mailbox, relayed })
                }
                Err(_) if *failing => None,
                Err(error) => {
                    *failing = true;
                    Some(GatewayEvent::NotRelayed { mailbox, error })
                }
            };
            if let Some(event) = event {
                let _ = told.send(event).await;
            }
        }
        sleep(every).await;
    }
}

async fn look(hub: &Hub, mailbox: &str, to: &Delivery) -> Result<Vec<Relayed>> {
    // What an earlier run has left, also where nobody can be asked for more; and from when on it is new.
    let mut relayed = hub.relay_new(mailbox, to).await?;
    hub.sync_again(mailbox, &mut |_| ControlFlow::Continue(())).await?;
    relayed.extend(hub.relay_new(mailbox, to).await?);
    Ok(relayed)
}
