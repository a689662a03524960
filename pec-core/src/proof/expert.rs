//! For the expert of a court: every step once more, with OpenSSL and nothing of ours.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The text that goes into a bundle. Each line that begins with `$ ` is a command for a POSIX shell in the folder into
/// which the bundle was unpacked.
pub(super) fn text(objects: &BTreeSet<&str>) -> String {
    let mut text = String::from(HEAD);
    for path in objects.iter().filter(|path| path.ends_with(".eml")) {
        let id = path.trim_start_matches("messages/").trim_end_matches(".eml");
        let _ = write!(
            text,
            "\n{path}\n\
             $ test \"$(sha256sum {path} | cut -c1-64)\" = {id}\n\
             $ openssl smime -pk7out -in {path} | openssl pkcs7 -print_certs -text -noout\n\
             $ openssl cms -verify -in {path} -CAfile RADICE.pem -partial_chain -no_check_time -purpose any -out /dev/null\n"
        );
        if objects.contains(&*format!("log/{id}.json")) {
            let _ = write!(text, "  registro: log/{id}.json\n$ grep -q {id} log/{id}.json\n");
        }
    }
    for path in objects.iter().filter(|path| path.ends_with(".checkpoint")) {
        let token = path.replace(".checkpoint", ".tsr");
        let _ = write!(
            text,
            "\n{path}\n$ openssl ts -reply -in {token} -token_in -text\n\
             $ openssl ts -reply -in {token} -token_in -token_out | openssl pkcs7 -inform DER -print_certs -text -noout\n\
             $ openssl ts -verify -data {path} -in {token} -token_in -CAfile MARCHE.pem -partial_chain -no_check_time\n"
        );
    }
    text.push_str(TAIL);
    text
}

const HEAD: &str = "\
PER IL PERITO: ogni passo rifatto con OpenSSL 3 e sha256sum, senza il programma che ha scritto questo fascicolo.
FOR THE EXPERT: every step once more with OpenSSL 3 and sha256sum, without the program that wrote this bundle.

Estrarre lo ZIP in una cartella vuota e lavorare lì. Le righe che cominciano con $ sono comandi.
Unpack the ZIP into an empty folder and work there. Lines that begin with $ are commands.

RADICE.pem: il certificato dell'autorità che garantisce i gestori PEC, ottenuto dall'AgID e non da questo fascicolo.
RADICE.pem: the certificate of the authority that vouches for PEC providers, obtained from AgID and not from this bundle.
MARCHE.pem: il certificato dell'autorità di marcatura temporale, ottenuto da essa.
MARCHE.pem: the certificate of the time-stamping authority, obtained from it.

Il certificato del gestore dura due o tre anni, quello di chi marca poco di più: i comandi non guardano la data di oggi. Va
confrontata a mano la data della firma, o della marca, con la validità (Validity) stampata dal comando che elenca i
certificati, che mostra anche a chi appartengono.
A provider's certificate lives two or three years, that of a time-stamping authority a little longer: the commands do not look
at today's date. Compare the date of the signature, or of the stamp, with the Validity that is printed with the certificates,
and see whose they are.

Un messaggio ordinario (la copia di quanto inviato) non è firmato: per esso i comandi sulla firma falliscono.
An ordinary message (the copy of what was sent) is not signed: the commands about the signature fail on it.
";

const TAIL: &str = "
Il registro è un albero di Merkle (RFC 6962). Per ogni messaggio, log/ID.json contiene la voce (entry), il suo numero (index)
e i nodi accanto al cammino (path, in base64): foglia = SHA-256(00 || entry), nodo = SHA-256(01 || sinistra || destra); la
radice così ottenuta è la terza riga del checkpoint che porta la stessa dimensione (size).
The log is a Merkle tree (RFC 6962). For each message, log/ID.json holds its entry, its number (index) and the nodes beside
the path (path, in base64): leaf = SHA-256(00 || entry), node = SHA-256(01 || left || right); the root that comes out is the
third line of the checkpoint of the same size.

Il fascicolo non prova di essere completo: una ricevuta che manca non lascia traccia.
The bundle does not prove that it is complete: a receipt that is missing leaves no trace.
";
