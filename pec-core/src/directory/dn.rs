//! Distinguished names as LDIF writes them (RFC 4514), as far as the directory needs them.

/// The pairs of type and value, escapes undone, white space around them trimmed; `None` if it is no name. The parts of a
/// name with several values (`a=1+b=2`) follow each other.
pub(super) fn parse(text: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() || !pairs.is_empty() {
        let (kind, after) = rest.split_once('=')?;
        let kind = kind.trim();
        if kind.is_empty() || !kind.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')) {
            return None;
        }
        let (value, after) = value(after)?;
        pairs.push((kind.to_owned(), value));
        if after.is_empty() {
            break;
        }
        rest = after.get(1..)?;
    }
    Some(pairs)
}

/// One value and what follows it: nothing, or the separator and the rest.
fn value(text: &str) -> Option<(String, &str)> {
    let mut bytes = Vec::new();
    // Blanks after this length may be trimmed; an escaped blank may not.
    let mut kept = 0;
    let text = text.trim_start_matches(' ');
    let quoted = text.starts_with('"');
    let mut chars = text.char_indices().skip(usize::from(quoted));
    let mut end = text.len();
    let mut closed = !quoted;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                let (_, escaped) = chars.next()?;
                match escaped.to_digit(16) {
                    Some(high) => {
                        let low = chars.next()?.1.to_digit(16)?;
                        bytes.push(u8::try_from(high << 4 | low).ok()?);
                    }
                    None if " \"#+,;<=>\\".contains(escaped) => {
                        bytes.extend_from_slice(escaped.encode_utf8(&mut [0; 4]).as_bytes())
                    }
                    None => return None,
                }
                kept = bytes.len();
            }
            '"' if quoted => {
                closed = true;
                kept = bytes.len();
                let after = text.get(at + 1..)?.trim_start_matches(' ');
                if !after.is_empty() && !after.starts_with([',', '+', ';']) {
                    return None;
                }
                end = text.len() - after.len();
                break;
            }
            ',' | '+' | ';' if !quoted => {
                end = at;
                break;
            }
            '"' | '<' | '>' | '\0' if !quoted => return None,
            c => {
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                if c != ' ' {
                    kept = bytes.len();
                }
            }
        }
    }
    if !closed {
        return None;
    }
    bytes.truncate(kept);
    Some((String::from_utf8(bytes).ok()?, text.get(end..)?))
}
