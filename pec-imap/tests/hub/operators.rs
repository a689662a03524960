//! What operators see: spans with their fields, counters, and nothing that is anybody's secret.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use pec_archive::{Actor, Intake, Outgoing};
use pec_core::trust::TrustStore;
use pec_imap::RefreshOptions;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::office::{Office, letter, spec};
use crate::server::{Server, Temper};

const ANNA: &str = "anna@pec.alfa.example";
const BRUNO: &str = "bruno@cert.beta.example";

type Fields = BTreeMap<&'static str, String>;

/// Spans in their order, each with its fields; and all counters.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Heard>>);

type Heard = (Vec<(&'static str, Fields)>, Fields);

struct Into<'f>(&'f mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl Subscriber for Seen {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("pec_imap")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut seen = self.0.lock().unwrap();
        let mut fields = Fields::new();
        span.record(&mut Into(&mut fields));
        seen.0.push((span.metadata().name(), fields));
        Id::from_u64(seen.0.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let at = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Into(&mut self.0.lock().unwrap().0[at].1));
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut Into(&mut fields));
        let mut seen = self.0.lock().unwrap();
        for (name, value) in fields.into_iter().filter(|(name, _)| name.starts_with("monotonic_counter.")) {
            let sum = seen.1.get(name).map_or(0, |known| known.parse::<u64>().unwrap());
            seen.1.insert(name, (sum + value.parse::<u64>().unwrap()).to_string());
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Seen {
    fn span(&self, name: &str, with: &str) -> Fields {
        let seen = self.0.lock().unwrap();
        let found = seen.0.iter().find(|(span, fields)| *span == name && fields.values().any(|value| value == with));
        found.unwrap_or_else(|| panic!("no span {name} with {with}: {:?}", seen.0)).1.clone()
    }
}

// One thread: a subscriber of a test hears what is done on its own.
#[tokio::test]
async fn each_run_has_a_span_that_says_what_came_of_it_and_no_secret() {
    let (server, office) = (Server::start().await, Office::new());
    for address in [ANNA, BRUNO] {
        office.hub.add(&[spec(address, server.port, "parola-segretissima")]).unwrap();
    }
    let letters = [letter(1, ANNA), letter(2, ANNA)];
    let bytes: usize = letters.iter().map(Vec::len).sum();
    server.with(ANNA, |one| {
        one.password = "parola-segretissima".into();
        one.messages = letters.to_vec();
    });
    server.with(BRUNO, |one| one.temper = Temper::Rejects("parola-segretissima non va bene"));
    let seen = Seen::default();
    let hears = tracing::subscriber::set_default(seen.clone());
    // Where one alone listens, tracing asks the thread that first comes to a place: another test's, which listens to nothing.
    let _second = tracing::Dispatch::new(seen.clone());
    office.hub.refresh(RefreshOptions::default()).await.unwrap();
    let trust = TrustStore::built_in();
    let intake = Intake::new(&trust, "2026-02-09T10:00:00Z".parse().unwrap());
    let outgoing = Outgoing { mailbox: ANNA, key: "k", sender: ANNA, recipients: &[BRUNO] };
    office.archive.queue(&Actor::host(), &intake, &outgoing, letter(3, BRUNO)).unwrap();
    // It is no SMTP server: what fails is seen too.
    office.hub.send_queued(ANNA, &mut |_| std::ops::ControlFlow::Continue(())).await.unwrap_err();
    drop(hears);

    let has = |fields: &Fields, wanted: &[(&str, &str)]| {
        for (name, value) in wanted {
            assert_eq!(fields.get(name).map(String::as_str), Some(*value), "{name}: {fields:?}");
        }
        assert!(fields["ms"].parse::<u64>().is_ok());
    };
    let bytes = bytes.to_string();
    let all = seen.0.lock().unwrap().0.iter().find(|(name, _)| *name == "refresh").unwrap().1.clone();
    has(&all, &[("mailboxes", "2"), ("fresh", "1"), ("failed", "1"), ("spared", "0"), ("late", "0")]);
    has(&seen.span("visit", BRUNO), &[("error", "wire.access")]);
    has(&seen.span("sync", ANNA), &[("new", "2"), ("known", "0"), ("bytes", &bytes), ("gone", "0"), ("withheld", "0")]);
    has(&seen.span("folder", "INBOX"), &[("mailbox", ANNA), ("new", "2"), ("bytes", &bytes)]);
    let send = seen.span("send", ANNA);
    assert!(send["error"].starts_with("wire."), "{send:?}");
    let (spans, counters) = &*seen.0.lock().unwrap();
    assert_eq!(counters["monotonic_counter.pec_messages_received"], "2");
    assert_eq!(counters["monotonic_counter.pec_bytes_received"], bytes);
    let text = format!("{spans:?}");
    assert!(!text.contains("segretissima") && !text.contains("Prova") && !text.contains("anna@x.example"), "{text}");

    // The table says all of them, and nothing else.
    let table = include_str!("../../README.md");
    for (name, fields) in spans {
        let row = table.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("no row for {name}"));
        fields.keys().for_each(|field| assert!(row.contains(&format!("`{field}`")), "{name}: {field}"));
    }
    counters.keys().for_each(|counter| assert!(table.contains(counter.trim_start_matches("monotonic_counter."))));
}
