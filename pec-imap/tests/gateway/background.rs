//! What goes out in the background: nothing that goes wrong with one message, or in the program itself, keeps a mailbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pec_archive::TicketState;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::client::Client;
use crate::house::{ANNA, House, OFFICE, WORD, letter};
use crate::server::{Act, Server};

#[tokio::test]
async fn a_message_that_is_damaged_does_not_slow_the_mailbox() {
    let provider = Server::start(|_| Act::Good).await;
    let house = House::new(provider.port);
    let gateway = house.open().await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    let mut long = letter(0);
    long.extend(b"Una riga che ne ha molte altre dietro di se.\r\n".repeat(20_000));
    assert!(erp.hand_over(ANNA, &[OFFICE], &long).await.starts_with("250 "));
    gateway.close().await;
    let database = rusqlite::Connection::open(house.archive.path()).unwrap();
    assert!(database.execute("UPDATE message SET skeleton = zeroblob(length(skeleton))", []).unwrap() > 0);

    let gateway = house.open_with(|policy| policy).await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    // No later run waits for a pause that an earlier one has earned.
    for number in 1..=3 {
        while gateway.told("Sent {") < number - 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(erp.hand_over(ANNA, &[OFFICE], &letter(number)).await.starts_with("250 "));
        house.wait_for(TicketState::Sent, number).await;
    }
    assert_eq!(house.tickets(TicketState::Queued).len(), 1);
    let told = gateway.close().await;
    assert!(told.iter().any(|event| event.starts_with("Sent") && event.contains("Damaged")), "{told:?}");
}

/// Ends whoever begins to send, once.
struct Trap(Arc<AtomicBool>);

impl Subscriber for Trap {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        assert!(span.metadata().name() != "send" || !self.0.swap(false, Ordering::SeqCst), "the trap");
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn event(&self, _: &Event<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_run_that_ends_in_the_middle_is_told_as_a_failure_of_its_mailbox() {
    let provider = Server::start(|_| Act::Good).await;
    let house = House::new(provider.port);
    let set = Arc::new(AtomicBool::new(true));
    let caught = tracing::subscriber::set_default(Trap(Arc::clone(&set)));
    // Where one alone listens, tracing asks the thread that first comes to a place: another test's, which listens to nothing.
    let _second = tracing::Dispatch::new(Trap(Arc::default()));
    let gateway = house.open_with(|policy| policy).await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    assert!(erp.hand_over(ANNA, &[OFFICE], &letter(1)).await.starts_with("250 "));
    for _ in 0..200 {
        if gateway.told("NotSent") > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!set.load(Ordering::SeqCst), "somebody was caught");
    assert_eq!(gateway.told("NotSent"), 1, "{:?}", gateway.told.lock().unwrap());
    drop(caught);
    let told = gateway.close().await.concat();
    assert!(told.contains(ANNA) && !told.contains("the trap"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn whoever_does_not_read_what_is_told_keeps_no_program_waiting_and_everything_goes_out() {
    const MESSAGES: usize = 100;
    let provider = Server::start(|_| Act::Good).await;
    let house = House::new(provider.port);
    let gateway = house.open_with(|policy| policy).await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    let (held, told) = (Arc::new(AtomicBool::new(true)), Arc::clone(&gateway.told));
    let hold = Arc::clone(&held);
    let reader = std::thread::spawn(move || {
        let _told = told.lock().unwrap();
        let begun = Instant::now();
        while hold.load(Ordering::SeqCst) && begun.elapsed() < Duration::from_secs(40) {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    for number in 0..MESSAGES {
        assert!(erp.hand_over(ANNA, &[OFFICE], &letter(number)).await.starts_with("250 "), "{number}");
    }
    assert_eq!(house.all_tickets(), MESSAGES);
    held.store(false, Ordering::SeqCst);
    reader.join().unwrap();
    house.wait_for(TicketState::Sent, MESSAGES).await;
    let told = gateway.close().await;
    let taken = told.iter().filter(|event| event.starts_with("Taken")).count();
    let missed = told.iter().filter_map(|event| event.strip_prefix("Missed { count: ")?.strip_suffix(" }"));
    let missed: usize = missed.map(|count| count.parse::<usize>().unwrap()).sum();
    assert!(taken < MESSAGES, "some were not told");
    assert_eq!(taken + missed, MESSAGES, "and how many is told");
}
