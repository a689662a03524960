use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, mpsc};
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;

use super::*;

/// A store over an archive of its own, which begins to store a portion when it is told so.
fn slow() -> (tempfile::TempDir, Store, mpsc::Sender<()>) {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let (go, wait) = mpsc::channel();
    let wait = Mutex::new(wait);
    let target = Target {
        archive: Arc::new(archive),
        trust: Arc::new(TrustStore::built_in()),
        evidence: None,
        actor: Actor::host(),
        clock: Arc::new(move || {
            let _ = wait.lock().unwrap().recv();
            Timestamp::UNIX_EPOCH
        }),
        limits: Limits::DEFAULT,
        mailbox: "ufficio@cert.beta.example".into(),
    };
    let store = Store::begin(target, "INBOX".into(), FolderSynced::default());
    (folder, store, go)
}

fn portion(uid: u32, room: Option<Room>) -> Portion {
    let reached = Reached { uid_validity: 1, last_uid: uid, mod_seq: None };
    let message = Held::Memory(format!("Subject: {uid}\r\n\r\n").into_bytes());
    Portion { room, messages: vec![(uid, message)], ..Portion::of(reached) }
}

fn waits(future: impl Future) -> bool {
    matches!(pin!(future).poll(&mut Context::from_waker(Waker::noop())), Poll::Pending)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_message_is_read_when_what_is_ahead_leaves_room_for_it() {
    let (_folder, store, go) = slow();
    let long = 25 << 20;
    for uid in [1, 2] {
        let room = store.room(long).await.unwrap();
        store.put(portion(uid, Some(room))).await.unwrap();
    }
    assert!(waits(store.room(long)), "a third one has to wait");
    go.send(()).unwrap();
    let room = store.room(long).await.unwrap();
    store.put(portion(3, Some(room))).await.unwrap();

    // Whatever its size, there is room for one alone.
    assert!(waits(store.room(u32::MAX)), "not beside others");
    drop(go);
    assert_eq!(store.room(u32::MAX).await.unwrap().num_permits(), ROOM as usize);
    assert_eq!(store.end().await.unwrap().new, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn short_messages_wait_for_nothing_but_their_turn_and_a_size_that_was_a_lie_is_made_good() {
    let (_folder, store, go) = slow();
    let most = store.room(ROOM - 100).await.unwrap();
    let mut lied = portion(3, Some(store.room(0).await.unwrap()));
    lied.messages = vec![(3, Held::Memory(vec![b'x'; 200]))];
    assert!(waits(store.put(lied)), "longer than was said, and no room for it");
    drop(most);

    for uid in [1, 2] {
        store.put(portion(uid, None)).await.unwrap();
    }
    assert!(!waits(store.room(ROOM / 2)), "a portion that is stored and one that waits leave room");
    drop(go);
    assert_eq!(store.end().await.unwrap().new, 2);
}
