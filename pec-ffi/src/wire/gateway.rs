//! An SMTP server for programs that know nothing of PEC.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ::pec_archive::report::Report as _;
use pec_files::work::Event;
use pec_imap::{Error, Gateway, GatewayPolicy, GatewaySending, GatewayUser, report};
use serde::Deserialize;

use super::credential::pec_credential;
use super::hub::{pec_hub, read};
use super::options;
use super::rules::Place;
use super::work::{Job, LOOK, Told, begin};
use crate::border::{enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::work::pec_work;

/// The settings of a gateway as JSON.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    listen: SocketAddr,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    send: bool,
    deliver: Vec<Deliver>,
    clients: usize,
    message_bytes: usize,
    memory_bytes: usize,
    recipients: usize,
    receive_every_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deliver {
    from: String,
    to: Place,
}

impl Default for Settings {
    fn default() -> Self {
        let usual = GatewayPolicy::default();
        Self {
            listen: ([127, 0, 0, 1], 2525).into(),
            tls_certificate: None,
            tls_key: None,
            send: true,
            deliver: Vec::new(),
            clients: usual.clients,
            message_bytes: usual.message_bytes,
            memory_bytes: usual.memory_bytes,
            recipients: usual.recipients,
            receive_every_ms: u64::try_from(usual.receive_every.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl Settings {
    fn gateway(self, hub: &pec_imap::Hub) -> Result<Serve, Failure> {
        let policy = GatewayPolicy {
            clients: self.clients,
            message_bytes: self.message_bytes,
            memory_bytes: self.memory_bytes,
            recipients: self.recipients,
            sending: if self.send { GatewaySending::InBackground } else { GatewaySending::Never },
            receive_every: Duration::from_millis(self.receive_every_ms),
            ..GatewayPolicy::default()
        };
        let mut gateway = Gateway::new(hub.clone()).policy(policy);
        match (self.tls_certificate, self.tls_key) {
            (Some(certificate), Some(key)) => gateway = gateway.tls(&read(&certificate)?, &read(&key)?)?,
            (None, None) => {}
            _ => {
                let why = "tls_certificate and tls_key belong together".to_owned();
                return Err(Failure::new(pec_result::PEC_BAD_VALUE).because(why));
            }
        }
        for Deliver { from, to } in self.deliver {
            gateway = gateway.deliver(from, to.delivery(hub)?);
        }
        Ok(Serve(gateway, self.listen))
    }
}

struct Serve(Gateway, SocketAddr);

impl Job for Serve {
    const GENTLY: bool = true;

    async fn run(self, told: Told<'_>) -> Result<String, Error> {
        // Nobody asks for what happens after it was cancelled.
        let tell = |event: report::GatewayEvent| {
            let _ = told.0.tell(Event::Report(event.to_json()));
        };
        let listening = self.0.listen(self.1).await?;
        tell(report::GatewayEvent::listening(listening.address()));
        let ended = async {
            while !told.0.is_cancelled() {
                tokio::time::sleep(LOOK).await;
            }
        };
        listening.serve(ended, &mut |event| tell(report::GatewayEvent::of(&event))).await?;
        // It ends by that alone.
        Err(Error::Cancelled)
    }
}

fn user(name: &str, every: u32) -> GatewayUser {
    if every == 0 { GatewayUser::Mailbox(name.to_owned()) } else { GatewayUser::Every(name.to_owned()) }
}

/// Says under which password programs hand over mail to a gateway: the login of `credential` is the address of the mailbox from which
/// they send; with `every` not 0 any name, which sends from every mailbox that is managed (there is one such name). It takes the
/// place of the one before. `PEC_WIRE_VALUE` for a password of fewer than twelve characters, or that of a mailbox;
/// `PEC_ARCHIVE_NOT_FOUND` for a mailbox that is not managed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_hub_set_gateway_login(
    hub: Option<&pec_hub>,
    credential: Option<&pec_credential>,
    every: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, credential) = (some(hub, "hub")?, &some(credential, "credential")?.credential);
        Ok(it.hub.set_gateway_login(&user(credential.login(), every), credential.secret().clone())?)
    })
}

/// Takes away what `pec_hub_set_gateway_login` has said of this name, with the same `every`. Writes 1 where there was anything, else 0.
///
/// # Safety
/// `name` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_hub_remove_gateway_login(
    hub: Option<&pec_hub>,
    name: *const c_char,
    every: u32,
    was: Option<&mut MaybeUninit<u32>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        let was = some(was, "was")?;
        was.write(it.hub.remove_gateway_login(&user(name, every))?.into());
        Ok(())
    })
}

/// Begins to serve programs that know nothing of PEC, by SMTP: what they hand over goes into the outbox under its Message-ID, byte for
/// byte, or they are told every reason why not. `settings` is one JSON object, an empty text for none: `listen` (`127.0.0.1:2525`; port
/// 0 is any free one; beyond loopback only with a certificate), `tls_certificate` and `tls_key`, PEM files, `send` (true), whether what
/// was taken is sent in the background, `deliver`, a list of objects with `from`, a mailbox, and `to` as for `pec_work_relay_new`, where
/// what comes in is put; `clients` (32), `message_bytes` (100000000), `memory_bytes` (512000000), `recipients` (1000),
/// `receive_every_ms` (60000). It goes on until it is cancelled or freed, and tells what happens as events (`PEC_EVENT_REPORT`), one JSON
/// object each (`gateway`): `listening` first, with its address. A message that is just being handed to a provider is waited for, ten
/// seconds at most. `PEC_BAD_VALUE` and `PEC_WIRE_VALUE` for other settings; a port that cannot be taken ends it (`wire.listen`). Freed
/// by `pec_work_free`.
///
/// # Safety
/// `settings` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_gateway(
    hub: Option<&pec_hub>,
    settings: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let settings = unsafe { text(settings, "settings") }?;
        let (out, settings): (_, Settings) = (some(out, "out")?, options(settings, "settings")?);
        out.write(begin(settings.gateway(&it.hub)?)?);
        Ok(())
    })
}
