//! Where passwords are kept.

use std::ffi::{CString, c_char, c_void};
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::Arc;

use ::pec_archive::HostKey;
use ::pec_archive::report::lines;
use pec_imap::{Answered, Asked, FileSecrets, HostSecrets, PassphraseCost, SecretField, SecretStore, report};

use super::credential::pec_credential;
use crate::border::{self, bytes, enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;
use crate::verification::pec_text;

/// A store of passwords: made by `pec_secrets_open`, `pec_secrets_open_with_passphrase` and `pec_secrets_host`, freed by
/// `pec_secrets_free`. Any number of threads may use it at once, and other processes the same file. A hub lives without it.
#[derive(Debug)]
pub struct pec_secrets {
    pub(super) store: Arc<dyn SecretStore>,
}

/// What a credential of a mailbox is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_secret_field {
    /// Reading, and sending where nothing else is kept for it.
    PEC_SECRET_FIELD_ACCESS = 0,
    /// Sending alone.
    PEC_SECRET_FIELD_SUBMISSION = 1,
    /// With which programs log in to a gateway: never what a provider knows.
    PEC_SECRET_FIELD_GATEWAY = 2,
}

impl pec_secret_field {
    fn read(number: u32) -> Result<SecretField, Failure> {
        match number {
            n if n == Self::PEC_SECRET_FIELD_ACCESS as u32 => Ok(SecretField::Access),
            n if n == Self::PEC_SECRET_FIELD_SUBMISSION as u32 => Ok(SecretField::Submission),
            n if n == Self::PEC_SECRET_FIELD_GATEWAY as u32 => Ok(SecretField::Gateway),
            _ => Err(unknown("field", number)),
        }
    }

    const fn number(field: SecretField) -> u32 {
        match field {
            SecretField::Submission => Self::PEC_SECRET_FIELD_SUBMISSION as u32,
            SecretField::Gateway => Self::PEC_SECRET_FIELD_GATEWAY as u32,
            _ => Self::PEC_SECRET_FIELD_ACCESS as u32,
        }
    }
}

fn made(store: impl SecretStore + 'static) -> Option<Box<pec_secrets>> {
    Some(Box::new(pec_secrets { store: Arc::new(store) }))
}

/// The file at `path`, UTF-8 ended by NUL, encrypted under `key`, 32 random bytes of the host's. The first password makes it.
/// `PEC_SECRET_KEY` where it is encrypted under another one, `PEC_ARCHIVE_VALUE` for another number of bytes. Freed by
/// `pec_secrets_free`.
///
/// # Safety
/// `path` is NULL or ends with NUL; `key` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_secrets_open(
    path: *const c_char,
    key: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_secrets>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        // SAFETY: the caller's promise.
        let key = unsafe { bytes(key, len, "key") }?;
        let out = some(out, "out")?;
        out.write(made(FileSecrets::open(Path::new(path), HostKey::from_slice(key)?)?));
        Ok(())
    })
}

/// The same file under a passphrase, which takes a third of a second to try. The rest is as for `pec_secrets_open`.
///
/// # Safety
/// `path` and `passphrase` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_secrets_open_with_passphrase(
    path: *const c_char,
    passphrase: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_secrets>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        // SAFETY: the caller's promise.
        let passphrase = unsafe { text(passphrase, "passphrase") }?.to_owned().into();
        let out = some(out, "out")?;
        out.write(made(FileSecrets::open_with_passphrase(Path::new(path), &passphrase, PassphraseCost::default())?));
        Ok(())
    })
}

/// Gives the credential that the host keeps for a mailbox: writes one made by `pec_credential_new`, which the library frees, or
/// leaves NULL where there is none. 0 when that is the answer, anything else when the store fails. `mailbox` is in lower case,
/// UTF-8 ended by NUL, `field` a `pec_secret_field`. It is called on any thread, must not unwind, and may call nothing of the
/// library but what concerns credentials.
pub type pec_secret_get_function = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        mailbox: *const c_char,
        field: u32,
        out: *mut Option<Box<pec_credential>>,
    ) -> u32,
>;

/// Keeps a credential in the place of what was there; 0 when that is durable. The rest is as for `pec_secret_get_function`.
pub type pec_secret_put_function = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        mailbox: *const c_char,
        field: u32,
        credential: *const pec_credential,
    ) -> u32,
>;

/// Forgets a credential, and writes 1 where it was there, else 0; 0 when that is durable. The rest is as for
/// `pec_secret_get_function`.
pub type pec_secret_remove_function =
    Option<unsafe extern "C" fn(userdata: *mut c_void, mailbox: *const c_char, field: u32, was: *mut u32) -> u32>;

struct Host {
    userdata: *mut c_void,
    get: unsafe extern "C" fn(*mut c_void, *const c_char, u32, *mut Option<Box<pec_credential>>) -> u32,
    put: unsafe extern "C" fn(*mut c_void, *const c_char, u32, *const pec_credential) -> u32,
    remove: unsafe extern "C" fn(*mut c_void, *const c_char, u32, *mut u32) -> u32,
}

// SAFETY: the host's promise in `pec_secrets_host`: its functions can be called with `userdata` on any thread.
unsafe impl Send for Host {}
// SAFETY: the same.
unsafe impl Sync for Host {}

impl Host {
    fn ask(&self, asked: Asked<'_>) -> Result<Answered, String> {
        let name = |mailbox: &str| CString::new(mailbox).map_err(|_| "a NUL in an address".to_owned());
        let answered = |number: u32, answer| match number {
            0 => Ok(answer),
            number => Err(format!("the host's store answers {number}")),
        };
        match asked {
            Asked::Get(mailbox, field) => {
                let (mailbox, mut found) = (name(mailbox)?, None);
                let field = pec_secret_field::number(field);
                // SAFETY: the host's promise; the text and the place live until it returns.
                let number = unsafe { (self.get)(self.userdata, mailbox.as_ptr(), field, &raw mut found) };
                let found = found.map(|it| Answered::Credential(it.credential.clone()));
                answered(number, found.unwrap_or(Answered::Nothing))
            }
            Asked::Put(mailbox, field, credential) => {
                let (mailbox, field) = (name(mailbox)?, pec_secret_field::number(field));
                let given = pec_credential { credential: credential.clone() };
                // SAFETY: the host's promise; the text and the credential live until it returns.
                let number = unsafe { (self.put)(self.userdata, mailbox.as_ptr(), field, &raw const given) };
                answered(number, Answered::Nothing)
            }
            Asked::Remove(mailbox, field) => {
                let (mailbox, field, mut was) = (name(mailbox)?, pec_secret_field::number(field), 0);
                // SAFETY: the host's promise; the text and the place live until it returns.
                let number = unsafe { (self.remove)(self.userdata, mailbox.as_ptr(), field, &raw mut was) };
                answered(number, Answered::Removed(was != 0))
            }
            _ => Err("the host knows what its store holds".to_owned()),
        }
    }
}

/// A store of the host's own, asked through three functions. Freed by `pec_secrets_free`; the functions are called until the
/// store, every hub with it and every work of these are freed.
///
/// # Safety
/// `get`, `put` and `remove` can be called with `userdata` on any thread for as long as that lasts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_secrets_host(
    userdata: *mut c_void,
    get: pec_secret_get_function,
    put: pec_secret_put_function,
    remove: pec_secret_remove_function,
    out: Option<&mut MaybeUninit<Option<Box<pec_secrets>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (get, put, remove) = (some(get, "get")?, some(put, "put")?, some(remove, "remove")?);
        let host = Host { userdata, get, put, remove };
        some(out, "out")?.write(made(HostSecrets::new(move |asked| host.ask(asked))));
        Ok(())
    })
}

/// The credential of a mailbox; `PEC_ABSENT` where there is none. `mailbox` is UTF-8, ended by NUL, `field` a
/// `pec_secret_field`. Freed by `pec_credential_free`.
///
/// # Safety
/// `mailbox` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_secrets_get(
    secrets: Option<&pec_secrets>,
    mailbox: *const c_char,
    field: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_credential>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(secrets, "secrets")?;
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        let (field, out) = (pec_secret_field::read(field)?, some(out, "out")?);
        let credential = it.store.get(mailbox, field)?.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        out.write(Some(Box::new(pec_credential { credential })));
        Ok(())
    })
}

/// Keeps a credential in the place of what was there; when it returns, it is durable. The parameters are as for
/// `pec_secrets_get`.
///
/// # Safety
/// `mailbox` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_secrets_put(
    secrets: Option<&pec_secrets>,
    mailbox: *const c_char,
    field: u32,
    credential: Option<&pec_credential>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(secrets, "secrets")?;
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        let credential = some(credential, "credential")?;
        Ok(it.store.put(mailbox, pec_secret_field::read(field)?, &credential.credential)?)
    })
}

/// Forgets a credential; writes 1 where it was there, else 0. The parameters are as for `pec_secrets_get`.
///
/// # Safety
/// `mailbox` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_secrets_remove(
    secrets: Option<&pec_secrets>,
    mailbox: *const c_char,
    field: u32,
    was: Option<&mut MaybeUninit<u32>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(secrets, "secrets")?;
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        let (field, was) = (pec_secret_field::read(field)?, some(was, "was")?);
        was.write(it.store.remove(mailbox, field)?.into());
        Ok(())
    })
}

/// What is kept, without the passwords: one JSON object (`secret`) a line. What is damaged is there with its problem, and hides
/// no other. `PEC_SECRET_STORE` for a store of the host's. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_secrets_list(
    secrets: Option<&pec_secrets>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(secrets, "secrets")?, some(out, "out")?);
        let kept: Vec<_> = it.store.list()?.iter().map(report::Secret::of).collect();
        out.write(Some(Box::new(pec_text::new(lines(&kept)))));
        Ok(())
    })
}

/// Ends the life of a store; what it keeps stays. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_secrets_free(secrets: Option<Box<pec_secrets>>) {
    border::release(secrets);
}
