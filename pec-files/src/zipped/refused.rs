//! Why a ZIP, or what stands in it, is not read, and what can be done.

use std::io;

use zip::CompressionMethod;
use zip::result::ZipError;

use crate::reason::{Kind, Reason};

fn reason(it: impl Into<String>, en: impl Into<String>) -> Reason {
    Reason::new(it, en).kind(Kind::File)
}

/// The list at the end of the ZIP.
pub(super) fn list(error: &ZipError) -> Reason {
    match error {
        ZipError::Io(error) if error.raw_os_error().is_some() => Reason::of_io(error),
        _ => reason(
            format!("l'archivio ZIP è danneggiato o incompleto: crearlo o scaricarlo di nuovo ({error})"),
            format!("the ZIP archive is damaged or incomplete: make or download it again ({error})"),
        ),
    }
}

/// One member, before it is read.
pub(super) fn member(error: &ZipError) -> Reason {
    match error {
        ZipError::Io(error) => damaged(error),
        _ => reason(
            format!("non si può estrarre dall'archivio ZIP: {error}"),
            format!("cannot be taken out of the ZIP archive: {error}"),
        ),
    }
}

/// It is compressed by a method that nobody uses for mail.
pub(super) fn method(method: CompressionMethod) -> Reason {
    reason(
        format!("è compresso con un metodo che qui non si legge ({method}): estrarlo e usare il file estratto"),
        format!("is compressed by a method that is not read here ({method}): take it out and use that file"),
    )
}

/// Its bytes are not those of which the ZIP has the checksum.
pub(super) fn damaged(error: &io::Error) -> Reason {
    if error.raw_os_error().is_some() {
        return Reason::of_io(error);
    }
    reason(
        format!("è danneggiato dentro l'archivio ZIP: crearlo o scaricarlo di nuovo ({error})"),
        format!("is damaged inside the ZIP archive: make or download it again ({error})"),
    )
}

pub(super) fn encrypted() -> Reason {
    reason(
        "è protetto da una password: estrarlo e usare il file estratto",
        "is protected by a password: take it out and use that file",
    )
}

pub(super) fn nested() -> Reason {
    reason(
        "è un archivio ZIP dentro un altro: estrarlo e indicarlo da solo",
        "is a ZIP archive inside another: take it out and name it by itself",
    )
}

pub(super) fn nothing() -> Reason {
    reason(
        "è vuoto: non contiene alcun messaggio; salvarlo di nuovo dalla casella",
        "is empty: there is no message in it; save it again from the mailbox",
    )
}

pub(super) fn empty() -> Reason {
    reason("l'archivio ZIP non contiene messaggi", "there is no message in the ZIP archive")
}

pub(super) fn too_many(limit: usize) -> Reason {
    reason(
        format!("l'archivio ZIP contiene più di {limit} file: dividerlo"),
        format!("the ZIP archive holds more than {limit} files: divide it"),
    )
    .kind(Kind::TooLarge)
}

pub(super) fn bomb(ratio: u64) -> Reason {
    reason(
        format!(
            "l'archivio ZIP, estratto, supera di oltre {ratio} volte la propria dimensione: sembra fatto per nuocere; il resto non è stato letto"
        ),
        format!(
            "the ZIP archive comes to more than {ratio} times its own size: it seems made to do harm; the rest was not read"
        ),
    )
    .kind(Kind::TooLarge)
}
