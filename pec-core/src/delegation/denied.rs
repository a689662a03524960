//! The table of what a command or an act can be refused for.

use std::fmt;

use super::lifecycle::Wording;
use super::permission::Permission;
use crate::finding::Language;

/// Why something was refused.
///
/// What lies outside the scope of whoever asks is refused as what does not exist: a refusal tells nobody what others have,
/// but for a code or an address that somebody wants to use and that is in use already.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Denied {
    /// Which reason.
    pub code: DeniedCode,
    /// What it is about: a code, an address, a state. For people, made harmless; may be empty.
    pub detail: String,
    /// The permission that was missing, where one was asked for.
    pub missing: Option<Permission>,
    /// The number that would be exceeded, or that is in the way, where it is one.
    pub limit: Option<Limit>,
}

/// A number that would be exceeded (FEATURES rows 25, 40, 46), or that is in the way (row 49).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many there may be: purchased mailboxes, active delegates.
    pub most: u32,
    /// How many there are.
    pub active: u32,
    /// How many more were asked for.
    pub asked: u32,
}

/// Characters of a detail: what somebody sends in from outside must not fill a log.
const LONGEST_DETAIL: usize = 600;

impl Denied {
    /// This reason alone.
    pub(super) const fn new(code: DeniedCode) -> Self {
        Self { code, detail: String::new(), missing: None, limit: None }
    }

    /// The same, about something.
    pub(super) fn about(mut self, detail: impl fmt::Display) -> Self {
        self.detail = crate::text::printable(&detail.to_string()).chars().take(LONGEST_DETAIL).collect();
        self
    }

    /// The same, for want of a permission.
    pub(super) const fn lacking(mut self, permission: Permission) -> Self {
        self.missing = Some(permission);
        self
    }

    /// The same, with the numbers.
    pub(super) const fn limited(mut self, limit: Limit) -> Self {
        self.limit = Some(limit);
        self
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(permission) = self.missing {
            write!(f, " ({permission})")?;
        }
        if let Some(Limit { most, active, asked }) = self.limit {
            write!(f, " ({active} + {asked} of {most})")?;
        }
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

impl std::error::Error for Denied {}

macro_rules! denials {
    ($($variant:ident = $wire:literal, $rule:literal, it: $it:expr, en: $en:expr;)*) => {
        /// What something can be refused for. The wire name (`permission.missing`) is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum DeniedCode {
            $(#[doc = concat!("`", $wire, "`")] $variant,)*
        }

        impl DeniedCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The wire name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The code of this wire name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
            }

            /// The rule that it enforces.
            #[must_use]
            pub const fn rule(self) -> &'static str {
                match self { $(Self::$variant => $rule,)* }
            }

            /// What it means and what to do, for a person: the words of the source where it has some.
            #[must_use]
            pub const fn explanation(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::It) => $it, (Self::$variant, Language::En) => $en,)*
                }
            }
        }
    };
}

impl fmt::Display for DeniedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const fn it(wording: Wording) -> &'static str {
    wording.text(Language::It)
}

const fn en(wording: Wording) -> &'static str {
    wording.text(Language::En)
}

denials! {
    NotFound = "org.not_found", "FEATURES row 16",
        it: "Non esiste, o non è visibile a chi chiede.",
        en: "It does not exist, or is not seen by whoever asks.";
    Exists = "org.exists", "FEATURES row 55",
        it: "Il codice o l'indirizzo è già in uso.",
        en: "The code or address is in use already.";
    HostOnly = "org.host_only", "FEATURES row 16",
        it: "Riguarda tutti i clienti: può farlo solo il programma stesso.",
        en: "It concerns all clients: only the program itself can do it.";
    OperatorOnly = "org.operator_only", "FEATURES rows 16 and 58",
        it: "È un atto di amministrazione: non spetta a chi lavora nelle caselle.",
        en: "It is an act of administration: not for those who work in mailboxes.";
    UserOnly = "org.user_only", "FEATURES row 59",
        it: "Può farlo solo una persona, con il proprio nome.",
        en: "Only a person can do it, by its own name.";
    TooMany = "org.too_many", "limits of this library",
        it: "Ce ne sono già quanti se ne possono tenere: ritirarne prima qualcuno.",
        en: "There are as many as can be kept: withdraw some of them first.";
    Term = "org.term", "limits of this library",
        it: "Il periodo finisce prima di cominciare, o è troppo lungo.",
        en: "The period ends before it begins, or is too long.";
    Nothing = "org.nothing", "FEATURES row 58",
        it: "Non contiene nulla.",
        en: "There is nothing in it.";
    UserSuspended = "user.suspended", "FEATURES row 56",
        it: "L'utente è sospeso.",
        en: "The user is suspended.";
    UserActive = "user.active", "FEATURES row 56",
        it: "L'utente non è sospeso.",
        en: "The user is not suspended.";
    PermissionMissing = "permission.missing", "FEATURES row 58",
        it: "Manca il permesso.",
        en: "The permission is missing.";
    PermissionRestricted = "permission.restricted", "FEATURES row 58; dovuta riservatezza",
        it: "Il permesso c'è, ma non per questa cartella o per questi messaggi.",
        en: "There is the permission, but not for this folder or these messages.";
    CustodianOnly = "permission.custodian_only", "FEATURES row 56",
        it: "La password è affidata al solo custode: il permesso non si concede altrimenti.",
        en: "The password is the custodian's alone: the permission is given in no other way.";
    RoleCycle = "role.cycle", "FEATURES row 58",
        it: "Un ruolo includerebbe sé stesso.",
        en: "A role would include itself.";
    MandateMissing = "mandate.missing", "FEATURES row 3",
        it: "Nessun mandato del titolare copre questo atto in questo momento.",
        en: "No mandate of the holder covers this act at this time.";
    MandateRevoked = "mandate.revoked", "FEATURES row 3",
        it: "Il mandato è già revocato.",
        en: "The mandate is revoked already.";
    DelegateInactive = "delegate.inactive", "FEATURES row 47",
        it: "L'utenza delegata non è attiva in questa casella.",
        en: "The delegate is not active in this mailbox.";
    DelegateState = "delegate.state", "FEATURES row 47",
        it: "Nello stato in cui si trova l'utenza delegata non si può fare.",
        en: "It cannot be done in the state in which the delegate is.";
    DelegateLimit = "delegate.limit", "FEATURES row 46",
        it: "È raggiunto il numero massimo di utenze attive per casella.",
        en: "The highest number of active delegates of the mailbox is reached.";
    DelegatesStillActive = "delegate.still_active", "FEATURES row 49",
        it: it(Wording::DelegatesFirst),
        en: en(Wording::DelegatesFirst);
    SharingOff = "sharing.off", "FEATURES row 45",
        it: "La multiutenza non è attiva in questa casella.",
        en: "The mailbox is not shared.";
    SharingOn = "sharing.on", "FEATURES row 45",
        it: "La multiutenza è già attiva in questa casella.",
        en: "The mailbox is shared already.";
    ShareOver = "share.over", "FEATURES row 58; messa a disposizione",
        it: "La messa a disposizione è scaduta, ritirata o non ancora iniziata.",
        en: "What was shared is over, was withdrawn, or has not begun.";
    WorkClaimed = "work.claimed", "FEATURES row 59",
        it: "È già in carico a qualcuno.",
        en: "It is in somebody's charge.";
    WorkNotYours = "work.not_yours", "FEATURES row 59",
        it: "Non è, o non è più, in carico a chi chiede.",
        en: "It is not, or no longer, in the charge of whoever asks.";
    WorkEscalated = "work.escalated", "FEATURES row 59",
        it: "È stato passato a un altro, che solo può prenderlo in carico.",
        en: "It was handed on to somebody else, who alone can take it in charge.";
    WorkDone = "work.done", "FEATURES row 59",
        it: "È già concluso.",
        en: "It is done already.";
    ProductNotPurchased = "request.product_not_purchased", "FEATURES row 20",
        it: "Questa tipologia di casella non è tra quelle acquistate.",
        en: "This kind of mailbox is not among those that were purchased.";
    DomainNotAvailable = "request.domain_not_available", "FEATURES row 23",
        it: it(Wording::AvailableDomains),
        en: en(Wording::AvailableDomains);
    MaxActiveReached = "request.max_active_reached", "FEATURES row 25",
        it: it(Wording::MaxActive),
        en: en(Wording::MaxActive);
    NotRequested = "mailbox.not_requested", "FEATURES row 19",
        it: "La casella non attende la registrazione.",
        en: "The mailbox does not wait to be registered.";
    NotRegistered = "mailbox.not_registered", "FEATURES rows 29 and 43",
        it: "Si può fare solo se la casella è registrata.",
        en: "It can be done only while the mailbox is registered.";
    NotActive = "mailbox.not_active", "FEATURES rows 40 and 45",
        it: "Si può fare solo se la casella è evasa (attiva).",
        en: "It can be done only while the mailbox is active (evasa).";
    NotEditable = "mailbox.not_editable", "FEATURES row 38",
        it: it(Wording::EditOnlyActive),
        en: en(Wording::EditOnlyActive);
    NotRevoked = "mailbox.not_revoked", "FEATURES row 40",
        it: "Si può riattivare solo una casella revocata da meno di 30 giorni.",
        en: "Only a mailbox that was revoked less than 30 days ago can be reactivated.";
    NotAnnulled = "mailbox.not_annulled", "FEATURES row 44",
        it: "La casella non è annullata.",
        en: "The mailbox is not annulled.";
    NeverActivated = "mailbox.never_activated", "FEATURES row 44",
        it: "La casella annullata non era mai stata attivata.",
        en: "The annulled mailbox had never been activated.";
    ReactivationLimit = "mailbox.reactivation_limit", "FEATURES row 40",
        it: it(Wording::ReactivationLimit),
        en: en(Wording::ReactivationLimit);
    NotTransformable = "mailbox.not_transformable", "FEATURES row 42",
        it: "Si può trasformare solo una casella evasa (attiva) o registrata.",
        en: "Only a mailbox that is active (evasa) or registered can be transformed.";
    ConfigurationNotInContract = "mailbox.configuration_not_in_contract", "FEATURES row 42",
        it: "La configurazione non è prevista dal contratto.",
        en: "The contract does not foresee the configuration.";
    ContractNotConfirmed = "document.contract_not_confirmed", "FEATURES rows 27 and 29",
        it: "Il contratto non è stato caricato e confermato.",
        en: "The contract was not uploaded and confirmed.";
    RevokeFormMissing = "document.revoke_form_missing", "FEATURES row 41",
        it: "Manca il modulo di revoca, caricato e confermato.",
        en: "The form of revocation is missing, uploaded and confirmed.";
    DocumentFormat = "document.format", "FEATURES row 27",
        it: "Il documento non è un PDF, un TIFF o un JPEG per il suo contenuto.",
        en: "The document is no PDF, TIFF or JPEG by its content.";
    NoDocumentsNow = "document.not_now", "FEATURES rows 27 and 41",
        it: "Nello stato in cui si trova la casella non si caricano documenti.",
        en: "No documents are uploaded in the state in which the mailbox is.";
    NothingStaged = "document.nothing_staged", "FEATURES rows 27 and 28",
        it: "Non c'è alcun documento da confermare o eliminare.",
        en: "There is no document to be confirmed or removed.";
    NotAsked = "provider.not_asked", "FEATURES 4.2",
        it: "Non è pendente alcuna richiesta di questo genere al gestore.",
        en: "Nothing of this kind has been asked of the provider.";
    PreservationUnconfigured = "preservation.unconfigured", "FEATURES row 33",
        it: "La conservazione non è configurata: il titolare deve farlo nelle impostazioni della webmail.",
        en: "Preservation is not configured: the holder has to do it in the settings of the webmail.";
    PreservationReadOnly = "preservation.read_only", "FEATURES row 32",
        it: "La casella è revocata: la conservazione è in sola lettura. Esportare ora.",
        en: "The mailbox is revoked: preservation is read-only. Export now.";
    PreservationInaccessible = "preservation.inaccessible", "FEATURES row 32",
        it: "La revoca è completa: la conservazione non è più accessibile dalla casella.",
        en: "The revocation is complete: preservation is no longer accessible from the mailbox.";
    LoginMailbox = "login.mailbox_unknown", "FEATURES row 85",
        it: "La casella non è tra quelle in cui si può entrare.",
        en: "The mailbox is none that can be entered.";
    TooManyChallenges = "login.too_many_challenges", "limits of this library",
        it: "Per questa casella sono in attesa troppi accessi: riprovare fra qualche minuto.",
        en: "Too many logins into this mailbox are under way: try again in some minutes.";
    ChallengeMalformed = "login.challenge_malformed", "FEATURES row 83",
        it: "Il testo firmato non è quello da firmare per entrare.",
        en: "The text that was signed is not one to be signed for logging in.";
    ChallengeUnknown = "login.challenge_unknown", "FEATURES row 83",
        it: "Il testo firmato non è stato dato da questo servizio, o è stato cambiato.",
        en: "The text that was signed was not given out by this service, or was changed.";
    ChallengeExpired = "login.challenge_expired", "FEATURES row 83",
        it: "Il tempo per firmare è scaduto: chiedere di nuovo di entrare.",
        en: "The time to sign is over: ask to log in again.";
    Replayed = "login.replayed", "FEATURES row 83",
        it: "La stessa risposta è già stata usata: ogni accesso ne vuole una nuova.",
        en: "The same answer was used already: each login needs a new one.";
    WrongPurpose = "login.wrong_purpose", "FEATURES rows 83 and 87",
        it: "La firma è per un altro scopo: entrare e registrare un kit sono due cose.",
        en: "The signature is for another purpose: to log in and to register a kit are two things.";
    WrongMailbox = "login.wrong_mailbox", "FEATURES row 83",
        it: "La firma è per un'altra casella.",
        en: "The signature is for another mailbox.";
    WrongAudience = "login.wrong_audience", "FEATURES row 83",
        it: "La firma è per un altro servizio: chi l'ha avuta l'ha portata qui.",
        en: "The signature is for another service: whoever got it there has brought it here.";
    LoginSignatureUnreadable = "login.signature_unreadable", "RFC 5652; FEATURES row 83",
        it: "La firma non si legge, o il suo algoritmo non è supportato.",
        en: "The signature cannot be read, or its algorithm is not supported.";
    SomethingElseSigned = "login.something_else_signed", "RFC 5652; FEATURES row 83",
        it: "È stato firmato un altro testo.",
        en: "Another text was signed.";
    LoginSignatureWrong = "login.signature_wrong", "RFC 5652; FEATURES row 83",
        it: "La firma non è di questo certificato.",
        en: "The signature is not this certificate's.";
    LoginWeak = "login.weak", "FEATURES row 83",
        it: "La firma o un certificato si basa su SHA-1 o su una chiave troppo corta.",
        en: "The signature or a certificate rests on SHA-1 or on a key that is too short.";
    CardCertificateMissing = "login.certificate_missing", "FEATURES row 87",
        it: "Il certificato di chi firma manca o non si legge.",
        en: "The certificate of whoever has signed is missing or cannot be read.";
    NoAuthorities = "login.no_authorities", "FEATURES row 86",
        it: "Non è indicata alcuna autorità di cui accettare le carte.",
        en: "No authority is named whose cards are taken.";
    CardUntrusted = "login.untrusted", "RFC 5280; FEATURES row 86",
        it: "Il certificato non porta a un'autorità di cui si accettano le carte.",
        en: "The certificate does not lead to an authority whose cards are taken.";
    CardExpired = "login.certificate_expired", "FEATURES row 86",
        it: "Il certificato è scaduto: serve una carta nuova.",
        en: "The certificate has ended: a new card is needed.";
    CardNotYetValid = "login.certificate_not_yet_valid", "FEATURES row 86",
        it: "Il certificato non è ancora valido: controllare anche l'orologio.",
        en: "The certificate is not valid yet: check the clock as well.";
    CardRevoked = "login.certificate_revoked", "FEATURES row 86",
        it: "Il certificato è revocato o sospeso.",
        en: "The certificate is revoked or suspended.";
    RevocationUnknown = "login.revocation_unknown", "FEATURES row 86",
        it: "Nessuna lista di revoca o risposta OCSP recente dice che il certificato è attivo.",
        en: "No recent revocation list or OCSP answer says that the certificate is active.";
    CardUse = "login.certificate_use", "FEATURES row 86",
        it: "Il certificato non serve per autenticarsi.",
        en: "The certificate is not for logging in.";
    NotCns = "login.not_cns", "FEATURES row 86",
        it: "Il certificato non è in formato CNS.",
        en: "The certificate is not in the form of a CNS.";
    CardTaxId = "login.no_tax_id", "FEATURES row 86",
        it: "Nel certificato non c'è un codice fiscale che si possa usare.",
        en: "There is no codice fiscale in the certificate that can be used.";
    AssociationRequired = "login.association_required", "FEATURES row 84",
        it: "Il codice fiscale del kit non è quello del titolare della casella: il kit va prima associato. Per le \
             caselle intestate ad azienda occorre sempre.",
        en: "The codice fiscale of the kit is not that of the holder of the mailbox: the kit has to be associated \
             first. Mailboxes of companies always need it.";
    UserNotAuthorised = "login.user_not_authorised", "FEATURES row 85",
        it: "Chi usa il kit non è presente nell'elenco degli utenti autorizzati di questa casella.",
        en: "Whoever uses the kit is not in the list of authorised users of this mailbox.";
    KitNotNeeded = "kit.not_needed", "FEATURES row 84",
        it: "Il codice fiscale del kit è quello del titolare: si entra già, senza associazione.",
        en: "The codice fiscale of the kit is that of the holder: it opens the mailbox already, without an \
             association.";
    KitOfHolder = "kit.nothing_to_remove", "FEATURES row 88",
        it: "eseguibile solo ed esclusivamente in caso di mancata coincidenza",
        en: "can be done only and exclusively where the two are not the same";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_complete() {
        let names: std::collections::BTreeSet<&str> = DeniedCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), DeniedCode::ALL.len());
        for code in DeniedCode::ALL {
            assert!(!code.rule().is_empty() && code.as_str().contains('.'), "{code}");
            assert_eq!(DeniedCode::parse(code.as_str()), Some(*code));
            for language in [Language::It, Language::En] {
                assert!(code.explanation(language).len() > 15, "{code}");
            }
        }
    }

    #[test]
    fn row_25_the_refusal_has_the_words_of_the_source() {
        let words = DeniedCode::MaxActiveReached.explanation(Language::It);
        assert_eq!(words, "raggiunto il numero massimo di caselle attive");
    }

    #[test]
    fn a_refusal_in_a_line_of_a_log_is_harmless() {
        let denied = Denied::new(DeniedCode::NotFound).about("a\u{202e}b").lacking(Permission::Send);
        assert_eq!(denied.to_string(), "org.not_found (send): a\u{fffd}b");
        let limit = Limit { most: 25, active: 25, asked: 1 };
        assert_eq!(Denied::new(DeniedCode::DelegateLimit).limited(limit).to_string(), "delegate.limit (25 + 1 of 25)");
    }
}
