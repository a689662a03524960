//! Mail that comes while somebody waits for it.

use std::ops::ControlFlow;
use std::time::Duration;

use pec_imap::{AccessState, Account, Credential, Endpoint, Result, Synced, Watching};

use crate::house::{BOX, House, letter};

async fn watch(
    house: &House,
    account: &Account,
    watching: Watching,
    each: &mut (dyn FnMut(Result<Synced>) -> ControlFlow<()> + Send),
) -> Result<()> {
    let watched = async {
        house.receiver.watch(&house.network, account, watching, &mut |_| ControlFlow::Continue(()), each).await
    };
    tokio::time::timeout(Duration::from_secs(60), watched).await.unwrap()
}

#[tokio::test]
async fn what_comes_while_the_mailbox_is_watched_is_brought_in() {
    let Some(house) = House::new() else { return };
    house.deliver("INBOX", "0.m", &letter(0, 500));
    let watching = Watching { pause: Duration::from_millis(50), ..Watching::default() };
    let mut brought = 0;
    let mut each = |run: Result<Synced>| {
        let new = run.unwrap().new_messages();
        brought += new;
        // The next one comes while the server is being waited on, or just before.
        if brought < 4 && new > 0 {
            house.deliver("INBOX", &format!("{brought}.m"), &letter(brought as usize, 500));
        }
        if brought == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    watch(&house, &house.account(), watching, &mut each).await.unwrap();
    assert_eq!(brought, 4);
}

#[tokio::test]
async fn a_mailbox_that_refuses_us_is_not_asked_again() {
    let Some(house) = House::new() else { return };
    let imap = Endpoint::tls("localhost", house.dovecot.imaps().port());
    let account = house.account_with(imap, Credential::new(format!("altro{BOX}"), "sbagliata"));
    let error = watch(&house, &account, Watching::default(), &mut |run| panic!("{run:?}")).await.unwrap_err();
    assert_eq!(error.access(), Some(AccessState::Rejected));
}
