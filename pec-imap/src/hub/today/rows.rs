//! The day as a table.

use jiff::Timestamp;
use pec_core::finding::Language;

use super::{Arrived, Today};
use crate::hub::HubMailbox;
use crate::hub::import::ROME;

/// The names of the columns, then a line each.
pub(super) fn of(today: &Today, language: Language) -> Vec<Vec<String>> {
    let say = |it: &'static str, en: &'static str| match language {
        Language::It => it,
        Language::En => en,
    };
    let names = [
        say("che cosa", "what"),
        say("cliente", "client"),
        say("casella", "mailbox"),
        say("quando", "when"),
        say("mittente", "sender"),
        say("oggetto", "subject"),
        say("dettaglio", "detail"),
        "id",
    ];
    let mut rows = vec![names.map(str::to_owned).to_vec()];
    for day in &today.clients {
        let lists = [(say("arrivato", "arrived"), &day.arrived), (say("non riuscito", "failed"), &day.failed)];
        for (what, one) in lists.into_iter().flat_map(|(what, list)| list.iter().map(move |one| (what, one))) {
            let entry = &one.entry;
            rows.push(vec![
                what.into(),
                day.client.clone(),
                one.mailbox.clone(),
                one.at().map(local).unwrap_or_default(),
                entry.sender.clone().unwrap_or_default(),
                entry.subject.clone().unwrap_or_default(),
                detail(one, language),
                entry.id.to_string(),
            ]);
        }
    }
    let radar = &today.radar;
    let mut mailbox = |what: &str, one: &HubMailbox, at: Option<String>, detail: String| {
        let at = at.unwrap_or_default();
        let (client, address) = (one.client().to_owned(), one.said.address.clone());
        rows.push(vec![what.into(), client, address, at, String::new(), String::new(), detail, String::new()]);
    };
    for one in &radar.access {
        let advice = one.access().map(|state| state.advice(language).to_owned()).unwrap_or_default();
        mailbox(say("accesso perso", "access lost"), one, one.standing.access_since.map(local), advice);
    }
    for one in &radar.passwords {
        mailbox(
            say("scade la password", "password ends"),
            one,
            one.standing.password_ends.map(last_day),
            String::new(),
        );
    }
    for one in &radar.full {
        let percent = one.percent_full().map(|percent| format!("{percent} %")).unwrap_or_default();
        mailbox(say("casella quasi piena", "nearly full"), one, None, percent);
    }
    for one in &radar.mandates {
        let until = one.said.mandate.and_then(|mandate| mandate.until);
        mailbox(say("scade il mandato", "mandate ends"), one, until.map(last_day), String::new());
    }
    for one in &radar.overdue {
        rows.push(vec![
            say("ricevuta in ritardo", "receipt overdue").into(),
            String::new(),
            one.mailbox.clone(),
            local(one.since),
            one.recipient.clone().unwrap_or_default(),
            one.subject.clone().unwrap_or_default(),
            one.owed.title(language).into(),
            one.pec_id.clone().or_else(|| one.message_id.clone()).unwrap_or_default(),
        ]);
    }
    for entry in &radar.proofs {
        rows.push(vec![
            say("prova in scadenza", "proof weakens").into(),
            String::new(),
            entry.mailboxes.join(" "),
            entry.expires.map(local).unwrap_or_default(),
            entry.sender.clone().unwrap_or_default(),
            entry.subject.clone().unwrap_or_default(),
            String::new(),
            entry.id.to_string(),
        ]);
    }
    rows
}

/// What a message says that tells of something which was sent; nothing for others.
pub(super) fn notice(kind: &str, language: Language) -> Option<&'static str> {
    let (it, en) = match kind {
        "errore-consegna" => ("mancata consegna", "not delivered"),
        "preavviso-errore-consegna" => ("consegna in ritardo", "delivery is late"),
        "non-accettazione" => ("non accettato: non è partito", "not accepted: it was not sent"),
        "rilevazione-virus" => ("fermato per virus", "stopped because of a virus"),
        _ => return None,
    };
    Some(match language {
        Language::It => it,
        Language::En => en,
    })
}

/// What it says, and what verification says of it.
fn detail(one: &Arrived, language: Language) -> String {
    let entry = &one.entry;
    let verdict = one.verdict().map_or(entry.verdict.clone(), |verdict| verdict.title(language).to_owned());
    match notice(&entry.kind, language) {
        Some(what) => format!("{what} ({verdict})"),
        None => verdict,
    }
}

/// The last day on which something holds that ends then; the time too, where it does not end with a day.
pub(in crate::hub) fn last_day(end: Timestamp) -> String {
    let end_there = end.to_zoned(ROME.clone());
    match end_there.time() == jiff::civil::Time::midnight() {
        true => end_there.yesterday().map_or_else(|_| local(end), |day| day.strftime("%d/%m/%Y").to_string()),
        false => local(end),
    }
}

/// A time in Rome, as spreadsheets understand it.
pub(super) fn local(at: Timestamp) -> String {
    at.to_zoned(ROME.clone()).strftime("%d/%m/%Y %H:%M").to_string()
}
