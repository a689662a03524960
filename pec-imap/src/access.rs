//! Whether a server lets the user in, and if not, in which of the ways that ask for different things.

use pec_core::finding::Language;

/// The access to a mailbox (FEATURES 1.1, row 12).
///
/// It is judged by response codes (RFC 5530) first, and by what providers are known to say where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AccessState {
    /// The last login was accepted.
    Ok,
    /// The server does not accept the credential: the holder may have changed the password.
    Rejected,
    /// The provider wants a second factor, or a password made for programs.
    SecondFactorRequired,
    /// The password has ended.
    PasswordExpired,
    /// Too many connections or logins: the provider asks to wait.
    Throttled,
    /// Nobody answers, or not safely.
    Unreachable,
}

impl AccessState {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Ok,
        Self::Rejected,
        Self::SecondFactorRequired,
        Self::PasswordExpired,
        Self::Throttled,
        Self::Unreachable,
    ];

    /// Its name. Stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Rejected => "rejected",
            Self::SecondFactorRequired => "second-factor-required",
            Self::PasswordExpired => "password-expired",
            Self::Throttled => "throttled",
            Self::Unreachable => "unreachable",
        }
    }

    /// That of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether another login with the same credential could make it worse: providers lock accounts after a few of them.
    #[must_use]
    pub const fn forbids_retry(self) -> bool {
        matches!(self, Self::Rejected | Self::SecondFactorRequired | Self::PasswordExpired)
    }

    /// What to do.
    #[must_use]
    pub const fn advice(self, language: Language) -> &'static str {
        let (italian, english) = match self {
            Self::Ok => ("Nulla da fare.", "Nothing to do."),
            Self::Rejected => (
                "Il gestore rifiuta le credenziali: chiedere la nuova password al titolare e inserirla. Non si riprova con \
                 quella vecchia, per non bloccare la casella.",
                "The provider refuses the credential: ask the holder for the new password and set it. The old one is not tried \
                 again, so that the mailbox is not locked.",
            ),
            Self::SecondFactorRequired => (
                "Il gestore chiede la verifica in due passaggi: creare nel suo pannello una password per programmi di posta e \
                 inserirla qui con la sua scadenza.",
                "The provider asks for a second factor: make a password for mail programs in its panel and set it here with \
                 its expiry.",
            ),
            Self::PasswordExpired => (
                "La password è scaduta: il titolare la rinnova presso il gestore, poi si inserisce la nuova.",
                "The password has expired: the holder renews it with the provider, then the new one is set.",
            ),
            Self::Throttled => (
                "Il gestore chiede di aspettare: troppi accessi in poco tempo. Riprovare più tardi, con meno connessioni.",
                "The provider asks to wait: too many logins in a short time. Try later, with fewer connections.",
            ),
            Self::Unreachable => (
                "Il server non risponde, o non in modo sicuro: controllare rete, nome del server e porta. Le credenziali non \
                 sono in discussione.",
                "The server does not answer, or not safely: check network, name of the server and port. The credential is not \
                 in question.",
            ),
        };
        match language {
            Language::It => italian,
            Language::En => english,
        }
    }

    /// What a refusal of an SMTP server means by its codes (RFC 4954 §6, RFC 5248); `None` where they do not say it.
    pub(crate) fn of_smtp(code: u16, enhanced: Option<&str>) -> Option<Self> {
        match (code, enhanced) {
            // "Authentication mechanism is too weak": what is said where a password alone is not enough.
            (534, _) | (_, Some("5.7.9")) => Some(Self::SecondFactorRequired),
            // "A password transition is needed".
            (432, _) | (_, Some("4.7.12")) => Some(Self::PasswordExpired),
            (400..=499, _) => Some(Self::Throttled),
            _ => None,
        }
    }

    /// What a refused login means: by its response code, else by its text.
    pub(crate) fn of_refusal(code: Option<&str>, text: &str) -> Self {
        let code = code.map(str::to_ascii_uppercase);
        match code.as_deref() {
            Some("EXPIRED") => return Self::PasswordExpired,
            Some("UNAVAILABLE" | "INUSE" | "LIMIT" | "SERVERBUG") => return Self::Throttled,
            _ => {}
        }
        let text = text.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if says(SECOND_FACTOR) {
            Self::SecondFactorRequired
        } else if says(EXPIRED) {
            Self::PasswordExpired
        } else if says(THROTTLED) {
            Self::Throttled
        } else {
            Self::Rejected
        }
    }
}

/// Words, in lower case, by which providers and common servers say it.
const SECOND_FACTOR: &[&str] = &[
    "two-factor",
    "two factor",
    "2fa",
    "2-step",
    "two-step",
    "second factor",
    "secondo fattore",
    "due passaggi",
    "due fattori",
    "application-specific password",
    "app password",
    "password per app",
    "verifica in due",
];
const EXPIRED: &[&str] = &["expired", "scadut"];
const THROTTLED: &[&str] = &[
    "too many",
    "try again later",
    "temporar",
    "rate limit",
    "troppe connessioni",
    "troppi tentativi",
    "maximum number of connections",
    "riprovare più tardi",
    "locked for",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_by_its_code_and_else_by_its_text() {
        let cases = [
            (Some("AUTHENTICATIONFAILED"), "Authentication failed.", AccessState::Rejected),
            (None, "LOGIN failed", AccessState::Rejected),
            (Some("EXPIRED"), "Renew it", AccessState::PasswordExpired),
            (None, "La password è scaduta", AccessState::PasswordExpired),
            (Some("UNAVAILABLE"), "Temporary authentication failure", AccessState::Throttled),
            (None, "Too many simultaneous connections", AccessState::Throttled),
            (None, "Verifica in due passaggi attiva: usare una password generata", AccessState::SecondFactorRequired),
            (Some("ALERT"), "Application-specific password required", AccessState::SecondFactorRequired),
        ];
        for (code, text, state) in cases {
            assert_eq!(AccessState::of_refusal(code, text), state, "{text}");
        }
    }

    #[test]
    fn a_refusal_of_an_smtp_server_is_told_by_its_codes_first() {
        let cases = [
            (535, Some("5.7.8"), "Authentication credentials invalid", AccessState::Rejected),
            (535, None, "Error: authentication failed", AccessState::Rejected),
            (530, Some("5.7.0"), "Authentication required", AccessState::Rejected),
            (534, Some("5.7.9"), "Application-specific password required", AccessState::SecondFactorRequired),
            (535, Some("5.7.9"), "x", AccessState::SecondFactorRequired),
            (535, Some("5.7.8"), "Verifica in due passaggi attiva", AccessState::SecondFactorRequired),
            (432, Some("4.7.12"), "A password transition is needed", AccessState::PasswordExpired),
            (535, Some("5.7.8"), "Password scaduta", AccessState::PasswordExpired),
            (454, Some("4.7.0"), "Temporary authentication failure: password", AccessState::Throttled),
            (421, None, "Troppe connessioni", AccessState::Throttled),
        ];
        for (code, enhanced, text, state) in cases {
            let judged = AccessState::of_smtp(code, enhanced).unwrap_or_else(|| AccessState::of_refusal(None, text));
            assert_eq!(judged, state, "{text}");
        }
    }

    #[test]
    fn every_state_has_its_name_and_its_advice_in_both_languages() {
        for state in AccessState::ALL {
            assert_eq!(AccessState::from_name(state.as_str()), Some(state));
            assert_ne!(state.advice(Language::It), state.advice(Language::En));
        }
    }
}
