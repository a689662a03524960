//! Who enters a mailbox.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use pec_imap::{Credential, Origin};
use secrecy::ExposeSecret as _;

use crate::border::{self, enter, instant, some, text};
use crate::failure::{pec_error, pec_result};
use crate::text::{pec_str, unknown};

/// Who enters a mailbox, and until when: made by `pec_credential_new`, freed by `pec_credential_free`, which overwrites the
/// password. Whatever is given one takes a copy. No call of this library changes a password with the provider.
#[derive(Debug)]
pub struct pec_credential {
    pub(super) credential: Credential,
}

/// Where a password comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_credential_origin {
    /// The holder's own.
    PEC_ORIGIN_HOLDER = 0,
    /// Made by the provider for mail programs, as they ask where a second factor is on.
    PEC_ORIGIN_GENERATED = 1,
}

impl pec_credential {
    fn change(&mut self, change: impl FnOnce(Credential) -> Credential) {
        self.credential = change(self.credential.clone());
    }
}

/// The name of a user, mostly the address, and a password, the holder's own, which does not end by itself. Both are UTF-8, ended
/// by NUL. Freed by `pec_credential_free`.
///
/// # Safety
/// `login` and `password` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_credential_new(
    login: *const c_char,
    password: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_credential>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let login = unsafe { text(login, "login") }?;
        // SAFETY: the caller's promise.
        let password = unsafe { text(password, "password") }?;
        let credential = Credential::new(login, password.to_owned());
        some(out, "out")?.write(Some(Box::new(pec_credential { credential })));
        Ok(())
    })
}

/// Where the password comes from, a `pec_credential_origin`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_credential_set_origin(
    credential: Option<&mut pec_credential>,
    origin: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(credential, "credential")?;
        let origin = match origin {
            n if n == pec_credential_origin::PEC_ORIGIN_HOLDER as u32 => Origin::Holder,
            n if n == pec_credential_origin::PEC_ORIGIN_GENERATED as u32 => Origin::Generated,
            _ => return Err(unknown("origin", origin)),
        };
        it.change(|credential| credential.origin(origin));
        Ok(())
    })
}

/// When the password ends, in seconds since 1970 (UTC).
#[unsafe(no_mangle)]
pub extern "C" fn pec_credential_set_expires(
    credential: Option<&mut pec_credential>,
    at: i64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, at) = (some(credential, "credential")?, instant(at, "at")?);
        it.change(|credential| credential.expires(at));
        Ok(())
    })
}

/// Who renews the password, or where: a hint for a person, and no secret.
///
/// # Safety
/// `hint` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_credential_set_renewal(
    credential: Option<&mut pec_credential>,
    hint: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(credential, "credential")?;
        // SAFETY: the caller's promise.
        let hint = unsafe { text(hint, "hint") }?;
        it.change(|credential| credential.renewal(hint));
        Ok(())
    })
}

/// The name of the user. It lives as long as the credential.
#[unsafe(no_mangle)]
pub extern "C" fn pec_credential_login(
    credential: Option<&pec_credential>,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (it, out) = (some(credential, "credential")?, some(out, "out")?);
        out.write(pec_str::of(it.credential.login()));
        Ok(())
    })
}

/// The password, for a host that keeps it: whoever copies it has to take care of the copy. It lives as long as the credential.
#[unsafe(no_mangle)]
pub extern "C" fn pec_credential_secret(
    credential: Option<&pec_credential>,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (it, out) = (some(credential, "credential")?, some(out, "out")?);
        out.write(pec_str::of(it.credential.secret().expose_secret()));
        Ok(())
    })
}

/// Ends the life of a credential. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_credential_free(credential: Option<Box<pec_credential>>) {
    border::release(credential);
}
