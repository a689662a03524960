//! A password that must be seen nowhere.

use std::error::Error as _;
use std::fmt::{self, Write as _};
use std::fs;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use pec_core::finding::Language;
use pec_imap::{
    AccessState, Credential, Error, FileSecrets, HostKey, HubQuery, Import, RadarOptions, RefreshOptions,
    RefreshOutcome, SecretField,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::office::{Office, plain, spec};
use crate::server::{Server, Temper};

const SENTINEL: &str = "S3ntinella-segretissima!è";
const USER: &str = "anna@pec.alfa.example";

/// Everything that anybody has said.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<String>>);

impl Heard {
    fn hear(&self, text: impl fmt::Display) {
        writeln!(self.0.lock().unwrap(), "{text}").unwrap();
    }

    /// An error in every way in which it can be shown.
    fn error(&self, error: &Error) {
        self.hear(format_args!("{error} {error:?} {error:#?} {}", error.code()));
        self.hear(error.explanation(Language::It));
        let mut source = error.source();
        while let Some(inner) = source {
            self.hear(format_args!("{inner} {inner:?}"));
            source = inner.source();
        }
    }
}

impl Visit for &Heard {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.hear(format_args!("{field}={value:?}"));
    }
}

impl Subscriber for Heard {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.hear(span.metadata().name());
        span.record(&mut &*self);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut &*self);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.hear(event.metadata().target());
        event.record(&mut &*self);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Heard {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.hear(record.args());
    }

    fn flush(&self) {}
}

/// The forms in which it goes over the wire, and those of its parts that would say it.
fn forms() -> Vec<String> {
    let response = Base64::encode_string(format!("\0{USER}\0{SENTINEL}").as_bytes());
    let tail = response[response.len() - 20..].to_owned();
    vec![SENTINEL.to_owned(), Base64::encode_string(SENTINEL.as_bytes()), response, tail]
}

fn is_silent(text: &str, what: &str) {
    for form in forms() {
        assert!(!text.contains(&form), "{what} says it");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_13_a_password_is_in_no_log_error_debug_text_panic_or_file() {
    let heard = Heard::default();
    tracing::subscriber::set_global_default(heard.clone()).unwrap();
    log::set_boxed_logger(Box::new(heard.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let panics = heard.clone();
    std::panic::set_hook(Box::new(move |panic| panics.hear(panic)));
    // The control: what is said is heard.
    tracing::trace!(value = "controllo-uno", "x");
    log::trace!("controllo-due");
    let _ = std::panic::catch_unwind(|| panic!("controllo-tre"));
    for control in ["controllo-uno", "controllo-due", "controllo-tre"] {
        assert!(heard.0.lock().unwrap().contains(control), "{control} was heard");
    }

    let office = Office::new();
    let server = Server::start().await;
    let options = RefreshOptions { patience: Duration::from_secs(2), ..RefreshOptions::default() };
    let tempers = [
        Temper::Good,
        Temper::Rejects("[AUTHENTICATIONFAILED] no"),
        Temper::Repeats,
        Temper::Babbles,
        Temper::Slow(Duration::from_secs(3)),
    ];
    let table = format!(
        "casella;password;imap;smtp\n{USER};{SENTINEL};danger-plain://127.0.0.1:{port};danger-plain://127.0.0.1:{port}\n\
         odd@;{SENTINEL};;\n{USER};{SENTINEL};;;{SENTINEL}\n",
        port = server.port
    );
    let imported = office.hub.import_csv(table.as_bytes(), Import::ThoseThatAreRight).unwrap();
    heard.hear(format_args!("{imported:?}"));
    assert_eq!(imported.added, [USER]);
    server.with(USER, |one| {
        one.password = SENTINEL.into();
        one.messages = vec![b"Subject: x\r\n\r\ny\r\n".to_vec()];
    });
    for temper in tempers {
        server.with(USER, |one| one.temper = temper);
        let credential = Credential::new(USER, SENTINEL);
        office.hub.rotate_credential(USER, &credential).unwrap();
        let account = office.hub.open(USER).unwrap();
        heard.hear(format_args!("{credential:?} {account:#?}"));
        let report = office.hub.refresh(options).await.unwrap();
        heard.hear(format_args!("{report:?}"));
        match (&report.mailboxes[0].outcome, temper) {
            (RefreshOutcome::Fresh { .. }, Temper::Good) => {}
            (RefreshOutcome::Failed(error), _) => heard.error(error),
            other => panic!("{other:?}"),
        }
        heard.hear(format_args!("{:?}", office.hub.list(HubQuery::default()).unwrap()));
        let today = office.hub.today("2026-02-08T00:00:00Z".parse().unwrap(), RadarOptions::default()).unwrap();
        heard.hear(today.to_html(Language::It));
        heard.hear(format_args!("{today:?}"));
    }
    // The line of the login, repeated by a server that does not understand it, is where it would be.
    server.with(USER, |one| one.temper = Temper::Repeats);
    let network = pec_imap::Network::new(pec_imap::Proxy::Direct, &pec_imap::Roots::none()).unwrap();
    let account = pec_imap::Account::new(USER, plain(server.port), plain(server.port), Credential::new(USER, SENTINEL));
    let error = account.check(&network).await.unwrap_err();
    assert!(matches!(&error, Error::Access { state: AccessState::Rejected, text, .. } if text.contains("[REDACTED]")));
    heard.error(&error);
    let receiver =
        pec_imap::Receiver::new(Arc::clone(&office.archive), Arc::new(pec_core::trust::TrustStore::built_in()));
    server.with(USER, |one| one.temper = Temper::Good);
    let synced = receiver.sync(&network, &account, &mut |_| ControlFlow::Continue(())).await.unwrap();
    heard.hear(format_args!("{synced:?} {receiver:?} {network:?} {:?} {:?}", office.hub, office.secrets));
    heard.hear(format_args!("{:?}", spec(USER, 1, SENTINEL)));
    for entry in office.secrets.list().unwrap() {
        heard.hear(format_args!("{entry:?}"));
    }
    let wrong = FileSecrets::open(&office.folder.path().join("segreti"), HostKey::new([1; 32])).unwrap_err();
    heard.error(&wrong.into());
    let bad = office.secrets.put(USER, SecretField::Access, &Credential::new(USER, format!("{SENTINEL}\0")));
    heard.hear(format_args!("{bad:?}"));
    let unsendable = pec_imap::Account::new(
        USER,
        plain(server.port),
        plain(server.port),
        Credential::new(USER, format!("{SENTINEL}\0")),
    );
    heard.error(&unsendable.check(&network).await.unwrap_err());

    is_silent(&heard.0.lock().unwrap(), "somebody");
    for file in fs::read_dir(office.folder.path()).unwrap() {
        let path = file.unwrap().path();
        is_silent(&String::from_utf8_lossy(&fs::read(&path).unwrap()), &path.display().to_string());
    }
}
