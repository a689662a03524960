//! A sandbox behind an SMTP server and in front of Maildirs, for programs that send by SMTP and read by IMAP or files.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_sandbox::server::{Clock, Options, Server};

use super::{State, pec_sandbox};
use crate::border::{enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;
use crate::verification::pec_text;

/// How the clock of a sandbox that serves goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_sandbox_clock {
    /// It stands until it is turned; receipts come at once.
    PEC_SANDBOX_CLOCK_TURNED = 0,
    /// It goes with the machine's; turning puts it ahead.
    PEC_SANDBOX_CLOCK_SYSTEM = 1,
}

/// The sockets of a sandbox that serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_sandbox_socket {
    /// SMTP with TLS from the first byte.
    PEC_SANDBOX_SOCKET_SMTPS = 0,
    /// SMTP with STARTTLS.
    PEC_SANDBOX_SOCKET_SUBMISSION = 1,
}

/// The files of a sandbox that serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_sandbox_file {
    /// PEM: the authority that mail clients have to trust for TLS.
    PEC_SANDBOX_FILE_TLS_AUTHORITY = 0,
    /// PEM: the authority of the providers, for `pec verify --anchor`.
    PEC_SANDBOX_FILE_ANCHOR = 1,
}

/// Puts the sandbox behind an SMTP server on free ports of 127.0.0.1, and its mailboxes into Maildirs below `folder`, which
/// is made where it does not exist. The address of a mailbox is its user name, `password` that of all; `clock` is a
/// `pec_sandbox_clock`. Texts are UTF-8, ended by NUL.
///
/// `PEC_LISTEN`, `PEC_FILE`, or `PEC_SETTINGS` when it serves already; the sandbox is then as before.
///
/// # Safety
/// `folder` and `password` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_serve(
    sandbox: Option<&mut pec_sandbox>,
    folder: *const c_char,
    password: *const c_char,
    clock: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let folder = unsafe { text(folder, "folder") }?;
        // SAFETY: the caller's promise.
        let password = unsafe { text(password, "password") }?.to_owned();
        let clock = match clock {
            n if n == pec_sandbox_clock::PEC_SANDBOX_CLOCK_TURNED as u32 => Clock::Turned,
            n if n == pec_sandbox_clock::PEC_SANDBOX_CLOCK_SYSTEM as u32 => Clock::System,
            _ => return Err(unknown("clock", clock)),
        };
        let State::Still(network) = &sandbox.state else {
            return Err(Failure::new(pec_result::PEC_SETTINGS).because("it serves already"));
        };
        let options = Options { password, clock, ..Options::new(folder) };
        sandbox.state = State::Serving(Server::start(network.as_ref().clone(), options)?);
        Ok(())
    })
}

/// Cuts the connections, ends and joins the server's threads; the sandbox goes on without. `PEC_ABSENT` when it serves
/// nobody.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_stop(
    sandbox: Option<&mut pec_sandbox>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let sandbox = some(sandbox, "sandbox")?;
        let network = sandbox.server()?.with(|network| Ok(network.clone()))?;
        // The server is dropped here, which stops it.
        sandbox.state = State::Still(Box::new(network));
        Ok(())
    })
}

impl pec_sandbox {
    fn server(&self) -> Result<&Server, Failure> {
        match &self.state {
            State::Serving(server) => Ok(server),
            State::Still(_) => Err(Failure::new(pec_result::PEC_ABSENT).because("it serves nobody")),
        }
    }
}

/// The port on 127.0.0.1 of a socket; `socket` is a `pec_sandbox_socket`. `PEC_ABSENT` when the sandbox serves nobody.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_port(
    sandbox: Option<&pec_sandbox>,
    socket: u32,
    out: Option<&mut MaybeUninit<u32>>,
) -> pec_result {
    use pec_sandbox_socket as S;
    enter(None, || {
        let (server, out) = (some(sandbox, "sandbox")?.server(), some(out, "out")?);
        out.write(u32::from(match socket {
            n if n == S::PEC_SANDBOX_SOCKET_SMTPS as u32 => server?.smtps().port(),
            n if n == S::PEC_SANDBOX_SOCKET_SUBMISSION as u32 => server?.submission().port(),
            _ => return Err(unknown("socket", socket)),
        }));
        Ok(())
    })
}

/// The path of a file that the server has written; `file` is a `pec_sandbox_file`. `PEC_ABSENT` when the sandbox serves
/// nobody. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_file_path(
    sandbox: Option<&pec_sandbox>,
    file: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    use pec_sandbox_file as F;
    enter(error, || {
        let (server, out) = (some(sandbox, "sandbox")?.server(), some(out, "out")?);
        let path = match file {
            n if n == F::PEC_SANDBOX_FILE_TLS_AUTHORITY as u32 => server?.tls_authority(),
            n if n == F::PEC_SANDBOX_FILE_ANCHOR as u32 => server?.anchor(),
            _ => return Err(unknown("file", file)),
        };
        out.write(Some(Box::new(pec_text::new(path.display().to_string()))));
        Ok(())
    })
}

/// The path of the Maildir of a mailbox; `address` is UTF-8, ended by NUL. `PEC_ABSENT` when the sandbox serves nobody.
/// Freed by `pec_text_free`.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_maildir_path(
    sandbox: Option<&pec_sandbox>,
    address: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        let out = some(out, "out")?;
        let path = sandbox.server()?.maildir(address);
        out.write(Some(Box::new(pec_text::new(path.display().to_string()))));
        Ok(())
    })
}

/// What went wrong in the server since it was last asked, while nobody was there to be told. `PEC_ABSENT` when nothing did.
/// Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_problem(
    sandbox: Option<&pec_sandbox>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (sandbox, out) = (some(sandbox, "sandbox")?, some(out, "out")?);
        let problem = sandbox.server()?.problem().ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        out.write(Some(Box::new(pec_text::new(problem))));
        Ok(())
    })
}
