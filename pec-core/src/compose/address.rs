//! Which addresses PEC takes.

/// Characters that a part of an address would have to be quoted for.
const QUOTED: &[u8] = b"<>,;:()[]\"\\@";

/// The longest address (RFC 5321 §4.5.3.1.3: a path of 256 with its brackets).
const LONGEST: usize = 254;

/// Whether this is a plain `local@domain` in ASCII, of 254 bytes at most.
///
/// RFC 5321 also knows quoted local parts and RFC 6531 other scripts; no provider issues them, and their names in
/// `daticert.xml` would not be compared safely.
///
/// ```
/// use pec_core::compose::is_address;
/// assert!(is_address("ufficio@cert.beta.example"));
/// assert!(!is_address("\"a b\"@cert.beta.example") && !is_address("ufficio") && !is_address("a@b\r\n"));
/// ```
#[must_use]
pub fn is_address(address: &str) -> bool {
    let plain = |text: &str| {
        let words_end_well = !text.starts_with('.') && !text.ends_with('.');
        !text.is_empty()
            && words_end_well
            && text.bytes().all(|byte| byte.is_ascii_graphic() && !QUOTED.contains(&byte))
    };
    let domain_is_named =
        |domain: &str| domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    address.len() <= LONGEST
        && address
            .rsplit_once('@')
            .is_some_and(|(local, domain)| plain(local) && plain(domain) && domain_is_named(domain))
}

/// Whether two addresses are the same mailbox: PEC compares without case (PEC-SPEC §3.6, RFC 8550 §3).
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Whether this can stand between the brackets of a Message-ID (RFC 5322 §3.6.4), without quoting.
pub(super) fn is_message_id(id: &str) -> bool {
    let plain =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>@".contains(&byte));
    id.rsplit_once('@').is_some_and(|(left, right)| plain(left) && plain(right))
}
