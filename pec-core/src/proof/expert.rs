//! For the expert of a court: every step once more, with OpenSSL and nothing of ours.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The text that goes into a bundle. Each line that begins with `$ `, with those that follow and begin with `> `, is a command
/// for a POSIX shell in the folder into which the bundle was unpacked; they are given to one shell, in their order.
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
        write_entry(&mut text, objects, id);
    }
    for path in objects.iter().filter(|path| path.starts_with("lookup/")) {
        let id = path.trim_start_matches("lookup/").trim_end_matches(".json");
        let _ = write!(
            text,
            "\n{path}\n$ test \"$(sha256sum {path} | cut -c1-64)\" = {id}\n\
             $ sed 's/.*\"answer\":\"\\([^\"]*\\)\".*/\\1/' {path} | openssl base64 -d -A\n"
        );
        write_entry(&mut text, objects, id);
    }
    for path in objects.iter().filter(|path| path.ends_with(".checkpoint")) {
        let token = path.replace(".checkpoint", ".tsr");
        let _ = write!(
            text,
            "\n{path}\n$ openssl ts -reply -in {token} -token_in -text\n\
             $ openssl ts -reply -in {token} -token_in -token_out | openssl pkcs7 -inform DER -print_certs -text -noout\n\
             $ openssl ts -verify -data {path} -in {token} -token_in -CAfile MARCHE.pem -partial_chain -no_check_time\n"
        );
        let entry = path.replace(".checkpoint", ".json");
        if objects.contains(&*entry) {
            let _ = write!(
                text,
                "  rinnovata: {entry}\n$ grep -q \"$(sha256sum {token} | cut -c1-64)\" {entry}\n$ radice {entry}\n"
            );
        }
    }
    text.push_str(TAIL);
    text
}

/// That the entry of the log about this stands under a root.
fn write_entry(text: &mut String, objects: &BTreeSet<&str>, id: &str) {
    let entry = format!("log/{id}.json");
    if objects.contains(&*entry) {
        let _ = write!(text, "  registro: {entry}\n$ grep -q {id} {entry}\n$ radice {entry}\n");
    }
}

const HEAD: &str = r#"PER IL PERITO: ogni passo rifatto con OpenSSL 3 e sha256sum, senza il programma che ha scritto questo fascicolo.
FOR THE EXPERT: every step once more with OpenSSL 3 and sha256sum, without the program that wrote this bundle.

Estrarre lo ZIP in una cartella vuota e lavorare lì. Le righe che cominciano con $ sono comandi, da dare in quest'ordine alla
stessa shell; quelle che cominciano con > li continuano. Un comando che fallisce esce con un codice diverso da zero.
Unpack the ZIP into an empty folder and work there. Lines that begin with $ are commands, for one shell, in this order; those
that begin with > continue them. A command that fails exits with another code than zero.

RADICE.pem: il certificato dell'autorità che garantisce i gestori PEC, ottenuto dall'AgID e non da questo fascicolo.
RADICE.pem: the certificate of the authority that vouches for PEC providers, obtained from AgID and not from this bundle.
MARCHE.pem: i certificati delle autorità di marcatura temporale, ottenuti da esse.
MARCHE.pem: the certificates of the time-stamping authorities, obtained from them.

Il certificato del gestore dura due o tre anni, quello di chi marca poco di più: i comandi non guardano la data di oggi. Va
confrontata a mano la data della firma, o della marca, con la validità (Validity) stampata dal comando che elenca i
certificati, che mostra anche a chi appartengono.
A provider's certificate lives two or three years, that of a time-stamping authority a little longer: the commands do not look
at today's date. Compare the date of the signature, or of the stamp, with the Validity that is printed with the certificates,
and see whose they are.

Un messaggio ordinario (la copia di quanto inviato) non è firmato: per esso i comandi sulla firma falliscono.
An ordinary message (the copy of what was sent) is not signed: the commands about the signature fail on it.

Una ricerca (lookup) è quanto un registro di indirizzi rispose a chi ha fatto il fascicolo: lo dichiara lui, nessuno l'ha firmata.
A look-up is what a register of addresses answered to whoever made the bundle: he says so, and nobody has signed it.

Il registro è un albero di Merkle (RFC 6962). log/ID.json contiene la voce (entry) sul messaggio, la ricerca o la marca, il suo numero
(index) e i nodi accanto al cammino (path, in base64): foglia = SHA-256(00 || entry), nodo = SHA-256(01 || sinistra || destra);
la radice così ottenuta è la terza riga del checkpoint che porta la stessa dimensione (size). Questa funzione lo rifà:
The log is a Merkle tree (RFC 6962). log/ID.json holds the entry about the message, the look-up or the stamp, its number (index) and the
nodes beside the path (path, in base64): leaf = SHA-256(00 || entry), node = SHA-256(01 || left || right); the root that comes
out is the third line of the checkpoint of the same size. This function does it again:
$ radice() {
>   hash() { openssl dgst -sha256 -binary | openssl base64 -A; }
>   bytes() { printf %s "$1" | openssl base64 -d -A; }
>   number() { sed -n 's/^  "'"$1"'": \([0-9]*\),$/\1/p' "$2"; }
>   entry() { sed -n 's/^  "entry": "\(.*\)",$/\1/p' "$1" | sed 's/\\\(.\)/\1/g' | tr -d '\n'; }
>   node=$({ printf '\000'; entry "$1"; } | hash)
>   place=$(number index "$1"); size=$(number size "$1"); last=$((size - 1))
>   for beside in $(sed -n 's/^    "\([A-Za-z0-9+/=]*\)",*$/\1/p' "$1"); do
>     if [ $((place & 1)) = 1 ] || [ "$place" = "$last" ]; then
>       left=$beside; right=$node
>       while [ $((place & 1)) = 0 ] && [ "$place" != 0 ]; do place=$((place >> 1)); last=$((last >> 1)); done
>     else
>       left=$node; right=$beside
>     fi
>     node=$({ printf '\001'; bytes "$left"; bytes "$right"; } | hash)
>     place=$((place >> 1)); last=$((last >> 1))
>   done
>   [ "$last" = 0 ] && grep -h -x -A1 "$size" log/*.checkpoint | grep -q -x -F "$node"
> }
"#;

const TAIL: &str = "
Una marca vale da sola finché vive il certificato di chi ha marcato. Dopo, vale se il registro la nomina sotto una radice che
un'altra marca copre, fatta prima che quel certificato finisse; e così via fino a oggi.
A stamp stands by itself while the certificate of its authority lives. After that, it stands where the log names it under a
root that another stamp covers, made before that certificate ended; and so on until today.

Il fascicolo non prova di essere completo: una ricevuta che manca non lascia traccia.
The bundle does not prove that it is complete: a receipt that is missing leaves no trace.
";
