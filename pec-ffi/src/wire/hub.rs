//! Mailboxes that are managed together.

use std::ffi::c_char;
use std::fs;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::pec_archive::report::{Report as _, lines};
use ::pec_archive::{Actor, Id, Mandate};
use jiff::Timestamp;
use pec_imap::{
    Capacity, Encoding, Hub, HubPolicy, HubQuery, Import, MailboxSpec, Mandates, Network, Only, Overrides, Profiles,
    Proxy, RadarOptions, Receiver, Roots, Sort, report,
};
use serde::Deserialize;

use super::credential::pec_credential;
use super::options;
use super::secrets::pec_secrets;
use crate::archive::{id, pec_archive, pec_intake};
use crate::blob::pec_blob;
use crate::border::{self, bytes, enter, instant, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::{pec_language, unknown};
use crate::verification::pec_text;

/// Mailboxes of many holders with any provider, managed together: made by `pec_hub_open`, freed by `pec_hub_free`. Any number of
/// threads may use it at once; what it has begun lives without it. In a forked child `pec_hub_free` does nothing: the file of
/// the archive is the parent's.
#[derive(Debug)]
pub struct pec_hub {
    pub(super) hub: Hub,
    pub(super) actor: Actor,
}

/// Which mailboxes are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_hub_only {
    /// All.
    PEC_HUB_ALL = 0,
    /// Those with messages that have come since they were seen the last time.
    PEC_HUB_NEW = 1,
    /// Those with messages that nobody has marked as read.
    PEC_HUB_UNREAD = 2,
}

/// In which order mailboxes are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_hub_sort {
    /// Of addresses.
    PEC_SORT_ADDRESS = 0,
    /// Of clients.
    PEC_SORT_CLIENT = 1,
    /// Most new messages first.
    PEC_SORT_NEW = 2,
    /// Most unread messages first.
    PEC_SORT_UNREAD = 3,
    /// The fullest first.
    PEC_SORT_FULLEST = 4,
    /// The one that was not seen to be well for the longest time first.
    PEC_SORT_STALEST = 5,
}

/// In which encoding a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_table_encoding {
    /// UTF-8 with a byte order mark.
    PEC_TABLE_UTF8 = 0,
    /// Windows-1252.
    PEC_TABLE_WINDOWS_1252 = 1,
}

/// The settings of a hub as JSON.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    proxy: Option<String>,
    roots: Vec<PathBuf>,
    public_roots: bool,
    profiles: Option<PathBuf>,
    capacity: Option<u32>,
    mandates_required: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            proxy: None,
            roots: Vec::new(),
            public_roots: true,
            profiles: None,
            capacity: None,
            mandates_required: false,
        }
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::new(pec_result::PEC_FILE).because(format!("{}: {error}", path.display()));
    fs::read(path).map_err(failed)
}

impl Settings {
    fn network(&self) -> Result<Network, Failure> {
        let mut roots = if self.public_roots { Roots::public() } else { Roots::none() };
        for path in &self.roots {
            roots = roots.and_pem(&read(path)?)?;
        }
        let proxy = self.proxy.as_deref().map_or(Ok(Proxy::Direct), str::parse)?;
        Ok(Network::new(proxy, &roots)?)
    }

    fn profiles(&self) -> Result<Profiles, Failure> {
        let built_in = Profiles::built_in()?;
        let Some(path) = &self.profiles else { return Ok(built_in) };
        let text = String::from_utf8(read(path)?).map_err(|_| Failure::new(pec_result::PEC_BAD_UTF8))?;
        Ok(built_in.and(Profiles::read(&text)?))
    }

    fn policy(&self) -> HubPolicy {
        HubPolicy {
            capacity: self.capacity.map_or(Capacity::Unlimited, Capacity::Limit),
            mandates: if self.mandates_required { Mandates::Required } else { Mandates::Optional },
        }
    }
}

/// A mailbox as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    mailbox: String,
    provider: Option<String>,
    description: Option<String>,
    client: Option<String>,
    tax_id: Option<String>,
    mandate: Option<Right>,
    #[serde(default)]
    overrides: Overrides,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Right {
    from: Timestamp,
    until: Option<Timestamp>,
    evidence: Option<String>,
}

impl Said {
    fn spec(self, credential: Option<&pec_credential>) -> Result<MailboxSpec, Failure> {
        let tax_id = self.tax_id.map(|text| {
            let bad = |error| Failure::new(pec_result::PEC_BAD_VALUE).because(format!("tax_id: {text}: {error}"));
            text.parse::<pec_core::tax_id::TaxId>().map_err(bad)
        });
        let mandate = self.mandate.map(|right| {
            let evidence = right.evidence.as_deref().map(id).transpose()?;
            Ok::<_, Failure>(Mandate { from: right.from, until: right.until, evidence })
        });
        Ok(MailboxSpec {
            profile: self.provider,
            overrides: self.overrides,
            description: self.description,
            client: self.client,
            tax_id: tax_id.transpose()?,
            mandate: mandate.transpose()?,
            credential: credential.map(|it| it.credential.clone()),
            ..MailboxSpec::new(self.mailbox)
        })
    }
}

/// Opens a hub over an archive, in the name of its handle; what comes in is judged by trust, evidence and limits of `intake`, and
/// passwords are in `secrets`. `settings` is one JSON object, an empty text for none: `proxy`
/// (`socks5://[USER:PASSWORD@]HOST:PORT`, `http://...`), `roots`, a list of PEM files of authorities for TLS, `public_roots`,
/// whether the public ones are trusted too (true), `profiles`, a TOML file of what is known of providers, `capacity`, how many
/// mailboxes are taken, `mandates_required` (false). `PEC_BAD_VALUE` for others. The hub lives without the three. Freed by
/// `pec_hub_free`.
///
/// # Safety
/// `settings` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_hub_open(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    secrets: Option<&pec_secrets>,
    settings: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_hub>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (archive, intake) = (some(archive, "archive")?, some(intake, "intake")?);
        let secrets = some(secrets, "secrets")?;
        // SAFETY: the caller's promise.
        let settings = unsafe { text(settings, "settings") }?;
        let (out, settings): (_, Settings) = (some(out, "out")?, options(settings, "settings")?);
        let ((archive, actor), (trust, evidence, limits)) = (archive.kept(), intake.trusted());
        let receiver =
            Receiver::new(archive, Arc::new(trust)).evidence(Arc::new(evidence)).limits(limits).actor(actor.clone());
        let hub = Hub::new(receiver, settings.network()?, Arc::clone(&secrets.store), settings.profiles()?);
        out.write(Some(Box::new(pec_hub { hub: hub.policy(settings.policy()), actor })));
        Ok(())
    })
}

/// Takes a mailbox into management, or changes what is known of it and its credential. `mailbox` is one JSON object: `mailbox`, its address, and as far as the provider does not tell it
/// `overrides` with `imap` and `smtp` (`HOST:PORT`, `starttls://HOST:PORT`) and limits; `provider`, the name of a profile;
/// `description`, `client`, `tax_id`; `mandate` with `from`, `until` (RFC 3339) and `evidence`, a SHA-256.
/// `PEC_HUB_CAPACITY`, `PEC_HUB_MANDATE`, `PEC_WIRE_VALUE`.
///
/// # Safety
/// `mailbox` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_hub_add(
    hub: Option<&pec_hub>,
    mailbox: *const c_char,
    credential: Option<&pec_credential>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        let (credential, said): (_, Said) = (some(credential, "credential")?, options(mailbox, "mailbox")?);
        Ok(it.hub.add(&[said.spec(Some(credential))?])?)
    })
}

/// The same where the store has the credential already. `PEC_HUB_CREDENTIAL` where it has none. The rest is as for
/// `pec_hub_add`.
///
/// # Safety
/// `mailbox` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_hub_change(
    hub: Option<&pec_hub>,
    mailbox: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        let said: Said = options(mailbox, "mailbox")?;
        Ok(it.hub.add(&[said.spec(None)?])?)
    })
}

/// Gives a mailbox up and forgets its passwords; what was brought in stays. Writes 1 where it was managed, else 0.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_hub_remove(
    hub: Option<&pec_hub>,
    address: *const c_char,
    was: Option<&mut MaybeUninit<u32>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        let was = some(was, "was")?;
        was.write(it.hub.remove(address)?.into());
        Ok(())
    })
}

/// Replaces the password that is kept, after the holder has given the new one: the only way back where the provider has refused
/// the old one. Nothing changes with the provider. `PEC_ARCHIVE_NOT_FOUND` where the mailbox is not managed.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_hub_rotate_credential(
    hub: Option<&pec_hub>,
    address: *const c_char,
    credential: Option<&pec_credential>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        let credential = some(credential, "credential")?;
        Ok(it.hub.rotate_credential(address, &credential.credential)?)
    })
}

/// Takes over mailboxes from a table as spreadsheets write it (CSV). Every row is judged and everything that is wrong told at
/// once; then nothing is taken over, unless `right_rows` is not 0. One JSON object (`imported-mailboxes`), as `pec hub import
/// --json` prints it. Freed by `pec_text_free`.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_hub_import_csv(
    hub: Option<&pec_hub>,
    data: *const u8,
    len: usize,
    right_rows: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let data = unsafe { bytes(data, len, "data") }?;
        let out = some(out, "out")?;
        let import = if right_rows == 0 { Import::AllOrNothing } else { Import::ThoseThatAreRight };
        let imported = report::Imported::of(&it.hub.import_csv(data, import)?);
        out.write(Some(Box::new(pec_text::new(imported.to_json()))));
        Ok(())
    })
}

/// Which mailboxes, and in which order, by the numbers that C gives.
fn query(only: u32, sort: u32) -> Result<HubQuery, Failure> {
    let only = match only {
        n if n == pec_hub_only::PEC_HUB_ALL as u32 => Only::All,
        n if n == pec_hub_only::PEC_HUB_NEW as u32 => Only::New,
        n if n == pec_hub_only::PEC_HUB_UNREAD as u32 => Only::Unread,
        _ => return Err(unknown("only", only)),
    };
    let sort = match sort {
        n if n == pec_hub_sort::PEC_SORT_ADDRESS as u32 => Sort::Address,
        n if n == pec_hub_sort::PEC_SORT_CLIENT as u32 => Sort::Client,
        n if n == pec_hub_sort::PEC_SORT_NEW as u32 => Sort::New,
        n if n == pec_hub_sort::PEC_SORT_UNREAD as u32 => Sort::Unread,
        n if n == pec_hub_sort::PEC_SORT_FULLEST as u32 => Sort::Fullest,
        n if n == pec_hub_sort::PEC_SORT_STALEST as u32 => Sort::Stalest,
        _ => return Err(unknown("sort", sort)),
    };
    Ok(HubQuery { only, sort })
}

/// The mailboxes, as they stood at the last look: one JSON object (`mailbox`) a line, as `pec hub list --json` prints them. `only`
/// is a `pec_hub_only`, `sort` a `pec_hub_sort`. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_hub_mailboxes(
    hub: Option<&pec_hub>,
    only: u32,
    sort: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        let out = some(out, "out")?;
        let query = query(only, sort)?;
        let found: Vec<_> = it.hub.list(query)?.iter().map(report::HubMailbox::of).collect();
        out.write(Some(Box::new(pec_text::new(lines(&found)))));
        Ok(())
    })
}

/// The mailboxes that `only` and `sort` ask for, as they stood at the last look, and what needs somebody now, as one page to be printed:
/// self-contained HTML without scripts, in Italian, as `pec hub list --html` writes it. The rest is as for `pec_hub_mailboxes`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_hub_summary(
    hub: Option<&pec_hub>,
    only: u32,
    sort: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        let out = some(out, "out")?;
        let page = it.hub.summary(query(only, sort)?, RadarOptions::default())?;
        out.write(Some(Box::new(pec_text::new(page))));
        Ok(())
    })
}

/// What needs somebody at `now`, the caller's time in seconds since 1970 (UTC), by what is known: one JSON object (`radar`), as
/// `pec hub radar --json` prints it. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_hub_radar(
    hub: Option<&pec_hub>,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let radar = report::Radar::of(&it.hub.radar(now, RadarOptions::default())?);
        out.write(Some(Box::new(pec_text::new(radar.to_json()))));
        Ok(())
    })
}

/// What has come in since `since`, in seconds since 1970 (UTC), by client, by what the archive has: one JSON object (`today`).
/// Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_hub_today(
    hub: Option<&pec_hub>,
    since: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        let (since, out) = (instant(since, "since")?, some(out, "out")?);
        let today = report::Today::of(&it.hub.today(since, RadarOptions::default())?);
        out.write(Some(Box::new(pec_text::new(today.to_json()))));
        Ok(())
    })
}

/// The same as a page in HTML: self-contained, without scripts, nothing fetched. `language` is a `pec_language`. Freed by
/// `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_hub_today_page(
    hub: Option<&pec_hub>,
    since: i64,
    language: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        let (since, out) = (instant(since, "since")?, some(out, "out")?);
        let language = pec_language::read(language)?;
        let today = it.hub.today(since, RadarOptions::default())?;
        out.write(Some(Box::new(pec_text::new(today.to_html(language)))));
        Ok(())
    })
}

/// The same as a table, a line each, with `;` between cells. `encoding` is a `pec_table_encoding`, `language` a `pec_language`.
/// Freed by `pec_blob_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_hub_today_table(
    hub: Option<&pec_hub>,
    since: i64,
    language: u32,
    encoding: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_blob>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        let (since, out) = (instant(since, "since")?, some(out, "out")?);
        let language = pec_language::read(language)?;
        let encoding = match encoding {
            n if n == pec_table_encoding::PEC_TABLE_UTF8 as u32 => Encoding::Utf8Bom,
            n if n == pec_table_encoding::PEC_TABLE_WINDOWS_1252 as u32 => Encoding::Windows1252,
            _ => return Err(unknown("encoding", encoding)),
        };
        let table = it.hub.today(since, RadarOptions::default())?.to_csv(language, encoding)?;
        out.write(Some(Box::new(pec_blob::new(table))));
        Ok(())
    })
}

/// Puts the attachments of what has come in since `since` into a folder of each client below `folder`, UTF-8 ended by NUL: one
/// JSON object (`saved`) a message and line. Names never lead out of it, nothing is written over. Of a message that nothing
/// certifies nothing is saved. Freed by `pec_text_free`.
///
/// # Safety
/// `folder` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_hub_save_attachments(
    hub: Option<&pec_hub>,
    since: i64,
    folder: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let folder = unsafe { text(folder, "folder") }?;
        let (since, out) = (instant(since, "since")?, some(out, "out")?);
        let today = it.hub.today(since, RadarOptions::default())?;
        let saved: Vec<_> = it.hub.save_attachments(&today, Path::new(folder))?.iter().map(report::Saved::of).collect();
        out.write(Some(Box::new(pec_text::new(lines(&saved)))));
        Ok(())
    })
}

/// Somebody has seen what is new in a mailbox: it is counted from here on.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_hub_seen(
    hub: Option<&pec_hub>,
    address: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        Ok(it.hub.seen(address)?)
    })
}

/// Puts a message of the archive, by its 64 hexadecimal digits, into a Maildir, byte for byte and on stable storage; gives the
/// file. Freed by `pec_text_free`.
///
/// # Safety
/// `folder` and `id` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_hub_deliver_to_maildir(
    hub: Option<&pec_hub>,
    folder: *const c_char,
    id: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let folder = unsafe { text(folder, "folder") }?;
        // SAFETY: the caller's promise.
        let id = unsafe { text(id, "id") }?;
        let (out, id): (_, Id) = (some(out, "out")?, crate::archive::id(id)?);
        let path = pec_imap::deliver_to_maildir(Path::new(folder), it.hub.receiver().archive(), &it.actor, id)?;
        out.write(Some(Box::new(pec_text::new(path.display().to_string()))));
        Ok(())
    })
}

/// Ends the life of a hub. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_hub_free(hub: Option<Box<pec_hub>>) {
    border::release_outside_children(hub);
}
