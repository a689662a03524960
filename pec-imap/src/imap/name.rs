//! Names of folders: modified UTF-7 on the wire (RFC 3501 §5.1.3), text for people.

use crate::error::{Error, Result};

/// A name of the wire, for people.
pub(crate) fn readable(wire_name: &str) -> String {
    // It panics on what is no UTF-7.
    let decoded = std::panic::catch_unwind(|| utf7_imap::decode_utf7_imap(wire_name.to_owned()));
    pec_core::text::printable(decoded.as_deref().unwrap_or(wire_name))
}

/// A name that a person has given, for the wire.
pub(crate) fn wire(name: &str) -> String {
    utf7_imap::encode_utf7_imap(name.to_owned())
}

/// A name of the wire, as a parameter of a command.
pub(super) fn quoted(wire_name: &str) -> Result<String> {
    if wire_name.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(Error::BadValue { what: "folder", value: pec_core::text::printable(wire_name) });
    }
    Ok(format!("\"{}\"", wire_name.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for (name, on_wire) in [("INBOX", "INBOX"), ("Attività & più", "Attivit&AOA- &- pi&APk-"), ("日本", "&ZeVnLA-")]
        {
            assert_eq!(wire(name), on_wire);
            assert_eq!(readable(on_wire), name);
        }
        // What is no UTF-7 is shown as it is.
        for odd in ["&", "&AOA", "&!!-", "a&ZeV-b"] {
            assert!(!readable(odd).is_empty());
        }
        assert_eq!(quoted("a\"b\\c").unwrap(), r#""a\"b\\c""#);
        assert!(quoted("a\r\nb").is_err());
    }
}
