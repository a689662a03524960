//! Profiles as they are written down.

use serde::Deserialize;

use super::{Fact, KnownText, LoginName, Profile, ProviderLimits, SecondFactor, Texts};
use crate::access::AccessState;
use crate::credential::Origin;
use crate::error::{Error, Result};
use crate::net::Endpoint;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<Provider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    name: String,
    title: Option<String>,
    #[serde(default)]
    domains: Vec<String>,
    imap: Option<String>,
    smtp: Option<String>,
    login: Option<String>,
    #[serde(default)]
    limits: WrittenLimits,
    second_factor: Option<Factor>,
    #[serde(default)]
    refusal: Vec<Refusal>,
    terms: Option<Bilingual>,
    #[serde(default)]
    fact: Vec<WrittenFact>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenLimits {
    message_bytes: Option<u64>,
    bytes_by_recipients: Option<u64>,
    attachment_bytes: Option<u64>,
    recipients: Option<u32>,
    per_minute: Option<u32>,
    per_day: Option<u32>,
    connections: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Factor {
    password: String,
    months: Option<u32>,
    it: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    contains: String,
    state: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bilingual {
    it: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFact {
    about: String,
    source: String,
    read: String,
}

/// The profiles of a text.
pub(super) fn profiles(text: &str) -> Result<Vec<Profile>> {
    let file: File = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
    file.provider.into_iter().map(profile).collect()
}

fn wrong(value: String) -> Error {
    Error::BadValue { what: "provider profiles", value }
}

fn profile(written: Provider) -> Result<Profile> {
    let name = written.name;
    let bad = |key: &str, value: &str| wrong(format!("{name}: {key}: {value}"));
    let server = |key: &str, text: Option<String>| {
        text.map(|text| text.parse::<Endpoint>().map_err(|_| bad(key, &text))).transpose()
    };
    let login = match written.login.as_deref() {
        None | Some("address") => LoginName::Address,
        Some("user-id") => LoginName::UserId,
        Some(other) => return Err(bad("login", other)),
    };
    let origin = |text: &str| Origin::from_name(text).ok_or_else(|| bad("password", text));
    let factor = |factor: Factor| -> Result<SecondFactor> {
        let advice = Texts { it: factor.it, en: factor.en };
        Ok(SecondFactor { password: origin(&factor.password)?, months: factor.months, advice })
    };
    let refusals = written.refusal.into_iter().map(|refusal| {
        let state = AccessState::from_name(&refusal.state).ok_or_else(|| bad("state", &refusal.state))?;
        Ok(KnownText { contains: refusal.contains.to_lowercase(), state })
    });
    let facts = written.fact.into_iter().map(|fact| {
        let read = fact.read.parse().map_err(|_| bad("read", &fact.read))?;
        Ok(Fact { about: fact.about, source: fact.source, read })
    });
    let limits = written.limits;
    Ok(Profile {
        title: written.title.unwrap_or_else(|| name.clone()),
        domains: written.domains.iter().map(|domain| domain.to_ascii_lowercase()).collect(),
        imap: server("imap", written.imap)?,
        smtp: server("smtp", written.smtp)?,
        login,
        limits: ProviderLimits {
            message_bytes: limits.message_bytes,
            bytes_by_recipients: limits.bytes_by_recipients,
            attachment_bytes: limits.attachment_bytes,
            recipients: limits.recipients,
            per_minute: limits.per_minute,
            per_day: limits.per_day,
            connections: limits.connections,
        },
        second_factor: written.second_factor.map(factor).transpose()?,
        refusals: refusals.collect::<Result<_>>()?,
        terms: written.terms.map(|terms| Texts { it: terms.it, en: terms.en }),
        facts: facts.collect::<Result<_>>()?,
        name: name.clone(),
    })
}
