//! The table itself. One row a code: variant, wire name, severities (the usual one first), the verdict row that a
//! fatal instance decides, layer, rule, and the explanation in Italian and English.
//!
//! The explanations are for a lawyer or an accountant: what was found, what it means for the proof, what to do.
//! Rows are only ever added; a wire name is never reused.

use super::{Effect, Language, Layer, Severity};

macro_rules! codes {
    ($($variant:ident = $wire:literal, [$usual:ident $(, $other:ident)*], $effect:ident, $layer:ident, $rule:literal,
        it: $it:literal, en: $en:literal;)*) => {
        /// What a check can find. The wire name (`cms.digest_mismatch`) is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $wire, "`: ", $en)] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The wire name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The usual severity.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$usual,)* }
            }

            /// Every severity that the code can have, the usual one first.
            #[must_use]
            pub const fn severities(self) -> &'static [Severity] {
                match self { $(Self::$variant => &[Severity::$usual $(, Severity::$other)*],)* }
            }

            /// The verdict row that a fatal instance decides.
            #[must_use]
            pub const fn effect(self) -> Effect {
                match self { $(Self::$variant => Effect::$effect,)* }
            }

            /// The layer in which the code arises.
            #[must_use]
            pub const fn layer(self) -> Layer {
                match self { $(Self::$variant => Layer::$layer,)* }
            }

            /// The rule that the check enforces.
            #[must_use]
            pub const fn rule(self) -> &'static str {
                match self { $(Self::$variant => $rule,)* }
            }

            /// What it means, for a person.
            #[must_use]
            pub const fn explanation(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::It) => $it,
                    (Self::$variant, Language::En) => $en,)*
                }
            }

            /// The code with this wire name.
            #[must_use]
            pub fn parse(wire: &str) -> Option<Self> {
                match wire { $($wire => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

codes! {
    // ---- mime ----
    MimeRootNotSigned = "mime.root.not_signed", [Fatal], NotPec, Mime, "RFC 6109 §2.1",
        it: "Il messaggio non è firmato da un gestore PEC nella sua struttura esterna: così com'è non è una PEC e \
             non prova né l'invio né la consegna. Se ci si aspettava una PEC, procurarsi il file originale dalla \
             casella.",
        en: "The message as a whole is not signed by a PEC provider: as it stands it is not a PEC and proves neither \
             sending nor delivery. If a PEC was expected, get the original file from the mailbox.";
    MimeRootParts = "mime.root.parts", [Fatal, Warning], Unverifiable, Mime, "RFC 1847 §2.1",
        it: "La struttura esterna non è quella di una PEC, che ha solo due parti: il contenuto e la firma. Se le \
             parti sono di più o di meno il messaggio non è verificabile; un testo che sta fuori dalle due parti non \
             è coperto dalla firma.",
        en: "The outer structure is not that of a PEC, which has just two parts: the content and the signature. With \
             more or fewer parts the message cannot be verified; text that stands outside the two parts is not \
             covered by the signature.";
    MimeSignedNested = "mime.signed_nested", [Fatal], NotPec, Mime, "VERDICT §2 row 1; attacks M1 to M4",
        it: "La PEC si trova dentro un altro messaggio (un inoltro, un allegato, una lista di distribuzione) e il \
             messaggio esterno non è certificato. Estrarre la PEC contenuta e verificarla da sola.",
        en: "The PEC stands inside another message (a forward, an attachment, a mailing list), and the outer message \
             is not certified. Extract the PEC and verify it on its own.";
    MimeOpaqueSignature = "mime.opaque_signature", [Warning], Never, Mime, "RFC 6109 §2.1; RFC 8551 §3.5.2",
        it: "Il contenuto è racchiuso dentro la firma, mentre nella PEC le sta accanto. La firma si può verificare \
             lo stesso, ma i gestori non usano questa forma: controllare da dove viene il file.",
        en: "The content is wrapped inside the signature, whereas in a PEC it stands beside it. The signature can be \
             verified all the same, but providers do not use this form: check where the file comes from.";
    MimeProtocol = "mime.protocol", [Warning], Never, Mime, "RFC 1847 §2.1",
        it: "Il tipo di firma dichiarato nell'intestazione non è quello della firma allegata. La prova non ne \
             risente: conta la firma, non la dichiarazione.",
        en: "The kind of signature that the header declares is not that of the attached signature. The proof is not \
             affected: the signature counts, not the declaration.";
    MimeMicalgMismatch = "mime.micalg_mismatch", [Info], Never, Mime, "RFC 8551 §3.5.3.2",
        it: "L'algoritmo di impronta dichiarato nell'intestazione è diverso da quello usato nella firma. È una \
             differenza innocua: fa fede la firma.",
        en: "The digest algorithm that the header declares is not the one used in the signature. The difference is \
             harmless: the signature counts.";
    MimeLimits = "mime.limits", [Fatal, Warning], Unverifiable, Mime, "VERDICT §2 row 2 and §5",
        it: "Il messaggio supera un limite di dimensione o di complessità e una parte non è stata esaminata. Se il \
             limite riguarda gli strati esterni il messaggio non è verificabile; se riguarda solo il messaggio \
             originale la certificazione non ne risente.",
        en: "The message exceeds a limit of size or complexity, and a part of it was not examined. If the limit \
             concerns the outer layers the message cannot be verified; if it concerns only the original message the \
             certification is not affected.";
    MimeParameterConflict = "mime.parameter_conflict", [Fatal, Error, Warning], Unverifiable, Mime, "RFC 2045 §5.1; attack P8",
        it: "Un'intestazione tecnica dice due cose diverse, ad esempio due nomi per lo stesso file, e programmi \
             diversi potrebbero leggere il messaggio in modo diverso. La gravità indicata dice se il messaggio è \
             ancora verificabile; nel dubbio ripetere la verifica sul file scaricato dalla casella.",
        en: "A technical header says two different things, such as two names for one file, and different programs \
             might read the message differently. The severity tells whether the message can still be verified; in \
             doubt repeat the check on the file downloaded from the mailbox.";
    MimeDuplicateHeader = "mime.duplicate_header", [Error, Warning], Never, Mime, "RFC 5322 §3.6; VERDICT §5; attack I3",
        it: "Un'intestazione che deve comparire una sola volta è ripetuta, e programmi diversi possono mostrare \
             valori diversi. Le intestazioni esterne non sono firmate: attenersi ai dati firmati.",
        en: "A header that must occur once is repeated, and different programs may show different values. Outer \
             headers are not signed: rely on the signed data.";
    MimeHeaderCharset = "mime.header_charset", [Warning], Never, Mime, "RFC 5322 §2.2",
        it: "Le intestazioni contengono caratteri non ammessi e possono apparire illeggibili o diverse da un \
             programma all'altro. La firma non le copre: attenersi ai dati firmati.",
        en: "The headers contain characters that are not allowed and may look garbled or differ between programs. \
             The signature does not cover them: rely on the signed data.";
    MimeSignedEpilogue = "mime.signed_epilogue", [Fatal], Forged, Mime, "VERDICT §3",
        it: "Dentro la parte firmata c'è altro contenuto dopo la sua fine regolare: in questo modo si può far \
             apparire come certificato un testo che il gestore non ha scritto. Il messaggio va considerato \
             contraffatto e non va usato come prova.",
        en: "Inside the signed part there is more content after its regular end: this is a way to make text look \
             certified that the provider did not write. Treat the message as forged and do not use it as proof.";
    MimeSignedHeader = "mime.signed_header", [Fatal], Forged, Mime, "VERDICT §3",
        it: "Dentro la parte firmata, l'intestazione di una parte contiene righe che nessun gestore scrive: è la traccia \
             di chi tenta di indovinare i confini interni del messaggio per inserirvi dati di certificazione propri. Il \
             messaggio va considerato contraffatto e non va usato come prova.",
        en: "Inside the signed part, the header of a part has lines that no provider writes: the trace of somebody who \
             tries to guess the inner boundaries of the message, to put certification data of their own into it. Treat \
             the message as forged and do not use it as proof.";
    MimeSignedCloseRepeated = "mime.signed_close_repeated", [Fatal], Forged, Mime, "VERDICT §3",
        it: "La parte firmata risulta chiusa più di una volta, e programmi diversi possono vedervi contenuti \
             diversi. Il messaggio va considerato contraffatto e non va usato come prova.",
        en: "The signed part is closed more than once, and different programs may see different contents in it. \
             Treat the message as forged and do not use it as proof.";
    MimeUnclosed = "mime.unclosed", [Warning], Never, Mime, "RFC 2046 §5.1.1",
        it: "Al messaggio, o alla parte firmata, manca la riga che lo chiude: la fine può essere andata persa. Ciò che \
             la firma copre è giudicato a parte; nel dubbio scaricare di nuovo il file dalla casella.",
        en: "The line that closes the message, or its signed part, is missing: its end may be lost. What the signature \
             covers is judged on its own; in doubt download the file from the mailbox again.";
    MimeLeadingBlank = "mime.leading_blank", [Warning], Never, Mime, "RFC 5322 §2.1",
        it: "Il file comincia con una riga vuota: per lo standard il messaggio non ha intestazioni e non può essere una \
             PEC. Quello che segue però sembra un messaggio intero: togliere le righe vuote iniziali, o scaricare di \
             nuovo il file dalla casella, e ripetere la verifica.",
        en: "The file begins with an empty line: by the standard the message has no headers and cannot be a PEC. What \
             follows looks like a whole message, though: remove the empty lines at the beginning, or download the \
             file from the mailbox again, and repeat the check.";
    // ---- cms ----
    CmsParse = "cms.parse", [Fatal], Unverifiable, Cms, "RFC 5652 §5.1",
        it: "La firma non è leggibile, perciò non si può dire se il messaggio sia autentico o no. Procurarsi di \
             nuovo il file originale dalla casella PEC e ripetere la verifica.",
        en: "The signature cannot be read, so nothing can be said about whether the message is genuine. Get the \
             original file from the PEC mailbox again and repeat the check.";
    CmsLimits = "cms.limits", [Fatal], Unverifiable, Cms, "VERDICT §2 row 2",
        it: "La firma supera i limiti entro i quali viene esaminata, perciò il messaggio non è verificabile. Le \
             firme dei gestori sono di norma molto più piccole: chiedere un riscontro al gestore.",
        en: "The signature exceeds the limits within which it is examined, so the message cannot be verified. \
             Signatures of providers are normally much smaller: ask the provider for confirmation.";
    CmsUnsupported = "cms.unsupported", [Fatal], Unverifiable, Cms, "VERDICT §2 row 2",
        it: "La firma usa una tecnica che questo programma non sa controllare, perciò il messaggio non è \
             verificabile; questo non significa che sia falso. Ripetere la verifica con una versione più recente o \
             con un altro strumento.",
        en: "The signature uses a technique that this program cannot check, so the message cannot be verified; this \
             does not mean that it is false. Repeat the check with a newer version or with another tool.";
    CmsEcontentPresent = "cms.econtent_present", [Fatal], Forged, Cms, "RFC 5652 §5.2; attack C1",
        it: "La firma porta al suo interno un contenuto proprio, che nella PEC non deve esserci e che può far \
             passare per firmato un testo mai firmato. Il messaggio va considerato contraffatto e non va usato come \
             prova.",
        en: "The signature carries content of its own, which must not be there in a PEC and which can make text look \
             signed that never was. Treat the message as forged and do not use it as proof.";
    CmsNoSigner = "cms.no_signer", [Fatal], Forged, Cms, "RFC 5652 §5.1; attack C3",
        it: "C'è l'involucro di una firma, ma nessuno ha firmato: nessun gestore garantisce il contenuto. Il \
             messaggio va considerato contraffatto e non va usato come prova.",
        en: "There is the wrapping of a signature, but nobody has signed: no provider vouches for the content. Treat \
             the message as forged and do not use it as proof.";
    CmsMultiSigner = "cms.multi_signer", [Fatal, Warning], Forged, Cms, "RFC 6109 §2.1; attack C2",
        it: "La firma ha più di un firmatario, mentre nella PEC firma un solo gestore. Se le firme non sono tutte \
             valide e concordi il messaggio va considerato contraffatto; se lo sono, resta una particolarità da \
             annotare.",
        en: "The signature has more than one signer, whereas one provider signs a PEC. If the signatures are not all \
             valid and in agreement, treat the message as forged; if they are, it is a peculiarity to note.";
    CmsSignedAttrsMissing = "cms.signed_attrs_missing", [Warning], Never, Cms, "RFC 5652 §5.3",
        it: "La firma non contiene i dati accessori che i gestori PEC vi includono di solito, fra cui l'ora. La \
             firma si può verificare, ma il caso è insolito: confrontarla con altri messaggi dello stesso gestore.",
        en: "The signature lacks the accompanying data that PEC providers usually include, the time among them. The \
             signature can be verified, but the case is unusual: compare it with other messages of the same \
             provider.";
    CmsContentTypeAttr = "cms.content_type_attr", [Fatal], Forged, Cms, "RFC 5652 §5.3 and §11",
        it: "Un dato obbligatorio della firma manca o si riferisce a un contenuto di altro genere, quindi la firma \
             non garantisce ciò che si legge. Il messaggio va considerato contraffatto e non va usato come prova.",
        en: "A compulsory item of the signature is missing or refers to content of another kind, so the signature \
             does not vouch for what is read. Treat the message as forged and do not use it as proof.";
    CmsAttributeRepeated = "cms.attribute_repeated", [Fatal], Forged, Cms, "RFC 5652 §11; VERDICT §2 row 3",
        it: "Un dato della firma che deve essere unico è ripetuto, e programmi diversi possono tenere conto dell'uno \
             o dell'altro. Il messaggio va considerato contraffatto e non va usato come prova.",
        en: "An item of the signature that must be unique is repeated, and different programs may go by one or the \
             other. Treat the message as forged and do not use it as proof.";
    CmsAttributesNotDer = "cms.attributes_not_der", [Warning], Never, Cms, "RFC 5652 §5.4",
        it: "La firma torna solo dopo aver rimesso in ordine i suoi dati interni, come fanno anche altri programmi. \
             La prova resta, ma chi ha prodotto la firma non ha seguito del tutto la norma.",
        en: "The signature checks only after its internal data have been put in order, as other programs do too. The \
             proof stands, but whoever made the signature did not fully follow the standard.";
    CmsContentLooksLikeAttrs = "cms.content_looks_like_attrs", [Fatal], Forged, Cms, "RFC 5652 §5.4; attack C1",
        it: "Il contenuto firmato ha la forma dei dati interni di una firma: è una tecnica nota per riutilizzare una \
             firma autentica su un altro contenuto. Il messaggio va considerato contraffatto e non va usato come \
             prova.",
        en: "The signed content has the form of the internal data of a signature: this is a known way to reuse a \
             genuine signature on other content. Treat the message as forged and do not use it as proof.";
    CmsDigestMismatch = "cms.digest_mismatch", [Fatal], Altered, Cms, "RFC 5652 §5.4",
        it: "Il contenuto non è più quello che è stato firmato: in questa copia almeno un carattere è cambiato. \
             Questa copia non prova nulla; il file originale, scaricato di nuovo dalla casella, può invece essere \
             integro.",
        en: "The content is no longer what was signed: at least one character of this copy has changed. This copy \
             proves nothing; the original file, downloaded again from the mailbox, may yet be intact.";
    CmsSignatureInvalid = "cms.signature_invalid", [Fatal], Altered, Cms, "RFC 5652 §5.6; RFC 8017 §8.2.2",
        it: "La firma non corrisponde alla chiave del certificato che l'accompagna, quindi in questa copia nessuno \
             garantisce il contenuto. Procurarsi il file originale e ripetere la verifica.",
        en: "The signature does not match the key of the certificate that comes with it, so in this copy nobody \
             vouches for the content. Get the original file and repeat the check.";
    CmsAlgConflict = "cms.alg_conflict", [Fatal], Altered, Cms, "RFC 6211 §2",
        it: "La firma indica algoritmi diversi in punti diversi, come accade quando viene manomessa. Questa copia \
             non vale come prova: procurarsi il file originale e ripetere la verifica.",
        en: "The signature names different algorithms in different places, as happens when it is tampered with. This \
             copy is no proof: get the original file and repeat the check.";
    CmsCertificateBinding = "cms.certificate_binding", [Fatal], Altered, Cms, "RFC 5035 §5.4",
        it: "Nella firma è scritto quale certificato l'ha prodotta, e quello allegato è un altro: qualcuno lo ha \
             sostituito dopo la firma. Questa copia non è una prova; richiedere l'originale.",
        en: "The signature states which certificate made it, and the one that is attached is another: somebody \
             replaced it after signing. This copy is no proof; ask for the original.";
    CmsWeakDigest = "cms.weak_digest", [Warning, Fatal], Unverifiable, Cms, "RFC 6109 §2.2.2; RFC 6151",
        it: "La firma usa un algoritmo di impronta oggi considerato debole. Con SHA-1, a lungo normale nella PEC, la \
             prova resta ma è meno robusta; con algoritmi ancora più deboli, come MD5, il messaggio non è \
             verificabile.",
        en: "The signature uses a digest algorithm that is considered weak today. With SHA-1, long normal in PEC, \
             the proof stands but is less robust; with still weaker ones, such as MD5, the message cannot be \
             verified.";
    CmsSha1Collision = "cms.sha1_collision", [Fatal], Altered, Cms, "VERDICT §3",
        it: "Il contenuto porta i segni di una collisione SHA-1, cioè di due contenuti diversi costruiti in modo che \
             la stessa firma valga per entrambi. Questa copia non vale come prova.",
        en: "The content bears the marks of a SHA-1 collision, that is of two different contents made so that one \
             signature fits both. This copy is no proof.";
    CmsEolFixed = "cms.eol_fixed", [Info], Never, Cms, "RFC 8551 §3.1.1",
        it: "La firma torna dopo aver ripristinato i fine riga, che alcuni programmi cambiano quando salvano il \
             file. La prova non ne risente.",
        en: "The signature checks after the line ends have been restored, which some programs change when they save \
             the file. The proof is not affected.";
    CmsRestorableTranscoding = "cms.restorable_transcoding", [Error], Never, Cms, "VERDICT §3",
        it: "Un programma ha cambiato la codifica dei caratteri salvando il file; ripristinandola, il contenuto \
             coincide di nuovo con quello firmato. Questo file resta alterato: scaricare di nuovo l'originale oppure \
             conservare e verificare la copia ripristinata.",
        en: "A program changed the character encoding when it saved the file; once that is undone, the content again \
             equals what was signed. This file itself remains altered: download the original again, or keep and \
             verify the restored copy.";
    // ---- trust ----
    CertMissing = "cert.missing", [Fatal], Unverifiable, Trust, "RFC 6109 §2.1",
        it: "Nel messaggio manca il certificato di chi ha firmato, perciò la firma non è verificabile. Procurarsi il \
             file originale dalla casella o il certificato dal gestore.",
        en: "The certificate of the signer is not in the message, so the signature cannot be verified. Get the \
             original file from the mailbox, or the certificate from the provider.";
    CertUnreadable = "cert.unreadable", [Fatal], Unverifiable, Trust, "RFC 5280 §4.1",
        it: "Il certificato di chi ha firmato non è leggibile, perciò la firma non è verificabile. Procurarsi di \
             nuovo il file originale dalla casella e ripetere la verifica.",
        en: "The certificate of the signer cannot be read, so the signature cannot be verified. Get the original \
             file from the mailbox again and repeat the check.";
    CertPath = "cert.path", [Fatal], Untrusted, Trust, "RFC 5280 §6; RFC 6109 §2.2.2",
        it: "Nessuna catena di certificati valida alla data considerata collega chi ha firmato alle autorità \
             riconosciute per la PEC. Il contenuto può essere integro, ma non è dimostrato che lo abbia firmato un \
             gestore PEC: chiedere un riscontro al gestore indicato.",
        en: "No chain of certificates valid at the time in question links the signer to the authorities recognised \
             for PEC. The content may be intact, but it is not shown that a PEC provider signed it: ask the provider \
             named for confirmation.";
    CertAnchorPublicOnly = "cert.anchor_public_only", [Fatal], Untrusted, Trust, "VERDICT §3; attack P6",
        it: "Il certificato di chi ha firmato viene da un'autorità che non è quella della PEC: può essere un comune \
             certificato di posta elettronica, che chiunque può ottenere, o un'autorità fatta in casa. La firma non \
             prova che il messaggio venga da un gestore PEC.",
        en: "The signer's certificate comes from an authority that is not the one of PEC: it may be an ordinary \
             e-mail certificate, which anybody can obtain, or an authority made at home. The signature does not show \
             that the message comes from a PEC provider.";
    CertCaUnknownIssue = "cert.ca_unknown_issue", [Fatal], Untrusted, Trust, "VERDICT §3",
        it: "Il certificato dell'autorità ha la chiave di un'autorità PEC nota, ma non è fra quelli riconosciuti né \
             è confermato dall'autorità superiore. Chi ha firmato non è quindi dimostrato: aggiornare i dati di \
             fiducia o chiedere un riscontro al gestore.",
        en: "The certificate of the authority has the key of a known PEC authority, but it is not among the \
             recognised ones, nor is it confirmed by the authority above. So the signer is not established: update \
             the trust data or ask the provider for confirmation.";
    CertImpersonation = "cert.impersonation", [Fatal], Forged, Trust, "VERDICT §3; attack C4",
        it: "Il certificato si presenta come quello di un gestore PEC, ma non risulta rilasciato da un'autorità \
             della PEC. Il messaggio va considerato contraffatto: non seguirne le indicazioni e avvisare il gestore \
             di cui porta il nome.",
        en: "The certificate poses as that of a PEC provider, but was not issued by an authority of PEC. Treat the \
             message as forged: do not follow its instructions, and tell the provider whose name it bears.";
    CertValidityAtSigning = "cert.validity_at_signing", [Fatal], Untrusted, Trust, "RFC 5280 §6.1.3; RFC 6109 §2.2.2",
        it: "Alla data della firma un certificato della catena non era ancora valido o era già scaduto. Per quella \
             data chi ha firmato non è dimostrato: chiedere un riscontro al gestore.",
        en: "At the time of signing a certificate of the chain was not yet valid or had already expired. For that \
             time the signer is not established: ask the provider for confirmation.";
    CertExpiredNow = "cert.expired_now", [Info], Never, Trust, "VERDICT §1",
        it: "Il certificato del gestore oggi è scaduto, come è normale dopo qualche anno; la verifica si riferisce \
             alla data della firma. Per conservare la prova a lungo serve una marca temporale.",
        en: "The certificate of the provider has expired since, as is normal after some years; the check refers to \
             the time of signing. To keep the proof for long, a time-stamp is needed.";
    CertRevoked = "cert.revoked", [Fatal], Untrusted, Trust, "RFC 6109 §2.2.2; VERDICT §4",
        it: "Un certificato della catena risulta revocato per la data considerata, quindi la firma non è affidabile. \
             Chiedere al gestore la data e il motivo della revoca.",
        en: "A certificate of the chain is revoked for the time in question, so the signature cannot be relied upon. \
             Ask the provider for the date and the reason of the revocation.";
    CertRevocationUnknown = "cert.revocation_unknown", [Info], Never, Trust, "RFC 6109 §2.2.2; VERDICT §4",
        it: "La revoca del certificato non è stata controllata, perché mancano informazioni valide per la data \
             considerata. Non significa che il certificato fosse valido né che fosse revocato: se il messaggio è \
             contestato, procurarsi le liste di revoca del periodo.",
        en: "Whether the certificate was revoked was not checked, because there is no information valid for the time \
             in question. It does not mean that the certificate was good, nor that it was revoked: if the message is \
             disputed, obtain the revocation lists of that period.";
    CertNameConstraints = "cert.name_constraints", [Fatal], Untrusted, Trust, "RFC 5280 §4.2.1.10",
        it: "Il certificato riguarda un dominio o un nome che la sua autorità non era autorizzata a certificare. Chi \
             ha firmato non è dimostrato: chiedere un riscontro al gestore.",
        en: "The certificate is for a domain or a name that its authority was not entitled to certify. The signer is \
             not established: ask the provider for confirmation.";
    CertPolicy = "cert.policy", [Fatal], Untrusted, Trust, "VERDICT §3",
        it: "Il certificato non riporta la politica di certificazione che i certificati dei gestori PEC riportano. \
             Il contenuto può essere integro, ma non è dimostrato che lo abbia firmato un gestore PEC.",
        en: "The certificate does not list the certificate policy that certificates of PEC providers list. The \
             content may be intact, but it is not shown that a PEC provider signed it.";
    CertKeyUsage = "cert.key_usage", [Fatal], Untrusted, Trust, "RFC 6109 §5.5.2; RFC 8550 §4.4.2",
        it: "Il certificato non autorizza la propria chiave a firmare messaggi. Il contenuto può essere integro, ma \
             la firma non vale come quella di un gestore PEC.",
        en: "The certificate does not permit its key to sign messages. The content may be intact, but the signature \
             does not count as that of a PEC provider.";
    CertEku = "cert.eku", [Fatal], Untrusted, Trust, "RFC 8550 §4.4.4; RFC 5280 §4.2.1.12",
        it: "Il certificato è destinato a usi diversi dalla posta elettronica. Il contenuto può essere integro, ma \
             la firma non vale come quella di un gestore PEC.",
        en: "The certificate is meant for other uses than e-mail. The content may be intact, but the signature does \
             not count as that of a PEC provider.";
    CertIsCa = "cert.is_ca", [Fatal], Untrusted, Trust, "RFC 5280 §4.2.1.9",
        it: "Il messaggio è firmato con il certificato di un'autorità, che serve a rilasciare altri certificati e \
             non a firmare posta. La firma non vale come quella di un gestore PEC.",
        en: "The message is signed with the certificate of an authority, which serves to issue other certificates \
             and not to sign mail. The signature does not count as that of a PEC provider.";
    CertProfile = "cert.profile", [Info], Never, Trust, "RFC 6109 §5.5",
        it: "Il certificato del gestore si scosta in qualche dettaglio dal profilo previsto dalle regole tecniche, \
             cosa frequente in quelli meno recenti. La prova non ne risente.",
        en: "The certificate of the provider departs in some detail from the profile that the technical rules lay \
             down, as older ones often do. The proof is not affected.";
    CertKeyWeak = "cert.key_weak", [Warning], Never, Trust, "VERDICT §3",
        it: "La chiave del gestore è più corta di quanto oggi si richieda, come era normale nella PEC fino al 2017 \
             circa. La prova resta, ma è più debole: se il messaggio è contestato servono altri elementi.",
        en: "The key of the provider is shorter than is required today, as was normal in PEC until about 2017. The \
             proof stands but is weaker: if the message is disputed, other evidence is needed.";
    CertWeakOutsidePeriod = "cert.weak_outside_period", [Fatal], Untrusted, Trust, "VERDICT §3",
        it: "È stata usata una chiave o una firma di certificato debole fuori dal periodo in cui i gestori la \
             usavano. Chi ha firmato non è dimostrato, perché oggi chiavi di quel genere possono essere violate.",
        en: "A weak key or a weak certificate signature was used outside the period in which providers used it. The \
             signer is not established, because keys of that kind can be broken today.";
    TrustDataOutdated = "trust.data_outdated", [Fatal], Untrusted, Trust, "VERDICT §3",
        it: "Il messaggio è più recente dei dati di fiducia disponibili e l'autorità che ha rilasciato il \
             certificato non vi compare: potrebbe essere nuova e legittima. Aggiornare i dati di fiducia e ripetere \
             la verifica.",
        en: "The message is more recent than the trust data at hand, and the authority that issued the certificate \
             is not in them: it may be new and legitimate. Update the trust data and repeat the check.";
    TrustHostAnchor = "trust.host_anchor", [Info], Never, Trust, "VERDICT §1",
        it: "La fiducia poggia su un'autorità aggiunta da chi usa il programma e non su quelle riconosciute per la \
             PEC. Il risultato vale solo per chi riconosce quell'autorità, ad esempio in una prova o in una \
             simulazione.",
        en: "Trust rests on an authority that the user of the program added, not on those recognised for PEC. The \
             result holds only for those who recognise that authority, for example in a test or a simulation.";
    TrustReplacedData = "trust.replaced_data", [Info], Never, Trust, "VERDICT §3",
        it: "La fiducia poggia su dati che chi usa il programma ha indicato al posto di quelli incorporati: anche le \
             autorità chiamate agid-ca1 e digitpa-ca1 sono quelle di tali dati. Il risultato vale solo per chi li \
             riconosce; `pec trust load FILE` li mostra.",
        en: "Trust rests on data that the user of the program gave in place of the built-in ones: the authorities \
             called agid-ca1 and digitpa-ca1, too, are those of these data. The result holds only for those who \
             accept them; `pec trust load FILE` shows them.";
    // ---- time ----
    CmsSigningTime = "cms.signing_time", [Warning, Error], Never, Time, "RFC 5652 §11.3; DM 2/11/2005 art. 9",
        it: "L'ora indicata nella firma manca, oppure non concorda con i dati di certificazione o con la validità \
             del certificato. L'istante va confermato con altri elementi, come le ricevute collegate o il registro \
             del gestore.",
        en: "The time stated in the signature is missing, or does not agree with the certification data or with the \
             life of the certificate. Confirm the instant by other evidence, such as the related receipts or the log \
             of the provider.";
    CmsSigningTimeFuture = "cms.signing_time_future", [Fatal], Untrusted, Time, "VERDICT §3",
        it: "La firma porta una data successiva al momento della verifica. Controllare prima l'orologio del \
             computer; se è giusto, l'ora della firma non è attendibile e chi ha firmato non è dimostrato.",
        en: "The signature bears a time later than the moment of the check. First check the clock of the computer; \
             if it is right, the time of the signature is not credible and the signer is not established.";
    TimeClaimed = "time.claimed", [Warning, Error], Never, Time, "VERDICT §3 and §4",
        it: "L'ora è dichiarata dal gestore stesso e nessun elemento indipendente la conferma. Dopo la scadenza dei \
             certificati, o con chiavi deboli, la conferma può venire solo da una marca temporale o da un archivio \
             che custodiva già il messaggio.",
        en: "The provider itself states the time, and nothing independent confirms it. After the certificates have \
             ended, or with weak keys, only a time-stamp or an archive that already held the message can confirm it.";
    TimeStamped = "time.stamped", [Info], Never, Time, "RFC 3161 §2.4.2; VERDICT §4",
        it: "Una marca temporale, valida per l'autorità indicata dall'utente, mostra che il messaggio esisteva già \
             in quella data. Conservarla insieme al messaggio.",
        en: "A time-stamp, valid under the authority that the user named, shows that the message already existed on \
             that date. Keep it together with the message.";
    TimeOffsetNotRome = "time.offset_not_rome", [Warning], Never, Time, "RFC 6109 §4.2",
        it: "L'ora stampata dal gestore porta un fuso orario che in quel momento non era quello di Roma: l'ora letta \
             sulla ricevuta non è l'ora legale italiana. L'istante è giusto; per confrontarlo con un orario di legge \
             usare l'ora di Roma, indicata accanto.",
        en: "The time that the provider printed carries an offset that was not that of Rome at that moment: the hour \
             read on the receipt is not Italian legal time. The instant is right; to compare it with hours fixed by \
             law, use the time in Rome that stands beside it.";
    TimeStampInvalid = "time.stamp_invalid", [Warning], Never, Time, "RFC 3161 §2.4.2",
        it: "C'è una marca temporale, ma non è valida o non riguarda questo messaggio, e non se ne tiene conto. \
             L'ora resta quella dichiarata dal gestore.",
        en: "There is a time-stamp, but it is not valid or does not belong to this message, and it is left out of \
             account. The time remains the one that the provider states.";
    // ---- identity ----
    IdFromNotSingle = "id.from_not_single", [Fatal, Error], Forged, Identity, "RFC 6109 §2.1; attack I3",
        it: "Il campo del mittente non contiene un solo indirizzo, e programmi diversi possono mostrare mittenti \
             diversi. Una PEC ne ha sempre uno solo: il messaggio va considerato contraffatto.",
        en: "The sender field does not hold exactly one address, and different programs may show different senders. \
             A PEC always has exactly one: treat the message as forged.";
    IdFromCertMismatch = "id.from_cert_mismatch", [Fatal], Forged, Identity, "RFC 6109 §2.1; RFC 8550 §3",
        it: "L'indirizzo del mittente non è quello indicato nel certificato di chi ha firmato. Il messaggio va \
             considerato contraffatto e non va usato come prova.",
        en: "The address of the sender is not the one in the certificate of the signer. Treat the message as forged \
             and do not use it as proof.";
    IdLocalPart = "id.local_part", [Warning], Never, Identity, "RFC 6109 §3.1",
        it: "Il gestore firma con un indirizzo diverso dal consueto «posta-certificata@…». La firma si verifica lo \
             stesso; controllare che l'indirizzo sia davvero del gestore.",
        en: "The provider signs with another address than the usual \"posta-certificata@…\". The signature can be \
             verified all the same; check that the address really belongs to the provider.";
    IdSenderMismatch = "id.sender_mismatch", [Error], Never, Identity, "RFC 6109 §2.1",
        it: "Il campo tecnico «Sender» indica un indirizzo diverso da quello del gestore che ha firmato. Le \
             intestazioni non sono firmate: attenersi ai dati firmati e chiarire la differenza.",
        en: "The technical field \"Sender\" names another address than that of the provider who signed. Headers are \
             not signed: rely on the signed data and clear up the difference.";
    IdDisplayName = "id.display_name", [Error], Never, Identity, "RFC 6109 §3.1.5; attack I2",
        it: "Il nome mostrato accanto al mittente non corrisponde al mittente certificato e può trarre in inganno. \
             Fa fede il mittente scritto nei dati di certificazione.",
        en: "The name shown beside the sender does not match the certified sender and may mislead. The sender \
             written in the certification data counts.";
    IdDomainNotManaged = "id.domain_not_managed", [Warning], Never, Identity, "RFC 6109 §7",
        it: "Secondo l'indice dei gestori fornito, il dominio del mittente non è fra quelli gestiti con questo \
             certificato. L'indice può essere di un'altra data: chiedere un riscontro al gestore.",
        en: "By the provider directory that was supplied, the domain of the sender is not among those managed with \
             this certificate. The directory may be of another date: ask the provider for confirmation.";
    IdReplyTo = "id.reply_to", [Warning], Never, Identity, "RFC 6109 §3.1.5",
        it: "L'indirizzo per le risposte scritto nell'intestazione è diverso da quello certificato. Rispondere \
             all'indirizzo che risulta dai dati di certificazione.",
        en: "The address for answers in the header is not the certified one. Answer to the address that the \
             certification data give.";
    // ---- kind ----
    KindNone = "kind.none", [Error], Never, Kind, "RFC 6109 §3; VERDICT §5",
        it: "Manca l'intestazione che dice di quale messaggio PEC si tratta. Fa fede il tipo scritto nei dati \
             firmati; l'intestazione può essere andata persa o essere stata tolta dopo la consegna.",
        en: "The header that tells which PEC message this is, is missing. The kind in the signed data counts; the \
             header may have been lost or removed after delivery.";
    KindBoth = "kind.both", [Error], Never, Kind, "RFC 6109 §3; VERDICT §5",
        it: "Il messaggio si dichiara insieme busta e ricevuta, il che non è possibile; una delle due intestazioni \
             può essere stata aggiunta da altri, anche dal mittente. Fa fede il tipo scritto nei dati firmati.",
        en: "The message declares itself an envelope and a receipt at once, which cannot be; one of the two headers \
             may have been added by others, the sender included. The kind in the signed data counts.";
    KindUnknownValue = "kind.unknown_value", [Error], Never, Kind, "RFC 6109 §3",
        it: "L'intestazione dichiara un tipo di messaggio che le regole tecniche della PEC non prevedono. Attenersi \
             al tipo scritto nei dati firmati, se ci sono.",
        en: "The header declares a kind of message that the technical rules of PEC do not know. Rely on the kind in \
             the signed data, if there are any.";
    KindHeaderVsDaticert = "kind.header_vs_daticert", [Fatal], Forged, Kind, "VERDICT §2 row 5; attacks P1 and P3",
        it: "L'intestazione dichiara un tipo di messaggio che non è quello firmato: ad esempio una busta di anomalia \
             presentata come busta di trasporto. Il messaggio va considerato contraffatto e non va usato come prova.",
        en: "The header declares another kind of message than the signed one: for example an anomaly envelope \
             presented as a transport envelope. Treat the message as forged and do not use it as proof.";
    KindSubjectPrefix = "kind.subject_prefix", [Warning], Never, Kind, "RFC 6109 §3",
        it: "L'oggetto non comincia con la dicitura propria di questo tipo di messaggio. L'oggetto esterno non è \
             firmato e può essere stato modificato: attenersi ai dati firmati.",
        en: "The subject does not begin with the words that belong to this kind of message. The outer subject is not \
             signed and may have been changed: rely on the signed data.";
    KindVirusHeader = "kind.virus_header", [Warning], Never, Kind, "RFC 6109 §3.1.3 and §3.2.4",
        it: "L'intestazione che segnala un virus non concorda con i dati firmati. Le intestazioni non sono firmate: \
             attenersi ai dati firmati.",
        en: "The header that reports a virus does not agree with the signed data. Headers are not signed: rely on \
             the signed data.";
    KindReceiptForm = "kind.receipt_form", [Warning], Never, Kind, "RFC 6109 §3.1.5; VERDICT §5",
        it: "La forma di ricevuta indicata nell'intestazione esterna (completa, breve, sintetica) non è quella \
             certificata. L'intestazione esterna non è firmata: valgono i dati certificati.",
        en: "The form of receipt in the outer header (full, brief, concise) is not the certified one. The outer header \
             is not signed: the certified data count.";
    KindServiceOnly = "kind.service_only", [Warning], Never, Kind, "RFC 6109 §2.1.1.1.1",
        it: "È una comunicazione fra gestori, che di norma non arriva nella casella di un utente. Non prova la \
             consegna al destinatario: chiedere al gestore perché si trova qui.",
        en: "This is a communication between providers, which normally does not reach the mailbox of a user. It does \
             not prove delivery to the recipient: ask the provider why it is here.";
    KindClaimedUnsigned = "kind.claimed_unsigned", [Error], Never, Kind, "VERDICT §3",
        it: "Il messaggio porta i segni esteriori di una PEC ma non ha alcuna firma, quindi non prova nulla. \
             Chiunque può scrivere un messaggio così: non farvi affidamento e cercare l'originale nella casella PEC.",
        en: "The message bears the marks of a PEC but has no signature at all, so it proves nothing. Anybody can \
             write such a message: do not rely on it, and look for the original in the PEC mailbox.";
    AnomalyNotCertified = "anomaly.not_certified", [Warning], Never, Kind, "RFC 6109 §3.2.2",
        it: "È una busta di anomalia: il gestore ha recapitato un messaggio che non ha riconosciuto come PEC valida. \
             Contenuto e mittente non sono certificati e nessuna ricevuta di avvenuta consegna viene emessa: \
             trattarlo come una e-mail ordinaria.",
        en: "This is an anomaly envelope: the provider passed on a message that it did not recognise as a valid PEC. \
             Content and sender are not certified, and no delivery receipt is issued: treat it as ordinary e-mail.";
    TransitListModified = "transit.list_modified", [Info], Never, Kind, "PEC-SPEC §12.3",
        it: "Una lista di distribuzione o un altro sistema ha racchiuso o ritoccato il messaggio lungo il percorso. \
             La verifica riguarda solo la parte firmata dal gestore.",
        en: "A mailing list or another system wrapped or touched up the message on its way. The check concerns only \
             the part that the provider signed.";
    // ---- daticert ----
    DaticertMissing = "daticert.missing", [Fatal], Forged, Daticert, "RFC 6109 §4.3; attack P3",
        it: "Nella parte firmata mancano i dati di certificazione (daticert.xml), cioè il documento che attesta \
             mittente, destinatari e ora. Un messaggio che si dichiara PEC senza di essi va considerato \
             contraffatto.",
        en: "The signed part lacks the certification data (daticert.xml), the document that attests sender, \
             recipients and time. Treat a message that calls itself a PEC without them as forged.";
    DaticertMultiple = "daticert.multiple", [Fatal], Forged, Daticert, "RFC 6109 §4.3; VERDICT §2 row 5",
        it: "La parte firmata contiene più di un documento di dati di certificazione, e non si può sapere quale sia \
             del gestore. Il messaggio va considerato contraffatto e non va usato come prova.",
        en: "The signed part contains more than one document of certification data, and there is no way to know \
             which is the provider's. Treat the message as forged and do not use it as proof.";
    DaticertUnconfirmed = "daticert.unconfirmed", [Fatal], Unverifiable, Daticert, "VERDICT §3; attacks P2 and P3",
        it: "I dati di certificazione stanno dopo il messaggio originale e il testo del gestore non ne riporta \
             l'identificativo: potrebbe averli scritti il mittente e non il gestore. Non è dimostrato né l'uno né \
             l'altro; chiedere conferma al gestore con l'identificativo.",
        en: "The certification data stand after the original message, and the provider's text does not print their \
             identifier: the sender may have written them, not the provider. Neither is proven; ask the provider for \
             confirmation, with the identifier.";
    DaticertNestedIgnored = "daticert.nested_ignored", [Info], Never, Daticert, "VERDICT §5; attack P2",
        it: "Più in profondità nel messaggio c'è un altro file daticert.xml, che non è stato considerato. È normale \
             se il mittente ha allegato un'altra PEC, che va verificata a parte.",
        en: "Deeper in the message there is another file daticert.xml, which was not taken into account. This is \
             normal if the sender attached another PEC, which has to be verified separately.";
    DaticertInAnomaly = "daticert.in_anomaly", [Error], Never, Daticert, "RFC 6109 §3.2.2",
        it: "Questa busta di anomalia contiene dati di certificazione, che non dovrebbe avere. Non tenerne conto: il \
             contenuto di una busta di anomalia non è certificato.",
        en: "This anomaly envelope contains certification data, which it should not have. Disregard them: the \
             content of an anomaly envelope is not certified.";
    DaticertMalformed = "daticert.malformed", [Warning, Fatal], Unverifiable, Daticert, "VERDICT §6; attack P7",
        it: "I dati di certificazione sono scritti in modo non corretto. Se il difetto riguarda solo caratteri \
             dell'oggetto o della descrizione dell'errore, essi sono stati sostituiti e annotati; se è nell'indirizzo \
             per le risposte o nel Message-ID scelto dal mittente, quel valore è stato tralasciato. Il resto si legge \
             come è stato firmato. In ogni altro caso i dati sono inutilizzabili e il messaggio non è verificabile.",
        en: "The certification data are not written correctly. If the flaw concerns only characters of the subject \
             or of the error description, these were replaced and noted; if it is in the reply address or in the \
             Message-ID that the sender chose, that value was left out. The rest reads as it was signed. In every \
             other case the data are unusable and the message cannot be verified.";
    DaticertLimits = "daticert.limits", [Fatal], Unverifiable, Daticert, "PEC-SPEC §3.6",
        it: "I dati di certificazione superano i limiti entro i quali vengono esaminati, perciò il messaggio non è \
             verificabile. Dati così grandi sono insoliti: chiedere un riscontro al gestore.",
        en: "The certification data exceed the limits within which they are examined, so the message cannot be \
             verified. Data of that size are unusual: ask the provider for confirmation.";
    DaticertDoctype = "daticert.doctype", [Fatal], Unverifiable, Daticert, "VERDICT §3",
        it: "I dati di certificazione contengono una dichiarazione che la PEC non prevede e che potrebbe cambiare \
             ciò che si legge. Per sicurezza non vengono usati e il messaggio non è verificabile.",
        en: "The certification data contain a declaration that PEC does not provide for and that could change what \
             is read. For safety they are not used, and the message cannot be verified.";
    DaticertRepeated = "daticert.repeated", [Fatal], Unverifiable, Daticert, "VERDICT §3",
        it: "Nei dati di certificazione un elemento che deve essere unico compare più volte, e programmi diversi \
             potrebbero leggere valori diversi. I dati non vengono usati e il messaggio non è verificabile: chiedere \
             un riscontro al gestore.",
        en: "In the certification data an element that must be unique occurs several times, and different programs \
             might read different values. The data are not used and the message cannot be verified: ask the provider \
             for confirmation.";
    DaticertSchema = "daticert.schema", [Warning], Never, Daticert, "RFC 6109 §4.4",
        it: "I dati di certificazione non rispettano del tutto la forma prevista: un elemento manca, è fuori posto o \
             ha un valore non previsto. I valori presenti sono quelli firmati; controllare nel dettaglio che ci sia \
             quello che serve.",
        en: "The certification data do not fully have the prescribed form: an element is missing, out of place or \
             has a value that is not foreseen. The values present are the signed ones; check in the detail that the \
             needed one is there.";
    DaticertUnknown = "daticert.unknown", [Info], Never, Daticert, "PEC-SPEC §3.6",
        it: "I dati di certificazione contengono voci che le regole tecniche non prevedono. Sono state conservate e \
             non incidono sulla verifica.",
        en: "The certification data contain entries that the technical rules do not know. They are kept and do not \
             affect the check.";
    DaticertDate = "daticert.date", [Error, Warning], Never, Daticert, "RFC 6109 §4.2 and §4.4",
        it: "La data o l'ora dei dati di certificazione manca, è impossibile oppure è scritta in modo insolito, ad \
             esempio con un fuso orario diverso da quello italiano. Il dettaglio dice quale caso ricorre; \
             confrontarla con l'ora della firma.",
        en: "The date or time of the certification data is missing, impossible or written in an unusual way, for \
             example with another time zone than the Italian one. The detail says which case it is; compare it with \
             the time of the signature.";
    DaticertIdVsMessageId = "daticert.id_vs_message_id", [Error], Never, Daticert, "RFC 6109 §2.2.1",
        it: "L'identificativo firmato non coincide con quello scritto nelle intestazioni. Fa fede l'identificativo \
             firmato; le intestazioni possono essere state modificate dopo la firma.",
        en: "The signed identifier is not the one in the headers. The signed identifier counts; the headers may have \
             been changed after signing.";
    DaticertMsgidVsHeader = "daticert.msgid_vs_header", [Error, Warning], Never, Daticert, "RFC 6109 §2.2.1",
        it: "L'identificativo del messaggio inviato, come risulta dai dati firmati, non coincide con quello \
             dell'intestazione. Per abbinare ricevute e messaggi usare quello firmato.",
        en: "The identifier of the sent message in the signed data is not the one in the header. To match receipts \
             with messages, use the signed one.";
    DaticertDateVsHeader = "daticert.date_vs_header", [Warning], Never, Daticert, "RFC 6109 §4.1",
        it: "La data dell'intestazione si scosta di oltre cinque minuti da quella certificata. L'intestazione non è \
             firmata: fa fede la data dei dati di certificazione.",
        en: "The date in the header differs by more than five minutes from the certified one. The header is not \
             signed: the date in the certification data counts.";
    DaticertRcptsVsHeader = "daticert.rcpts_vs_header", [Warning], Never, Daticert, "RFC 6109 §2.1 and §3; VERDICT §5",
        it: "I destinatari indicati nell'intestazione esterna non sono quelli certificati. L'intestazione esterna non è \
             firmata e può essere cambiata da chiunque: valgono i dati certificati.",
        en: "The addressees in the outer header are not the certified ones. The outer header is not signed and anybody \
             can change it: the certified data count.";
    DaticertSubjectVsHeader = "daticert.subject_vs_header", [Warning], Never, Daticert, "RFC 6109 §3",
        it: "L'oggetto dell'intestazione è diverso da quello certificato. L'intestazione non è firmata e può \
             cambiare lungo il percorso: fa fede l'oggetto dei dati di certificazione.",
        en: "The subject in the header is not the certified one. The header is not signed and may change on the way: \
             the subject in the certification data counts.";
    DaticertSenderVsInner = "daticert.sender_vs_inner", [Error, Warning], Never, Daticert, "RFC 6109 §3.1.1",
        it: "Il mittente certificato è diverso da quello scritto nel messaggio originale. Fa fede il mittente \
             certificato; chiarire con lui chi ha scritto il messaggio.",
        en: "The certified sender is not the one written in the original message. The certified sender counts; clear \
             up with them who wrote the message.";
    DaticertRcptsVsInner = "daticert.rcpts_vs_inner", [Warning], Never, Daticert, "RFC 6109 §3.1.1",
        it: "I destinatari certificati non sono gli stessi scritti nel messaggio originale. Fanno fede quelli \
             certificati: controllare che ci sia il destinatario che interessa.",
        en: "The certified recipients are not the same as those written in the original message. The certified ones \
             count: check that the recipient of interest is among them.";
    DaticertConsegnaNotRcpt = "daticert.consegna_not_rcpt", [Error], Never, Daticert, "RFC 6109 §4.4",
        it: "La ricevuta o l'avviso riguarda un indirizzo che non è fra i destinatari certificati dello stesso \
             messaggio. Non usarlo come prova verso quel destinatario senza un riscontro del gestore.",
        en: "The receipt or notice concerns an address that is not among the certified recipients of the same \
             message. Do not use it as proof towards that recipient without confirmation by the provider.";
    DaticertConsegnaExternal = "daticert.consegna_external", [Warning], Never, Daticert, "RFC 6109 §3.3.2",
        it: "La ricevuta o l'avviso riguarda un indirizzo di posta ordinaria, per il quale la PEC non certifica la \
             consegna. Chiedere un riscontro al gestore prima di farvi affidamento.",
        en: "The receipt or notice concerns an ordinary e-mail address, for which PEC does not certify delivery. Ask \
             the provider for confirmation before relying on it.";
    DaticertProviderVsCert = "daticert.provider_vs_cert", [Info], Never, Daticert, "RFC 6109 §5.5",
        it: "Il nome del gestore nei dati di certificazione non somiglia a quello del certificato. Può dipendere da \
             un cambio di denominazione: per sapere chi ha firmato fa fede il certificato.",
        en: "The name of the provider in the certification data does not resemble that of the certificate. A change \
             of name may explain it: as to who signed, the certificate counts.";
    DaticertErroreInconsistent = "daticert.errore_inconsistent", [Warning], Never, Daticert, "RFC 6109 §4.4",
        it: "Il tipo di messaggio e l'esito dichiarato non vanno d'accordo: ad esempio una ricevuta di avvenuta \
             consegna che segnala un errore. Leggere entrambi e, se l'esito è importante, chiedere un riscontro al \
             gestore.",
        en: "The kind of message and the declared outcome do not agree: for example a delivery receipt that reports \
             an error. Read both and, if the outcome matters, ask the provider for confirmation.";
    // ---- original ----
    OriginalMissing = "original.missing", [Error], Never, Original, "RFC 6109 §3.1.5 and §3.2.2",
        it: "Manca il messaggio originale (postacert.eml), che questo tipo di messaggio dovrebbe contenere. Con \
             questa sola copia non si può provare che cosa sia stato inviato.",
        en: "The original message (postacert.eml), which this kind of message should contain, is missing. With this \
             copy alone it cannot be proven what was sent.";
    OriginalUnexpected = "original.unexpected", [Warning], Never, Original, "RFC 6109 §3",
        it: "C'è un messaggio originale che questo tipo di ricevuta o avviso non prevede. I dati di certificazione \
             restano quelli firmati; non attribuire all'allegato più valore di quanto essi dicano.",
        en: "There is an original message that this kind of receipt or notice does not provide for. The \
             certification data remain the signed ones; give the attachment no more weight than they do.";
    OriginalMultiple = "original.multiple", [Fatal], Forged, Original, "VERDICT §3",
        it: "La parte firmata contiene più di un messaggio originale, e non si può sapere quale sia quello \
             certificato. Il messaggio va considerato contraffatto e non va usato come prova.",
        en: "The signed part contains more than one original message, and there is no way to know which is the \
             certified one. Treat the message as forged and do not use it as proof.";
    OriginalMsgidRule = "original.msgid_rule", [Warning], Never, Original, "RFC 6109 §2.2.1",
        it: "L'identificativo del mittente riportato nel messaggio originale non coincide con quello certificato. \
             Per abbinare ricevute e messaggi usare quello certificato.",
        en: "The sender's identifier in the original message is not the certified one. To match receipts with \
             messages, use the certified one.";
    OriginalReservedName = "original.reserved_name", [Info], Never, Original, "VERDICT §5",
        it: "Il mittente ha allegato un file che porta un nome usato dalla PEC, come daticert.xml o smime.p7s. È un \
             allegato qualsiasi e non certifica nulla.",
        en: "The sender attached a file with a name that PEC uses, such as daticert.xml or smime.p7s. It is an \
             attachment like any other and certifies nothing.";
    BriefUnreplacedPart = "brief.unreplaced_part", [Warning], Never, Original, "RFC 6109 §3.3.2.2",
        it: "In questa ricevuta breve un allegato compare per intero invece che con la sola impronta. La \
             certificazione non ne risente: quell'allegato si confronta direttamente con il file inviato.",
        en: "In this brief receipt an attachment appears in full instead of by its hash only. The certification is \
             not affected: compare that attachment directly with the file that was sent.";
    OriginalHeaderDiffers = "original.header_differs", [Error, Warning, Info], Never, Original, "VERDICT §6",
        it: "Un'intestazione del messaggio che si trova nella ricevuta non è quella del messaggio conservato. Il \
             dettaglio dice quale e riporta entrambi i valori: verificare se cambia chi scrive, a chi, o l'oggetto.",
        en: "A header field of the message in the receipt is not that of the message that was kept. The detail says \
             which one and gives both values: check whether it changes who writes, to whom, or the subject.";
    OriginalBodyDiffers = "original.body_differs", [Error, Warning], Never, Original, "VERDICT §6",
        it: "Il contenuto del messaggio che si trova nella ricevuta non è quello del messaggio conservato. Il \
             dettaglio dice quale parte è diversa e da quale byte: la ricevuta prova il contenuto che porta, non \
             quello conservato.",
        en: "The content of the message in the receipt is not that of the message that was kept. The detail says \
             which part differs and from which byte on: the receipt proves the content that it carries, not the one \
             that was kept.";
    BriefHashMismatch = "brief.hash_mismatch", [Error], Never, Original, "RFC 6109 §3.3.2.2; PEC-SPEC §4.3",
        it: "L'impronta dell'allegato conservato non coincide con quella della ricevuta breve in nessuna delle letture \
             note: non è il file consegnato, oppure un gestore lo ha ricodificato in una forma che non si conosce. Il \
             dettaglio dice quale allegato. Cercare la copia non modificata: con questa il contenuto non è provato.",
        en: "The hash of the attachment that was kept is not that of the brief receipt under any known reading: it is \
             not the file that was delivered, or a server re-encoded it in a form that is not known. The detail says \
             which attachment. Look for the unmodified copy: with this one the content is not proven.";
    BriefHashUnverifiable = "brief.hash_unverifiable", [Info], Never, Original, "RFC 6109 §3.3.2.2; PEC-SPEC §4.3",
        it: "Un'impronta della ricevuta breve non si è potuta confrontare, perché il messaggio inviato manca o supera \
             i limiti entro i quali viene esaminato. La ricevuta breve prova il contenuto degli allegati solo insieme \
             agli originali, che il mittente deve conservare.",
        en: "A hash of the brief receipt could not be compared, because the message that was sent is missing or \
             exceeds the limits within which it is examined. A brief receipt proves the content of attachments only \
             together with the originals, which the sender has to keep.";
    BriefHashMalformed = "brief.hash_malformed", [Error], Never, Original, "PEC-SPEC §4.3",
        it: "Il file che in questa ricevuta breve sta al posto di un allegato non contiene un'impronta leggibile. Per \
             quell'allegato la ricevuta non prova il contenuto; la consegna resta provata.",
        en: "The file that stands for an attachment in this brief receipt does not hold a readable hash. For that \
             attachment the receipt does not prove the content; the delivery remains proven.";
    BriefHashNonstandard = "brief.hash.nonstandard", [Warning], Never, Original, "RFC 6109 §3.3.2.2; PEC-SPEC §4.3",
        it: "L'impronta di un allegato è lunga come una SHA-256, mentre le regole tecniche prevedono la SHA-1. È stata \
             confrontata come SHA-256, che è più robusta.",
        en: "The hash of an attachment has the length of SHA-256, whereas the technical rules provide for SHA-1. It \
             was compared as SHA-256, which is stronger.";
    BriefSha1Collision = "brief.sha1_collision", [Fatal], Comparison, Original, "VERDICT §3 and §6",
        it: "L'allegato conservato è costruito in modo che un altro file possa avere la stessa impronta SHA-1. \
             L'impronta coincide, ma non dice quale dei due file sia stato consegnato: per questo allegato la ricevuta \
             non prova il contenuto.",
        en: "The attachment that was kept is built so that another file can have the same SHA-1 hash. The hash is the \
             same, but it does not tell which of the two files was delivered: for this attachment the receipt does not \
             prove the content.";
    BriefAttachmentMissing = "brief.attachment_missing", [Error], Never, Original, "RFC 6109 §3.3.2.2",
        it: "Un allegato del messaggio conservato non compare nella ricevuta breve: non è provato che sia stato \
             consegnato. Controllare che la ricevuta e il messaggio siano quelli giusti.",
        en: "An attachment of the message that was kept does not appear in the brief receipt: it is not proven that \
             it was delivered. Check that receipt and message belong together.";
    BriefAttachmentExtra = "brief.attachment_extra", [Error], Never, Original, "RFC 6109 §3.3.2.2",
        it: "La ricevuta breve nomina un allegato che il messaggio conservato non ha. Il messaggio conservato non è \
             completo oppure non è quello consegnato: alcuni programmi tolgono gli allegati dalla copia inviata.",
        en: "The brief receipt names an attachment that the message that was kept does not have. The message that was \
             kept is incomplete or not the one that was delivered: some programs strip attachments from the sent copy.";
    BriefAttachmentRenamed = "brief.attachment_renamed", [Warning], Never, Original, "RFC 6109 §3.3.2.2",
        it: "L'impronta di un allegato coincide, ma nella ricevuta breve il file ha un altro nome. Il contenuto è \
             quello conservato; di solito il nome è stato riscritto perché contiene lettere accentate.",
        en: "The hash of an attachment is the same, but the file has another name in the brief receipt. The content \
             is the one that was kept; usually the name was rewritten because it has accented letters.";
    BriefAttachmentOrder = "brief.attachment_order", [Warning], Never, Original, "RFC 6109 §3.3.2.2",
        it: "Gli allegati stanno nella ricevuta breve in un altro ordine o in un altro punto rispetto al messaggio \
             conservato. Il contenuto di ciascuno è giudicato a parte.",
        en: "In the brief receipt the attachments stand in another order or place than in the message that was kept. \
             The content of each is judged on its own.";
    HtmlActiveOrRemote = "html.active_or_remote", [Warning], Never, Original, "RFC 6109 §4.3.1",
        it: "La parte in formato HTML contiene programmi o richiami a contenuti esterni, che le regole tecniche \
             vietano. Leggere il testo semplice, non aprire quei contenuti e attenersi ai dati firmati.",
        en: "The HTML part contains programs or references to outside content, which the technical rules forbid. \
             Read the plain text, do not open that content, and rely on the signed data.";
    // ---- receipt ----
    ReceiptDuplicate = "receipt.duplicate", [Info], Never, Receipt, "PEC-SPEC §9.1",
        it: "La ricevuta ripete quanto un'altra già certifica, per esempio perché lo stesso file è stato scaricato due \
             volte. Non cambia nulla.",
        en: "The receipt repeats what another one certifies already, for example because the same file was fetched \
             twice. It changes nothing.";
    ReceiptConflict = "receipt.conflict", [Error], Never, Receipt, "VERDICT §7; PEC-SPEC §9.3",
        it: "Ricevute certificate si contraddicono, per esempio una consegna e una mancata consegna per lo stesso \
             destinatario. Conservarle tutte e chiedere un chiarimento scritto ai gestori che le hanno emesse.",
        en: "Certified receipts contradict each other, for example a delivery and a non-delivery for the same \
             recipient. Keep all of them and ask the providers that issued them for a clarification in writing.";
    ReceiptLate = "receipt.late", [Warning], Never, Receipt, "VERDICT §7; RFC 6109 §3.1.6",
        it: "Il messaggio è stato consegnato dopo l'avviso delle ventiquattro ore, che dava la spedizione per terminata. \
             La consegna è dimostrata; conservare anche l'avviso, perché i termini possono dipenderne.",
        en: "The message was delivered after the twenty-four-hour notice, which said that the transmission had ended. \
             Delivery is proven; keep the notice too, because deadlines may depend on it.";
    ReceiptKindUnexpected = "receipt.kind_unexpected", [Warning], Never, Receipt, "RFC 6109 §3.3.2; PEC-SPEC §4.5",
        it: "La ricevuta di consegna non ha la forma che spettava a questo destinatario: ad esempio manca il messaggio \
             che una ricevuta completa contiene. La consegna è dimostrata; il contenuto va provato in altro modo.",
        en: "The delivery receipt does not have the form that was due for this recipient: for example the message is \
             missing which a complete receipt contains. Delivery is proven; prove the content in another way.";
    ReceiptNotOurs = "receipt.not_ours", [Error, Info], Never, Receipt, "PEC-SPEC §9.1; attack P4",
        it: "Le ricevute riguardano un messaggio di un altro mittente oppure un messaggio che questo programma non ha \
             inviato, ad esempio spedito dalla webmail. La gravità distingue i due casi; nel primo capire come le \
             ricevute siano arrivate qui.",
        en: "The receipts concern a message of another sender, or one that this program did not send, such as one from \
             webmail. The severity tells the two apart; in the first case find out how the receipts came here.";
    ReceiptMissing = "receipt.missing", [Warning], Never, Receipt, "PEC-SPEC §9.4; RFC 6109 §3.1.6",
        it: "Manca una ricevuta che le regole prevedono; il dettaglio dice quale. Cercarla nelle altre cartelle della \
             casella, poi chiederla al gestore, che conserva i registri per trenta mesi.",
        en: "A receipt is missing that the rules provide for; the detail says which. Look for it in the other folders of \
             the mailbox, then ask the provider, which keeps its logs for thirty months.";
    ReceiptInconsistent = "receipt.inconsistent", [Error, Warning], Never, Receipt, "PEC-SPEC §9.4 and §3.4",
        it: "Le ricevute dello stesso messaggio non concordano fra loro su destinatari, identificativi, orari o esito; \
             il dettaglio dice su che cosa. Una ricevuta di esito positivo che dichiara un errore non è contata. \
             Chiedere un riscontro al gestore.",
        en: "The receipts of one message do not agree on recipients, identifiers, times or outcome; the detail says on \
             what. A receipt of success that states an error is not counted. Ask the provider for confirmation.";
    ReceiptSender = "receipt.sender", [Error], Never, Receipt, "PEC-SPEC §9.1 and §9.4; attack P4",
        it: "Un altro mittente compare in ricevute certificate con lo stesso identificativo. I due casi sono tenuti \
             separati e nessuno incide sull'altro: verificare con i gestori quale sia quello giusto.",
        en: "Certified receipts with the same identifier name another sender. The two cases are kept apart and neither \
             affects the other: find out with the providers which one is right.";
    ReceiptIssuer = "receipt.issuer", [Error, Warning], Never, Receipt, "RFC 6109 §3.1 and §2.2.1",
        it: "La ricevuta è firmata da un gestore diverso da quello del mittente, che solo può emetterla. Se la gravità è \
             di errore non è contata; se è un avvertimento, il solo gestore che si conosce ha un nome diverso da quello \
             contenuto nell'identificativo. Chiedere un riscontro al gestore del mittente.",
        en: "The receipt is signed by a provider other than the sender's, which alone may issue it. As an error it is \
             not counted; as a warning, the only provider known bears another name than the one in the identifier. Ask \
             the sender's provider for confirmation.";
    ReceiptRecipient = "receipt.recipient", [Error], Never, Receipt, "PEC-SPEC §9.4; RFC 6109 §4.4",
        it: "La ricevuta riguarda un indirizzo che non è fra i destinatari del messaggio accettato, oppure non ne indica \
             alcuno. Per quell'indirizzo non è contata: non usarla come prova verso di esso.",
        en: "The receipt concerns an address that is not among the recipients of the accepted message, or names none. \
             For that address it is not counted: do not use it as proof towards it.";
    ReceiptUnexpected = "receipt.unexpected", [Warning], Never, Receipt, "PEC-SPEC §9.3; RFC 6109 §3.3.2",
        it: "C'è una ricevuta per un indirizzo che il gestore del mittente considera di posta ordinaria, per il quale \
             non ne sono previste. Può dipendere da un elenco dei gestori non aggiornato: chiedere un riscontro.",
        en: "There is a receipt for an address that the sender's provider takes for ordinary mail, for which none is \
             provided. An outdated list of providers may explain it: ask for confirmation.";
    ReceiptUnproven = "receipt.unproven", [Warning], Never, Receipt, "VERDICT §7",
        it: "Un messaggio che si presenta come ricevuta di questo invio non è certificato. È elencato a parte e non \
             cambia nulla: non usarlo come prova e, se è falso, capire da dove viene.",
        en: "A message that presents itself as a receipt of this one is not certified. It is listed apart and changes \
             nothing: do not use it as proof and, if it is forged, find out where it comes from.";
}
