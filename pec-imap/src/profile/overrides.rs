//! What the caller knows better than a profile.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Profile;
use crate::error::{Error, Result};
use crate::net::{Endpoint, Security};

/// Values in the place of those of a profile; what is `None` stays as it is there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overrides {
    /// Where mail is read.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write", deserialize_with = "read")]
    pub imap: Option<Endpoint>,
    /// Where mail is handed over.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write", deserialize_with = "read")]
    pub smtp: Option<Endpoint>,
    /// Bytes of a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_bytes: Option<u64>,
    /// Bytes of a message times its recipients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_by_recipients: Option<u64>,
    /// Bytes of attachments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment_bytes: Option<u64>,
    /// Recipients of a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<u32>,
    /// Messages in a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_minute: Option<u32>,
    /// Messages in a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u32>,
    /// Connections at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<u32>,
}

impl Overrides {
    pub(super) fn apply(&self, profile: &mut Profile) {
        fn put<T: Clone>(place: &mut Option<T>, value: &Option<T>) {
            if value.is_some() {
                place.clone_from(value);
            }
        }
        put(&mut profile.imap, &self.imap);
        put(&mut profile.smtp, &self.smtp);
        let limits = &mut profile.limits;
        put(&mut limits.message_bytes, &self.message_bytes);
        put(&mut limits.bytes_by_recipients, &self.bytes_by_recipients);
        put(&mut limits.attachment_bytes, &self.attachment_bytes);
        put(&mut limits.recipients, &self.recipients);
        put(&mut limits.per_minute, &self.per_minute);
        put(&mut limits.per_day, &self.per_day);
        put(&mut limits.connections, &self.connections);
    }
}

const START_TLS: &str = "starttls://";
const PLAIN: &str = "danger-plain://";

impl FromStr for Endpoint {
    type Err = Error;

    /// A server as it is written down: `host:port`, encrypted from the first byte; `starttls://host:port`;
    /// `danger-plain://host:port`. An IPv6 address stands in brackets.
    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::BadValue { what: "server", value: format!("{text}: not host:port") };
        let written = text.trim();
        let (security, rest) = if let Some(rest) = written.strip_prefix(START_TLS) {
            (Security::StartTls, rest)
        } else if let Some(rest) = written.strip_prefix(PLAIN) {
            (Security::DangerPlain, rest)
        } else {
            (Security::Tls, written)
        };
        let (host, port) = rest.rsplit_once(':').ok_or_else(bad)?;
        let (host, bracketed) = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(host) => (host, true),
            None => (host, false),
        };
        let odd = |c: char| c.is_whitespace() || c.is_control() || "/@[]".contains(c) || (c == ':' && !bracketed);
        let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(bad)?;
        if host.is_empty() || host.contains(odd) {
            return Err(bad());
        }
        Ok(Self { host: host.to_owned(), port, security })
    }
}

impl Endpoint {
    /// As it is written down, and read again from there.
    #[must_use]
    pub fn to_text(&self) -> String {
        let scheme = match self.security {
            Security::Tls => "",
            Security::StartTls => START_TLS,
            Security::DangerPlain => PLAIN,
        };
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("{scheme}[{host}]:{port}") } else { format!("{scheme}{host}:{port}") }
    }
}

fn write<S: Serializer>(endpoint: &Option<Endpoint>, serializer: S) -> Result<S::Ok, S::Error> {
    match endpoint {
        Some(endpoint) => serializer.serialize_str(&endpoint.to_text()),
        None => serializer.serialize_none(),
    }
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Endpoint>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(de::Error::custom)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profiles;

    #[test]
    fn servers_are_read_as_they_are_written() {
        for text in [
            "imap.x.example:993",
            "starttls://x:143",
            "danger-plain://127.0.0.1:14300",
            "[::1]:993",
            "starttls://[fe80::1]:143",
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_text(), text);
        }
        for text in ["", "x", "x:", "x:0", "x:70000", ":993", "http://x:80", "a b:1", "::1:993", "u@x:993", "x/y:1"] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_value_gives_way_and_what_is_not_said_stays() {
        let overrides =
            Overrides { imap: Some(Endpoint::tls("a.example", 1)), per_minute: Some(60), ..Overrides::default() };
        let text = serde_json::to_string(&overrides).unwrap();
        assert_eq!(text, r#"{"imap":"a.example:1","per_minute":60}"#);
        assert_eq!(serde_json::from_str::<Overrides>(&text).unwrap(), overrides);
        let known = Profiles::built_in().unwrap().named("legalmail").unwrap().clone();
        let profile = known.clone().with(&overrides);
        assert_eq!((profile.imap, profile.limits.per_minute), (overrides.imap, Some(60)));
        assert_eq!((profile.smtp, profile.limits.recipients), (known.smtp, Some(1000)));
    }
}
