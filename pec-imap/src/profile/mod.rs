//! What is known of a provider, as dated data: where its servers are, what it allows, how it lets programs in, what it says
//! when it refuses, and what its contract forbids (FEATURES 0.6, 0.7, 2.4).
//!
//! Nothing of it is a promise of the provider: each fact has its source and its day, and every value gives way to
//! [`Overrides`], or to a file of the host's in the same form as `providers.toml`.
//!
//! ```
//! use pec_imap::Profiles;
//! let profiles = Profiles::built_in()?;
//! let legalmail = profiles.of_address("studio@legalmail.it").expect("a known domain");
//! assert_eq!((legalmail.name.as_str(), legalmail.limits.per_minute), ("legalmail", Some(6)));
//! assert!(legalmail.terms.is_some(), "its contract restricts programs");
//! assert!(profiles.of_address("ditta@example.it").is_none());
//! # Ok::<(), pec_imap::Error>(())
//! ```

mod overrides;
mod read;

use jiff::civil::Date;
use pec_core::finding::Language;

pub use overrides::Overrides;

use crate::access::AccessState;
use crate::account::Account;
use crate::credential::{Credential, Origin};
use crate::error::{Error, Result};
use crate::net::Endpoint;

/// The providers that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profiles {
    profiles: Vec<Profile>,
}

/// One provider (*gestore*).
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "gestore")]
pub struct Profile {
    /// Its name: the key.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Domains whose mailboxes are with it: they and what stands below them. Mailboxes of customers' own domains are not
    /// told by their address.
    pub domains: Vec<String>,
    /// Where mail is read. To be checked.
    pub imap: Option<Endpoint>,
    /// Where mail is handed over. To be checked.
    pub smtp: Option<Endpoint>,
    /// Under which name users log in.
    pub login: LoginName,
    /// What it allows.
    pub limits: ProviderLimits,
    /// How it lets programs in where a second factor is on.
    pub second_factor: Option<SecondFactor>,
    /// What its refusals mean, by words in them.
    pub refusals: Vec<KnownText>,
    /// What its contract forbids to programs. To be shown before one sends.
    pub terms: Option<Texts>,
    /// Where all this is from.
    pub facts: Vec<Fact>,
}

/// Under which name users of a provider log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoginName {
    /// The address of the mailbox.
    #[default]
    Address,
    /// A user-id of its own, which has to be given.
    UserId,
}

/// What a provider allows; `None` where that is not known. The law knows only what every provider has to allow: 50
/// recipients, and 30 MB times recipients (DM 2/11/2005 art. 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ProviderLimits {
    /// Bytes of a message.
    pub message_bytes: Option<u64>,
    /// Bytes of a message times its recipients.
    pub bytes_by_recipients: Option<u64>,
    /// Bytes of attachments, before their transfer encoding.
    pub attachment_bytes: Option<u64>,
    /// Recipients of a message.
    pub recipients: Option<u32>,
    /// Messages in a minute.
    pub per_minute: Option<u32>,
    /// Messages in a day.
    pub per_day: Option<u32>,
    /// Connections at a time.
    pub connections: Option<u32>,
}

/// How programs get in where a second factor is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// With which password.
    pub password: Origin,
    /// For how many months that lasts; `None` where it does not end.
    pub months: Option<u32>,
    /// What the holder has to do.
    pub advice: Texts,
}

/// The same in two languages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Texts {
    /// In Italian.
    pub it: String,
    /// In English.
    pub en: String,
}

impl Texts {
    /// In this one.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::It => &self.it,
            Language::En => &self.en,
        }
    }
}

/// Words of a refusal, and what they mean with this provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownText {
    /// In lower case: a part of what the server says.
    pub contains: String,
    /// What that means.
    pub state: AccessState,
}

impl KnownText {
    pub(crate) fn is_in(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.contains)
    }
}

/// Where something that a profile says is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub about: String,
    /// Who says so.
    pub source: String,
    /// When that was read.
    pub read: Date,
}

impl Profiles {
    /// Those that come with this library.
    ///
    /// # Errors
    /// [`Error::Internal`], which the tests of this library rule out.
    pub fn built_in() -> Result<Self> {
        Self::read(include_str!("providers.toml")).map_err(|error| Error::Internal(error.to_string()))
    }

    /// From a text in the form of `providers.toml`.
    ///
    /// # Errors
    /// [`Error::BadValue`], which says what is wrong and where.
    pub fn read(text: &str) -> Result<Self> {
        Ok(Self { profiles: read::profiles(text)? })
    }

    /// With others, which take the place of those of the same name and are asked first.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.profiles.retain(|known| !others.profiles.iter().any(|other| other.name == known.name));
        self.profiles.splice(0..0, others.profiles);
        self
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Profile] {
        &self.profiles
    }

    /// That of this name, in whatever case.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Profile> {
        let is =
            |profile: &&Profile| profile.name.eq_ignore_ascii_case(name) || profile.title.eq_ignore_ascii_case(name);
        self.profiles.iter().find(is)
    }

    /// That of the domain of an address; of several the one whose domain says most.
    #[must_use]
    pub fn of_address(&self, address: &str) -> Option<&Profile> {
        let domain = address.rsplit_once('@')?.1.to_ascii_lowercase();
        let is_below =
            |known: &str| domain.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('.'));
        let longest = |profile: &Profile| profile.domains.iter().filter(|known| is_below(known)).map(String::len).max();
        let mut best: Option<(usize, &Profile)> = None;
        for profile in &self.profiles {
            if let Some(length) = longest(profile)
                && best.is_none_or(|(known, _)| length > known)
            {
                best = Some((length, profile));
            }
        }
        best.map(|(_, profile)| profile)
    }
}

impl Profile {
    /// A provider of which nothing is known: everything is said by [`Overrides`].
    #[must_use]
    pub fn unknown(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            title: name.clone(),
            name,
            domains: Vec::new(),
            imap: None,
            smtp: None,
            login: LoginName::Address,
            limits: ProviderLimits::default(),
            second_factor: None,
            refusals: Vec::new(),
            terms: None,
            facts: Vec::new(),
        }
    }

    /// With these values in the place of its own.
    #[must_use]
    pub fn with(mut self, overrides: &Overrides) -> Self {
        overrides.apply(&mut self);
        self
    }

    /// A mailbox with this provider.
    ///
    /// # Errors
    /// [`Error::BadValue`] where no server is known.
    pub fn account(&self, address: &str, credential: Credential) -> Result<Account> {
        let imap = self.imap.clone().ok_or_else(|| self.lacks("IMAP"))?;
        let smtp = self.smtp.clone().ok_or_else(|| self.lacks("SMTP"))?;
        Ok(Account::new(address, imap, smtp, credential).known_texts(&self.refusals))
    }

    fn lacks(&self, what: &str) -> Error {
        Error::BadValue {
            what: "provider",
            value: format!("{}: no {what} server is known: give host and port", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_can_be_read_and_every_provider_has_servers_and_dated_facts() {
        let profiles = Profiles::built_in().unwrap();
        for profile in profiles.all() {
            assert!(!profile.domains.is_empty() && !profile.facts.is_empty(), "{}", profile.name);
            assert_eq!(profile.imap.as_ref().map(|imap| imap.port), Some(993), "{}", profile.name);
            assert_eq!(profile.smtp.as_ref().map(|smtp| smtp.port), Some(465), "{}", profile.name);
            for domain in &profile.domains {
                assert_eq!(profiles.of_address(&format!("a@{domain}")), Some(profile));
            }
        }
        let names: Vec<&str> = profiles.all().iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(names, ["aruba", "legalmail", "namirial", "register", "poste", "twt"]);
        let aruba = profiles.named("Aruba PEC").unwrap();
        let factor = aruba.second_factor.as_ref().unwrap();
        assert_eq!((factor.password, factor.months), (Origin::Generated, Some(3)));
        assert_ne!(factor.advice.text(Language::It), factor.advice.text(Language::En));
    }

    #[test]
    fn a_domain_is_told_from_one_that_only_ends_alike() {
        let profiles = Profiles::built_in().unwrap();
        let name = |address: &str| profiles.of_address(address).map(|profile| profile.name.as_str());
        assert_eq!(name("a@PEC.it"), Some("aruba"));
        assert_eq!(name("a@cert.legalmail.it"), Some("legalmail"));
        assert_eq!(name("a@notpec.it"), None);
        assert_eq!(name("pec.it"), None);
    }

    #[test]
    fn a_file_of_the_host_is_asked_first_and_says_where_it_is_wrong() {
        let own =
            "[[provider]]\nname = \"aruba\"\ntitle = \"Aruba\"\ndomains = [\"ditta.it\"]\nimap = \"a.example:1993\"\n";
        let profiles = Profiles::built_in().unwrap().and(Profiles::read(own).unwrap());
        assert_eq!(profiles.named("aruba").unwrap().imap, Some(Endpoint::tls("a.example", 1993)));
        assert!(profiles.of_address("a@pec.it").is_none() && profiles.of_address("a@ditta.it").is_some());
        assert_eq!(profiles.all().len(), Profiles::built_in().unwrap().all().len());
        let wrong = [
            ("[[provider]]\nname = \"x\"\nports = 3\n", "ports"),
            ("[[provider]]\nname = \"x\"\nimap = \"x\"\n", "imap"),
            ("[[provider]]\nname = \"x\"\n[[provider.refusal]]\ncontains = \"a\"\nstate = \"odd\"\n", "odd"),
            (
                "[[provider]]\nname = \"x\"\n[[provider.fact]]\nabout = \"a\"\nsource = \"b\"\nread = \"2026-13-01\"\n",
                "read",
            ),
            ("[[provider]]\n", "name"),
        ];
        for (text, what) in wrong {
            let error = Profiles::read(text).unwrap_err();
            assert!(error.to_string().contains(what), "{what}: {error}");
        }
    }

    #[test]
    fn words_of_a_provider_say_more_than_general_ones_and_a_code_says_more_than_both() {
        let profiles = Profiles::built_in().unwrap();
        let account =
            profiles.named("legalmail").unwrap().account("a@legalmail.it", Credential::new("M1", "x")).unwrap();
        let text = "550 MAIL from: \"a@legalmail.it\" blocked \"Class Of Service\" - Too much traffic from this sender";
        assert_eq!(AccessState::of_refusal(None, text), AccessState::Rejected);
        assert_eq!(account.judge(None, text), AccessState::Throttled);
        assert_eq!(account.judge(Some("AUTHENTICATIONFAILED"), text), AccessState::Throttled);
        assert_eq!(account.judge(Some("EXPIRED"), text), AccessState::PasswordExpired);
        assert_eq!(account.judge(None, "La password è scaduta"), AccessState::PasswordExpired);
    }
}
