use pec_imap::{Capacity, Error, HubPolicy, Import, Mandates, Origin, RefreshOptions, RowFault, SecretField};

use crate::office::Office;
use crate::server::Server;

/// `row column fault`, of everything that is wrong.
fn wrong(imported: &pec_imap::Imported) -> Vec<String> {
    imported.errors.iter().map(|error| format!("{} {} {:?}", error.row, error.column, error.fault)).collect()
}

#[test]
fn row_2_everything_that_is_wrong_in_a_table_is_told_at_once_and_nothing_is_stored() {
    let office = Office::new();
    let hub = office.hub.clone().policy(HubPolicy { mandates: Mandates::Required, ..HubPolicy::default() });
    let table = "Casella;Gestore;Utente;Password;Codice fiscale;Partita IVA;Mandato dal;Mandato al;Cliente;Colore\r\n\
                 a@pec.it;;;segreta;RSSMRA85T10A562S;00743110157;01/01/2026;31/12/2026;Neri;rosso\r\n\
                 b@pec.it;;;segreta;RSSMRA85T10A562T;00743110158;01/01/2026;;Neri;\r\n\
                 A@PEC.IT;;;segreta;;;01/01/2026;;;\r\n\
                 no;;;segreta;;;01/01/2026;;;\r\n\
                 c@pec.it;nessuno;;segreta;;;31/02/2026;;;\r\n\
                 d@example.it;;;segreta;;;01/01/2026;31/12/2025;;\r\n\
                 e@legalmail.it;;;segreta;;;01/01/2026;;;\r\n\
                 f@pec.it;;;;;;;;;\r\n\
                 \r\n\
                 ;;;x;;;01/01/2026;;;;;di troppo\r\n";
    let imported = hub.import_csv(table.as_bytes(), Import::AllOrNothing).unwrap();
    assert_eq!(
        wrong(&imported),
        [
            "3 Codice fiscale TaxId(Check { expected: 'S' })",
            "3 Partita IVA TaxId(Check { expected: '7' })",
            "4 Casella Double { row: 2 }",
            "5 Casella Address",
            "6 Gestore Provider",
            "6 Mandato dal Date",
            "7 imap NoServer",
            "7 smtp NoServer",
            "7 Mandato al Backwards",
            "8 Utente Missing",
            "9 Mandato dal Mandate",
            "9 Password Password",
            "11  TooManyCells",
            "11 Casella Missing",
        ]
    );
    assert_eq!(imported.ignored, ["Colore"]);
    assert!(imported.added.is_empty() && hub.mailboxes().unwrap().is_empty());
    assert!(!format!("{imported:?}").contains("segreta"));
    assert!(office.secrets.get("a@pec.it", SecretField::Access).unwrap().is_none());
    for error in &imported.errors {
        use pec_core::finding::Language::{En, It};
        assert_ne!(error.fault.text(It), error.fault.text(En), "{error:?}");
    }

    let imported = hub.import_csv(table.as_bytes(), Import::ThoseThatAreRight).unwrap();
    assert_eq!((imported.added.as_slice(), imported.errors.len()), (&["a@pec.it".to_owned()][..], 14));
    let known = office.mailbox("a@pec.it").said;
    assert_eq!((known.profile.as_deref(), known.client.as_deref()), (Some("aruba"), Some("Neri")));
    assert_eq!(known.tax_id.as_deref(), Some("RSSMRA85T10A562S"));
    assert!(known.mandate.unwrap().holds("2026-12-31T22:59:59Z".parse().unwrap()));
    assert!(!known.mandate.unwrap().holds("2026-12-31T23:00:00Z".parse().unwrap()));
    let again = hub.import_csv(table.as_bytes(), Import::ThoseThatAreRight).unwrap();
    assert!(wrong(&again).contains(&"2 Casella Managed".to_owned()) && again.added.is_empty());
}

#[tokio::test]
async fn tables_of_every_spreadsheet_bring_the_same_and_a_password_stays_what_it_is() {
    let password = " p;à\"s,s ";
    let server = Server::start().await;
    server.with("a@x.example", |one| one.password = password.into());
    let imap = format!("danger-plain://127.0.0.1:{}", server.port);
    let rows = [
        ["casella", "imap", "smtp", "password", "cliente", "scadenza password", "origine password"],
        ["a@x.example", &imap, "starttls://smtp.x.example:587", password, "Perché & C.", "31/05/2026", "generata"],
    ];
    for (delimiter, encoding) in [(';', 0), (',', 1), ('\t', 2), (';', 3)] {
        let quoted = |cell: &&str| format!("\"{}\"", cell.replace('"', "\"\""));
        let lines = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(&delimiter.to_string()));
        let text = lines.collect::<Vec<_>>().join("\r\n");
        let bytes = match encoding {
            0 => text.clone().into_bytes(),
            1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            // Latin-1, of which Windows-1252 has all that stands here.
            2 => text.chars().map(|c| c as u8).collect(),
            _ => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        };
        let office = Office::new();
        let imported = office.hub.import_csv(&bytes, Import::AllOrNothing).unwrap();
        assert_eq!(imported.errors, [], "{delimiter:?} {encoding}");
        let mailbox = office.mailbox("a@x.example");
        assert_eq!(mailbox.said.client.as_deref(), Some("Perché & C."));
        let credential = office.secrets.get("a@x.example", SecretField::Access).unwrap().unwrap();
        assert_eq!(credential.ends(), Some("2026-05-31T22:00:00Z".parse().unwrap()));
        assert_eq!((credential.comes_from(), mailbox.standing.password_ends), (Origin::Generated, credential.ends()));
        let report = office.hub.refresh(RefreshOptions::default()).await.unwrap();
        assert_eq!(report.fresh(), 1, "{delimiter:?} {encoding}: {report:?}");
    }
}

#[test]
fn a_quotation_mark_that_nothing_closes_swallows_no_rows() {
    let office = Office::new();
    let table = "casella;password\na@pec.it;x\nb@pec.it;\"y\nc@pec.it;z\n";
    let imported = office.hub.import_csv(table.as_bytes(), Import::ThoseThatAreRight).unwrap();
    assert_eq!((wrong(&imported), imported.added.len()), (vec!["3 \" OpenQuote".to_owned()], 0));
    for table in ["", "nome;password\nx;y\n"] {
        let imported = office.hub.import_csv(table.as_bytes(), Import::AllOrNothing).unwrap();
        assert!(matches!(imported.errors[..], [ref one] if one.fault == RowFault::MissingColumn), "{imported:?}");
    }
}

#[test]
fn a_hub_takes_no_more_than_its_capacity_and_then_nothing() {
    let office = Office::new();
    let hub = office.hub.clone().policy(HubPolicy { capacity: Capacity::Blocks(0), ..HubPolicy::default() });
    let table = |from: usize, count: usize| {
        let rows: String = (from..from + count).map(|n| format!("b{n}@pec.it;x\n")).collect();
        format!("casella;password\n{rows}")
    };
    hub.import_csv(table(0, 50).as_bytes(), Import::AllOrNothing).unwrap();
    let refused = hub.import_csv(table(50, 3).as_bytes(), Import::AllOrNothing);
    assert!(matches!(refused, Err(Error::HubCapacityExceeded { limit: 50, active: 53 })), "{refused:?}");
    assert_eq!(hub.mailboxes().unwrap().len(), 50);
    assert!(office.secrets.get("b50@pec.it", SecretField::Access).unwrap().is_none());
    // A block more.
    let hub = hub.policy(HubPolicy { capacity: Capacity::Blocks(1), ..HubPolicy::default() });
    hub.import_csv(table(50, 20).as_bytes(), Import::AllOrNothing).unwrap();
    assert!(hub.remove("b0@pec.it").unwrap() && !hub.remove("b0@pec.it").unwrap());
    assert!(office.secrets.get("b0@pec.it", SecretField::Access).unwrap().is_none());
    hub.import_csv(table(0, 1).as_bytes(), Import::AllOrNothing).unwrap();
}
