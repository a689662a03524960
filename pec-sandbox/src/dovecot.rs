//! Dovecot, where it is installed, as an IMAP server in front of Maildirs: those of a [`Server`](crate::server::Server), or
//! any. It listens on loopback, on free ports, and ends when it is dropped.
//!
//! ```no_run
//! use pec_sandbox::dovecot::{Dovecot, Options};
//!
//! let folder = tempfile::tempdir()?;
//! // `folder/mail/anna@pec.alfa.example` is the Maildir of anna, whose password is "pec".
//! let Some(dovecot) = Dovecot::start(&Options::new(folder.path()))? else {
//!     println!("Dovecot is not installed");
//!     return Ok(());
//! };
//! println!("IMAP over TLS at {}, authority in {}", dovecot.imaps(), dovecot.authority().display());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::Identity;

/// How Dovecot is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// `mail/ADDRESS` below it are the mailboxes; `dovecot` below it is written.
    pub directory: PathBuf,
    /// Password of every mailbox that has none of its own.
    pub password: String,
    /// Mailboxes with passwords of their own.
    pub users: Vec<(String, String)>,
    /// Further lines of its configuration.
    pub extra: String,
}

impl Options {
    /// The password `pec` for everybody.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), password: "pec".to_owned(), users: Vec::new(), extra: String::new() }
    }
}

/// A running Dovecot.
#[derive(Debug)]
pub struct Dovecot {
    child: Child,
    base: PathBuf,
    imap: u16,
    imaps: u16,
}

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(20);

impl Dovecot {
    /// Starts it; `None` where it is not installed. Everything below the folder is given to the user that it runs as: this
    /// one, or `nobody` where this one is root, for whom it serves no mail.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::TimedOut`] with its log where it does not answer.
    pub fn start(options: &Options) -> io::Result<Option<Self>> {
        let known = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/sbin/dovecot"];
        let Some(program) = known.iter().map(Path::new).find(|path| path.is_file()) else { return Ok(None) };
        let (user, group) = user()?;
        let base = options.directory.join("dovecot");
        fs::create_dir_all(&base)?;
        fs::create_dir_all(options.directory.join("mail"))?;
        let identity = Identity::new().map_err(io::Error::other)?;
        fs::write(base.join("authority.pem"), identity.authority)?;
        fs::write(base.join("certificate.pem"), identity.certificate)?;
        fs::write(base.join("key.pem"), identity.key)?;
        fs::write(base.join("users"), users(&options.users))?;
        let (imap, imaps) = (free_port()?, free_port()?);
        let file = base.join("dovecot.conf");
        fs::write(&file, configuration(options, &base, [&user, &group], [imap, imaps]))?;
        give(&options.directory, &user)?;
        let child = Command::new(program).arg("-F").arg("-c").arg(&file).stdin(Stdio::null()).spawn()?;
        let dovecot = Self { child, base, imap, imaps };
        dovecot.wait()?;
        Ok(Some(dovecot))
    }

    /// The socket without encryption, which offers STARTTLS.
    #[must_use]
    pub fn imap(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.imap))
    }

    /// The socket with implicit TLS.
    #[must_use]
    pub fn imaps(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.imaps))
    }

    /// File of the authority that clients have to trust.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.base.join("authority.pem")
    }

    /// Runs `doveadm` on this server.
    ///
    /// # Errors
    /// What the system says; what `doveadm` says where it fails.
    pub fn admin(&self, arguments: &[&str]) -> io::Result<String> {
        let configuration = self.base.join("dovecot.conf");
        let output = Command::new("doveadm").arg("-c").arg(configuration).args(arguments).output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// What it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.base.join("log")).unwrap_or_default()
    }

    fn wait(&self) -> io::Result<()> {
        let start = Instant::now();
        while [self.imap(), self.imaps()].iter().any(|address| TcpStream::connect(address).is_err()) {
            if start.elapsed() > PATIENCE {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("Dovecot does not answer:\n{}", self.log()),
                ));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // SIGTERM lets the master end its children.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// A free port: the listener is closed before Dovecot takes it.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn output(command: &str, arguments: &[&str]) -> io::Result<String> {
    let output = Command::new(command).args(arguments).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Who Dovecot runs as, and his group.
fn user() -> io::Result<(String, String)> {
    let name = if output("id", &["-u"])? == "0" { "nobody".to_owned() } else { output("id", &["-un"])? };
    let group = output("id", &["-gn", &name])?;
    Ok((name, group))
}

/// Lets the user have everything below a folder, and reach it.
fn give(folder: &Path, user: &str) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let given = Command::new("chown").args(["-R", user]).arg(folder).status()?;
    if given.success() { Ok(()) } else { Err(io::Error::other(format!("chown -R {user} {}", folder.display()))) }
}

/// The file of mailboxes with passwords of their own. Base64 keeps any character from meaning something.
fn users(users: &[(String, String)]) -> String {
    let line = |(user, password): &(String, String)| {
        format!("{user}:{{PLAIN.b64}}{}\n", encodify::base64::STANDARD.encode(password.as_bytes()))
    };
    users.iter().map(line).collect()
}

fn configuration(options: &Options, base: &Path, [user, group]: [&str; 2], [imap, imaps]: [u16; 2]) -> String {
    format!(
        "base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1, 127.0.0.2
ssl = yes
ssl_cert = <{base}/certificate.pem
ssl_key = <{base}/key.pem
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = plain login
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_client_limit = 4000
default_process_limit = 700
first_valid_uid = 1
last_valid_uid = 0
mail_fsync = never
mail_max_userip_connections = 600
mail_location = maildir:{mail}/%Lu
mail_plugins = quota
plugin {{
  quota = count:Casella
  quota_rule = *:storage=1G
  quota_vsizes = yes
}}
protocol imap {{
  mail_plugins = quota imap_quota
}}
passdb {{
  driver = passwd-file
  args = username_format=%Lu {base}/users
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/home/%Lu
}}
service anvil {{
  chroot =
  client_limit = 8000
}}
service auth {{
  client_limit = 8000
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
{extra}
",
        base = base.display(),
        mail = options.directory.join("mail").display(),
        password = options.password,
        extra = options.extra,
    )
}
