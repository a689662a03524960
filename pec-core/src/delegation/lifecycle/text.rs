//! Words that the source gives (Legalmail "gestione partner" guide, FEATURES 1.2 and 54), exactly as it writes them, beside
//! an English translation. A test has once more those that a person meets as whole sentences.

use std::fmt;

use crate::finding::Language;

macro_rules! wordings {
    ($($variant:ident = $wire:literal, $row:literal, it: $it:literal, en: $en:literal;)*) => {
        /// Words of the source. The wire name (`request.max_active`) is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Wording {
            $(#[doc = concat!("`", $wire, "`: ", $en)] $variant,)*
        }

        impl Wording {
            /// All of them, in the order of the rows.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The wire name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The row of FEATURES from which it is.
            #[must_use]
            pub const fn row(self) -> &'static str {
                match self { $(Self::$variant => $row,)* }
            }

            /// The words: in Italian those of the source, letter by letter.
            #[must_use]
            pub const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::It) => $it, (Self::$variant, Language::En) => $en,)*
                }
            }
        }
    };
}

impl fmt::Display for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

wordings! {
    SeveralBoxes = "request.several_boxes", "19",
        it: "Con una sola richiesta è possibile richiedere contemporaneamente più caselle",
        en: "With one request several mailboxes can be asked for at the same time";
    PurchasedOnly = "request.purchased_only", "20",
        it: "visualizzerà solo le proprie tipologie di caselle acquistate",
        en: "will show only the kinds of mailbox that were purchased";
    Holder = "request.holder", "21",
        it: "intestatario del contratto",
        en: "in whose name the contract stands";
    OtherNotices = "request.other_notices", "22",
        it: "(ed altri avvisi)",
        en: "(and other notices)";
    CompleteAddress = "request.complete_address", "23",
        it: "indirizzo completo, comprensivo di dominio (es: mario.rossi@pec.dominio.it)",
        en: "complete address, with its domain (such as mario.rossi@pec.dominio.it)";
    AvailableDomains = "request.available_domains", "23",
        it: "solo sui domini PEC disponibili",
        en: "only in the PEC domains that are available";
    NotForConsip = "request.not_for_consip", "24",
        it: "non significativi per le PA aderenti alla Convenzione Consip",
        en: "without meaning for public bodies that are in the Consip convention";
    MaxActive = "request.max_active", "25",
        it: "raggiunto il numero massimo di caselle attive",
        en: "the highest number of active mailboxes is reached";
    Back = "request.back", "25",
        it: "Indietro",
        en: "Back";
    ReferenceNumber = "request.reference_number", "26",
        it: "numero di riferimento",
        en: "reference number";
    Confirm = "document.confirm", "27",
        it: "Conferma",
        en: "Confirm";
    DocumentsAcquired = "document.acquired", "27",
        it: "Operazione avvenuta con successo: file acquisiti dal sistema.",
        en: "The operation succeeded: the system has taken the files.";
    Remove = "document.remove", "28",
        it: "Elimina",
        en: "Remove";
    WithinMinutes = "mailbox.within_minutes", "29",
        it: "entro qualche minuto",
        en: "within some minutes";
    ActiveFromNow = "mailbox.active_from_now", "29",
        it: "Da questo momento la casella PEC è attiva",
        en: "From this moment the PEC mailbox is active";
    LinkLife = "link.life", "30",
        it: "Il link sarà attivo per 24 ore",
        en: "The link will be active for 24 hours";
    ResetPassword = "link.reset_password", "30",
        it: "reset password",
        en: "reset password";
    AutomaticallyOn = "preservation.automatic", "31",
        it: "automaticamente attivato",
        en: "switched on automatically";
    FullRevocation = "mailbox.full_revocation", "32",
        it: "revoca completa",
        en: "full revocation";
    ChooseParameter = "search.choose_parameter", "34",
        it: "si potrà scegliere quale parametro valorizzare",
        en: "one may choose which parameter to give";
    ServiceEnabled = "service.enabled", "36",
        it: "per ogni servizio, è possibile verificare se è già abilitato ed eventualmente la quantità",
        en: "of each service one can see whether it is enabled already and, where it applies, how much of it";
    EditOnlyActive = "mailbox.edit_only_active", "38",
        it: "I dati sono modificabili solo se lo stato della casella è \"evasa\"",
        en: "The data can be edited only if the state of the mailbox is \"evasa\" (active)";
    DataNotWithState = "mailbox.data_not_with_state", "39",
        it: "non è possibile modificare contemporaneamente i dati della casella e lo stato",
        en: "the data of the mailbox and its state cannot be changed at the same time";
    ReactivationLimit = "mailbox.highest_number", "40",
        it: "Non è possibile riattivare la casella se è stato già raggiunto il limite massimo di caselle attivabili",
        en: "The mailbox cannot be reactivated if the highest number of mailboxes that can be active is reached already";
    NonPayment = "revoke.non_payment", "41",
        it: "Revoca per mancato pagamento",
        en: "Revocation for non-payment";
    ActivatedThenAnnulled = "mailbox.activated_then_annulled", "44",
        it: "casella attivata che era stata successivamente annullata",
        en: "a mailbox that was activated and annulled afterwards";
    ReactivateAnnulled = "mailbox.reactivate_annulled", "44",
        it: "Sicuro di riattivare la casella annullata?",
        en: "Sure to reactivate the annulled mailbox?";
    Cancel = "mailbox.cancel", "44",
        it: "Annulla",
        en: "Cancel";
    Ok = "mailbox.ok", "44",
        it: "OK",
        en: "OK";
    StructuredMailbox = "sharing.structured_mailbox", "45",
        it: "Casella Strutturata – Consip",
        en: "Structured mailbox – Consip";
    DelegateLimit = "sharing.delegate_limit", "46",
        it: "massimo di 25 utenti attive per casella",
        en: "at most 25 active users a mailbox";
    DelegatesFirst = "sharing.delegates_first", "49",
        it: "dopo aver disattivato o eliminato tutte le utenze slave",
        en: "after all slave users have been deactivated or deleted";
    LastConfiguration = "sharing.last_configuration", "50",
        it: "verrà ripristinata l'ultima configurazione attiva precedente alla disattivazione",
        en: "the last active configuration before the switching off will be restored";
    Recent = "search.recent", "51",
        it: "Visualizza Recenti",
        en: "Show recent ones";
    DownloadDomains = "domain.download", "52",
        it: "Scarica domini",
        en: "Download domains";
    NewDomain = "domain.new", "52",
        it: "Nuovo Dominio",
        en: "New domain";
    ChangeNothing = "domain.change_nothing", "52",
        it: "Si consiglia di non apportare alcuna modifica",
        en: "It is advised to change nothing";
    Save = "expiry.save", "53",
        it: "Salva",
        en: "Save";
    HistoryColumns = "expiry.history_columns", "53",
        it: "codice servizio, descrizione, data, operatore",
        en: "service code, description, date, operator";
    NoData = "report.no_data", "54",
        it: "Attenzione: nessun dato estratto",
        en: "Attention: no data extracted";
    BillingMonth = "report.billing_month", "54a",
        it: "aggregate per il relativo mese di fatturazione",
        en: "grouped by their billing month";
    UniqueNumber = "request.unique_number", "55",
        it: "numero univoco abbinato ad ogni richiesta",
        en: "unique number that goes with each request";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wording_is_complete() {
        let names: std::collections::BTreeSet<&str> = Wording::ALL.iter().map(|one| one.as_str()).collect();
        assert_eq!(names.len(), Wording::ALL.len());
        for one in Wording::ALL {
            assert!(!one.text(Language::It).is_empty() && !one.text(Language::En).is_empty(), "{one}");
        }
    }

    /// The sentences that a person meets word for word, written out once more from the rows of the source.
    #[test]
    fn rows_25_27_30_38_39_40_44_54_stand_word_for_word() {
        use Wording as W;
        for (wording, words) in [
            (W::MaxActive, "raggiunto il numero massimo di caselle attive"),
            (W::DocumentsAcquired, "Operazione avvenuta con successo: file acquisiti dal sistema."),
            (W::LinkLife, "Il link sarà attivo per 24 ore"),
            (W::EditOnlyActive, "I dati sono modificabili solo se lo stato della casella è \"evasa\""),
            (W::DataNotWithState, "non è possibile modificare contemporaneamente i dati della casella e lo stato"),
            (
                W::ReactivationLimit,
                "Non è possibile riattivare la casella se è stato già raggiunto il limite massimo di caselle attivabili",
            ),
            (W::ReactivateAnnulled, "Sicuro di riattivare la casella annullata?"),
            (W::NoData, "Attenzione: nessun dato estratto"),
        ] {
            assert_eq!(wording.text(Language::It), words);
        }
    }
}
