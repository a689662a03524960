use std::sync::Arc;
use std::time::{Duration, Instant};

use pec_archive::{Actor, Happened, Id};
use pec_imap::{
    AccessState, Answered, Asked, Credential, Error, HostSecrets, HubPolicy, HubQuery, Mandate, Mandates, Only,
    RefreshOptions, RefreshOutcome, RefreshReport, Sort,
};

use crate::office::{Office, PASSWORD, letter, spec};
use crate::server::{Server, Temper};

fn options() -> RefreshOptions {
    RefreshOptions { budget: Duration::from_secs(20), patience: Duration::from_secs(2), ..RefreshOptions::default() }
}

fn outcome<'r>(report: &'r RefreshReport, address: &str) -> &'r RefreshOutcome {
    &report.mailboxes.iter().find(|one| one.address == address).unwrap().outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_6_of_two_hundred_mailboxes_the_dead_the_slow_and_the_refused_hold_up_no_other() {
    let office = Office::new();
    let servers = [Server::start().await, Server::start().await];
    let (silent, closed) = (Server::silent().await, Server::closed().await);
    let domains = ["pec.alfa.example", "cert.beta.example"];
    let (mut specs, mut good, mut rejecting) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..200 {
        let (server, domain) = (&servers[number % 2], domains[number % 2]);
        let address = format!("box{number:03}@{domain}");
        let port = match number {
            ..10 => closed,
            10..20 => silent,
            _ => server.port,
        };
        server.with(&address, |one| {
            one.password = PASSWORD.into();
            one.messages = (0..1 + number % 3).map(|n| letter(n, &address)).collect();
            one.read = 1;
        });
        match number {
            ..20 => {}
            20..25 => {
                server.with(&address, |one| one.temper = Temper::Rejects("[AUTHENTICATIONFAILED] credenziali errate"));
                rejecting.push(address.clone());
            }
            _ => good.push(address.clone()),
        }
        specs.push(spec(&address, port, PASSWORD));
    }
    office.hub.add(&specs).unwrap();

    for round in 1..=3 {
        let begun = Instant::now();
        let report = office.hub.refresh(options()).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        assert_eq!((report.mailboxes.len(), report.fresh()), (200, 175));
        for address in &good {
            let fresh = outcome(&report, address);
            assert!(matches!(fresh, RefreshOutcome::Fresh { synced: Some(_), problem: None }), "{address}: {fresh:?}");
        }
        for (number, spec) in specs.iter().take(20).enumerate() {
            let RefreshOutcome::Failed(error) = outcome(&report, &spec.address) else { panic!("{}", spec.address) };
            assert_eq!(error.access(), Some(AccessState::Unreachable), "{number}: {error}");
        }
        for (number, address) in rejecting.iter().enumerate() {
            match outcome(&report, address) {
                RefreshOutcome::Failed(Error::Access { state: AccessState::Rejected, .. }) => assert_eq!(round, 1),
                RefreshOutcome::Spared(AccessState::Rejected) => assert!(round > 1),
                other => panic!("{address}: {other:?}"),
            }
            assert_eq!(servers[number % 2].logins(address), 1, "{address}, round {round}");
        }
        for server in &servers {
            assert!(server.most() <= options().per_provider, "{}", server.most());
        }
    }
    assert_eq!(office.archive.stats(&Actor::host()).unwrap().messages, 350);

    // What is known is in the archive: another hub over it does not ask again either.
    let lost: Vec<String> = office
        .hub
        .list(HubQuery::default())
        .unwrap()
        .into_iter()
        .filter(|one| one.access() == Some(AccessState::Rejected))
        .map(|one| one.said.address)
        .collect();
    let mut expected = rejecting.clone();
    expected.sort_unstable();
    assert_eq!(lost, expected);
    // Whoever follows what happens was told once of each.
    let events = office.archive.events(&Actor::host(), 0, 10_000).unwrap();
    let mut told: Vec<String> = events
        .into_iter()
        .filter_map(|event| match event.what {
            Happened::Access { mailbox, to, .. } if to == "rejected" => Some(mailbox),
            _ => None,
        })
        .collect();
    told.sort_unstable();
    assert_eq!(told, expected);

    // The holder tells the new password: that is the way back.
    let address = &rejecting[0];
    assert!(matches!(office.hub.open(address), Err(Error::Access { state: AccessState::Rejected, .. })));
    servers[0].with(address, |one| (one.temper, one.password) = (Temper::Good, "nuova".into()));
    office.hub.rotate_credential(address, &Credential::new(address.as_str(), "nuova")).unwrap();
    let report = office.hub.refresh(options()).await.unwrap();
    assert!(matches!(outcome(&report, address), RefreshOutcome::Fresh { .. }));
    assert_eq!(servers[0].logins(address), 2);
    assert!(office.hub.open(address).is_ok());
}

#[tokio::test]
async fn a_budget_that_is_over_ends_the_work_and_what_was_done_counts() {
    let office = Office::new();
    let server = Server::start().await;
    let mut specs = Vec::new();
    for number in 0..30 {
        let address = format!("box{number:02}@pec.alfa.example");
        server.with(&address, |one| {
            one.password = PASSWORD.into();
            one.temper = Temper::Slow(Duration::from_millis(300));
        });
        specs.push(spec(&address, server.port, PASSWORD));
    }
    office.hub.add(&specs).unwrap();
    let tight = RefreshOptions { budget: Duration::from_secs(1), parallel: 4, per_provider: 4, ..options() };
    let begun = Instant::now();
    let report = office.hub.refresh(tight).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let late = report.mailboxes.iter().filter(|one| matches!(one.outcome, RefreshOutcome::OutOfTime)).count();
    assert!(report.fresh() > 0 && late > 0 && report.fresh() + late == 30, "{} fresh, {late} late", report.fresh());
    // Those that had no turn have it first the next time.
    let seen = |report: &RefreshReport| -> Vec<String> {
        let fresh = report.mailboxes.iter().filter(|one| matches!(one.outcome, RefreshOutcome::Fresh { .. }));
        fresh.map(|one| one.address.clone()).collect()
    };
    let (first, second) = (seen(&report), seen(&office.hub.refresh(tight).await.unwrap()));
    assert!(first.iter().all(|address| !second.contains(address)), "{first:?} {second:?}");
}

#[tokio::test]
async fn row_4_what_one_mailbox_says_breaks_no_other_and_counters_are_those_of_the_server() {
    let office = Office::new();
    let server = Server::start().await;
    let [odd, good, full] = ["odd@x.example", "good@x.example", "full@x.example"];
    for address in [odd, good, full] {
        server.with(address, |one| one.password = PASSWORD.into());
        office.hub.add(&[spec(address, server.port, PASSWORD)]).unwrap();
    }
    server.with(odd, |one| one.temper = Temper::Babbles);
    server.with(full, |one| one.quota = Some((950, 1000)));
    server.with(good, |one| {
        one.messages = (0..5).map(|n| letter(n, good)).collect();
        one.read = 3;
    });
    let report = office.hub.refresh(options()).await.unwrap();
    let RefreshOutcome::Failed(error) = outcome(&report, odd) else { panic!("{report:?}") };
    assert_eq!(error.code(), "wire.protocol", "{error}");
    assert_eq!(report.fresh(), 2);
    let counts = |address: &str| {
        let standing = office.mailbox(address).standing;
        (standing.new, standing.unread, standing.total)
    };
    assert_eq!(counts(good), (5, 2, 5));
    office.hub.seen(good).unwrap();
    assert_eq!(counts(good), (0, 2, 5));
    server.with(good, |one| one.messages.extend([letter(8, good), letter(9, good)]));
    // Counters alone: nothing is brought in.
    office.hub.refresh(RefreshOptions { receive: false, ..options() }).await.unwrap();
    assert_eq!(counts(good), (2, 4, 7));
    let host = Actor::host();
    assert!(office.archive.get(&host, Id::of(&letter(8, good))).is_err());
    office.hub.refresh(options()).await.unwrap();
    assert!(office.archive.get(&host, Id::of(&letter(8, good))).is_ok());
    assert_eq!(counts(good), (2, 4, 7));

    let names =
        |query| -> Vec<String> { office.hub.list(query).unwrap().into_iter().map(|one| one.said.address).collect() };
    assert_eq!(names(HubQuery { only: Only::New, ..HubQuery::default() }), [good]);
    assert_eq!(names(HubQuery { only: Only::Unread, ..HubQuery::default() }), [good]);
    assert_eq!(names(HubQuery { sort: Sort::Fullest, ..HubQuery::default() }), [full, good, odd]);
    assert_eq!(names(HubQuery::default()), [full, good, odd]);
    assert_eq!(office.mailbox(full).percent_full(), Some(95));
}

#[tokio::test]
async fn a_store_that_panics_over_one_mailbox_fails_for_that_one_alone() {
    std::panic::set_hook(Box::new(|_| {}));
    let office = Office::new();
    let server = Server::start().await;
    let kept = Arc::clone(&office.secrets);
    let secrets = HostSecrets::new(move |asked| match asked {
        Asked::Get("b@x.example", _) => panic!("{PASSWORD}"),
        Asked::Get(mailbox, field) => {
            let found = kept.get(mailbox, field).map_err(|error| error.to_string())?;
            Ok(found.map_or(Answered::Nothing, Answered::Credential))
        }
        _ => Err("no".into()),
    });
    for address in ["a@x.example", "b@x.example", "c@x.example"] {
        server.with(address, |one| one.password = PASSWORD.into());
        office.hub.add(&[spec(address, server.port, PASSWORD)]).unwrap();
    }
    let hub = office.with_secrets(Arc::new(secrets));
    let report = hub.refresh(options()).await.unwrap();
    assert_eq!(report.fresh(), 2);
    let RefreshOutcome::Failed(error) = outcome(&report, "b@x.example") else { panic!("{report:?}") };
    assert!(matches!(error, Error::Internal(_)) && !format!("{error:?}").contains(PASSWORD));
}

#[tokio::test]
async fn a_provider_that_asks_to_wait_is_left_in_peace_for_a_while() {
    let office = Office::new();
    let server = Server::start().await;
    let address = "a@x.example";
    server.with(address, |one| {
        one.password = PASSWORD.into();
        one.temper = Temper::Rejects("[UNAVAILABLE] troppi accessi");
    });
    office.hub.add(&[spec(address, server.port, PASSWORD)]).unwrap();
    office.hub.refresh(options()).await.unwrap();
    let report = office.hub.refresh(options()).await.unwrap();
    assert!(matches!(outcome(&report, address), RefreshOutcome::Spared(AccessState::Throttled)));
    assert_eq!(server.logins(address), 1);
    office.turn("2026-02-09T10:06:00Z");
    server.with(address, |one| one.temper = Temper::Good);
    let report = office.hub.refresh(options()).await.unwrap();
    assert!(matches!(outcome(&report, address), RefreshOutcome::Fresh { .. }));
}

#[tokio::test]
async fn nobody_enters_without_a_mandate_that_holds_where_one_is_asked_for() {
    let office = Office::new();
    let server = Server::start().await;
    let mut spec = spec("a@x.example", server.port, PASSWORD);
    server.with("a@x.example", |one| one.password = PASSWORD.into());
    let strict = office.hub.clone().policy(HubPolicy { mandates: Mandates::Required, ..HubPolicy::default() });
    assert!(matches!(strict.add(std::slice::from_ref(&spec)), Err(Error::NoMandate { .. })));
    let until = "2026-03-01T00:00:00Z".parse().unwrap();
    let from = "2026-02-01T00:00:00Z".parse().unwrap();
    let evidence = Some(Id::of(b"mandato firmato"));
    spec.mandate = Some(Mandate { from, until: Some(until), evidence });
    strict.add(&[spec]).unwrap();
    assert_eq!(strict.refresh(options()).await.unwrap().fresh(), 1);
    assert!(strict.open("a@x.example").is_ok());
    office.turn("2026-03-01T00:00:00Z");
    assert!(matches!(strict.open("a@x.example"), Err(Error::NoMandate { .. })));
    let report = strict.refresh(options()).await.unwrap();
    assert!(matches!(outcome(&report, "a@x.example"), RefreshOutcome::Failed(Error::NoMandate { .. })), "{report:?}");
    assert_eq!(server.logins("a@x.example"), 1);
}
