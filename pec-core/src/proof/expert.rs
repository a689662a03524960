//! For the expert of a court: every step once more, with OpenSSL and nothing of ours.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{EXPERT, MANIFEST, zip};

/// The names of the objects of which it speaks, as they stand when it is written: all but its own and the list of all. Those that we
/// would not give are passed over.
pub(super) fn names<'n>(objects: impl Iterator<Item = &'n str>) -> BTreeSet<&'n str> {
    objects.filter(|name| zip::is_plain(name) && ![EXPERT, MANIFEST].contains(name)).collect()
}

/// The text that goes into a bundle. Each line that begins with `$ `, with those that follow and begin with `> `, is a command
/// for a POSIX shell in the folder into which the bundle was unpacked; they are given to one shell, in their order.
pub(super) fn text(objects: &BTreeSet<&str>) -> String {
    let mut text = String::from(HEAD);
    let of = |folder: &'static str, end: &'static str| {
        let part = move |path: &str| path.strip_prefix(folder)?.strip_suffix(end).map(str::to_owned);
        objects.iter().filter_map(move |path| part(path))
    };
    let checkpoints: Vec<String> = of("log/", ".checkpoint").collect();
    let under: String = checkpoints.iter().map(|name| format!(" log/{name}.checkpoint")).collect();
    // Under one root or several: whatever follows the name of the object.
    let places = |text: &mut String, name: &str, what: &str, named: &str| {
        let begins = format!("log/{name}.");
        for entry in objects.iter().filter(|path| path.starts_with(&begins) && path.ends_with(".json")) {
            let _ = writeln!(text, "$ radice {entry} {what} {named}{under}");
        }
    };
    for id in of("messages/", ".eml") {
        let path = format!("messages/{id}.eml");
        let _ = write!(
            text,
            "\n{path}\n\
             $ test \"$(sha256sum {path} | cut -c1-64)\" = {id}\n\
             $ openssl smime -pk7out -in {path} | openssl pkcs7 -print_certs -text -noout\n\
             $ openssl cms -verify -in {path} -CAfile RADICE.pem -partial_chain -no_check_time -purpose any -out /dev/null\n"
        );
        places(&mut text, &id, "put id", &id);
    }
    for id in of("lookup/", ".json") {
        let path = format!("lookup/{id}.json");
        let _ = write!(
            text,
            "\n{path}\n$ test \"$(sha256sum {path} | cut -c1-64)\" = {id}\n\
             $ sed 's/.*\"answer\":\"\\([^\"]*\\)\".*/\\1/' {path} | openssl base64 -d -A | od -c\n"
        );
        places(&mut text, &id, "look-up lookup", &id);
    }
    for name in &checkpoints {
        let (path, token) = (format!("log/{name}.checkpoint"), format!("log/{name}.tsr"));
        let _ = write!(
            text,
            "\n{path}\n$ openssl ts -reply -in {token} -token_in -text\n\
             $ openssl ts -reply -in {token} -token_in -token_out | openssl pkcs7 -inform DER -print_certs -text -noout\n\
             $ openssl ts -verify -data {path} -in {token} -token_in -CAfile MARCHE.pem -partial_chain -no_check_time\n"
        );
        places(&mut text, name, "stamp token", &format!("\"$(sha256sum {token} | cut -c1-64)\""));
    }
    text.push_str(TAIL);
    text
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

Il certificato del gestore dura due o tre anni, e anche quello di chi marca finisce: i comandi non guardano la data di oggi. Va
confrontata a mano la data della firma, o della marca, con la validità (Validity) stampata dal comando che elenca i
certificati, che mostra anche a chi appartengono.
A provider's certificate lives two or three years, and that of a time-stamping authority ends too: the commands do not look at
today's date. Compare the date of the signature, or of the stamp, with the Validity that is printed with the certificates,
and see whose they are.

Un messaggio ordinario (la copia di quanto inviato) non è firmato: per esso i comandi sulla firma falliscono.
An ordinary message (the copy of what was sent) is not signed: the commands about the signature fail on it.

Una ricerca (lookup) è quanto un registro di indirizzi rispose a chi ha fatto il fascicolo: lo dichiara lui, nessuno l'ha firmata.
A look-up is what a register of addresses answered to whoever made the bundle: he says so, and nobody has signed it.

Il registro è un albero di Merkle (RFC 6962). log/ID.json contiene la voce (entry) sul messaggio, la ricerca o la marca, il suo
numero (index) e i nodi accanto al cammino (path, in base64): foglia = SHA-256(00 || entry), nodo = SHA-256(01 || sinistra ||
destra); la radice così ottenuta è la terza riga del checkpoint che porta la stessa dimensione (size), nella seconda. Questa
funzione lo rifà: che la voce dice quanto deve, e sotto quale checkpoint sta, che stampa.
The log is a Merkle tree (RFC 6962). log/ID.json holds the entry about the message, the look-up or the stamp, its number (index)
and the nodes beside the path (path, in base64): leaf = SHA-256(00 || entry), node = SHA-256(01 || left || right); the root that
comes out is the third line of the checkpoint of the same size, which is in the second. This function does it again: that the
entry says what it must, and under which checkpoint it stands, which it prints.
$ radice() {
>   file=$1; what=$2; key=$3; named=$4; shift 4
>   hash() { openssl dgst -sha256 -binary | openssl base64 -A; }
>   bytes() { printf %s "$1" | openssl base64 -d -A; }
>   number() { sed -n 's/^  "'"$1"'": \([0-9]*\),$/\1/p' "$file"; }
>   entry=$(sed -n 's/^  "entry": "\(.*\)",$/\1/p' "$file" | sed 's/\\\(.\)/\1/g')
>   case $entry in *'"what":"'"$what"'"'*) ;; *) return 1 ;; esac
>   case $entry in *'"'"$key"'":"'"$named"'"'*) ;; *) return 1 ;; esac
>   node=$({ printf '\000'; printf %s "$entry"; } | hash)
>   place=$(number index); size=$(number size); last=$((size - 1))
>   [ "$place" -le "$last" ] || return 1
>   for beside in $(sed -n 's/^    "\([A-Za-z0-9+/=]*\)",*$/\1/p' "$file"); do
>     [ "$last" -gt 0 ] || return 1
>     if [ $((place & 1)) = 1 ] || [ "$place" = "$last" ]; then
>       left=$beside; right=$node
>       while [ $((place & 1)) = 0 ] && [ "$place" != 0 ]; do place=$((place >> 1)); last=$((last >> 1)); done
>     else
>       left=$node; right=$beside
>     fi
>     node=$({ printf '\001'; bytes "$left"; bytes "$right"; } | hash)
>     place=$((place >> 1)); last=$((last >> 1))
>   done
>   [ "$last" = 0 ] || return 1
>   for checkpoint in "$@"; do
>     if [ "$(sed -n 2p "$checkpoint")" = "$size" ] && [ "$(sed -n 3p "$checkpoint")" = "$node" ]; then
>       echo "$checkpoint"; return 0
>     fi
>   done
>   return 1
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
