//! Dovecot as the IMAP server in front of the Maildirs, and Python's imaplib as the mail program.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use super::*;

/// Ends the server whatever happens.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // SIGTERM lets the master end its children.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

fn program() -> Option<PathBuf> {
    let known = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/sbin/dovecot"];
    known.iter().map(PathBuf::from).find(|path| path.is_file())
}

fn output(command: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(command).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Who Dovecot runs as: this user, or `nobody` where this user is root, for whom it serves no mail.
fn user() -> Option<(String, String)> {
    let name = if output("id", &["-u"])? == "0" { "nobody".to_owned() } else { output("id", &["-un"])? };
    let group = output("id", &["-gn", &name])?;
    Some((name, group))
}

const READER: &str = r#"
import imaplib, sys, time
port, user = int(sys.argv[1]), sys.argv[2]
for attempt in range(100):
    try:
        m = imaplib.IMAP4("127.0.0.1", port)
        break
    except OSError:
        time.sleep(0.1)
m.login(user, "pec")
count = int(m.select("INBOX")[1][0])
for n in range(1, count + 1):
    body = m.fetch(str(n), "(BODY.PEEK[])")[1][0][1]
    sys.stdout.write("%d\n" % len(body))
    open(sys.argv[3] + "/%d.eml" % n, "wb").write(body)
m.logout()
"#;

#[test]
fn dovecot_serves_what_the_sandbox_delivers() {
    let Some(dovecot) = program() else {
        println!("skipped: Dovecot is not installed (apt-get install dovecot-imapd)");
        return;
    };
    let Some((user, group)) = user() else { panic!("id does not answer") };
    let (folder, server) = start();
    let letter = b"From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\n\
        Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nSubject: Prova\r\n\r\nx\r\n";
    submit(&server, letter);
    server.advance(SignedDuration::from_mins(1)).unwrap();

    // A free port: the listener is closed before Dovecot takes it.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = folder.path().join("dovecot");
    fs::create_dir(&base).unwrap();
    let configuration = format!(
        "base_dir = {base}/run\nstate_dir = {base}/state\nlog_path = {base}/log\nprotocols = imap\n\
         listen = 127.0.0.1\nssl = no\ndisable_plaintext_auth = no\n\
         default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n\
         first_valid_uid = 1\nlast_valid_uid = 0\nmail_fsync = never\nmail_location = maildir:{mail}/%Lu\n\
         passdb {{\n  driver = static\n  args = password=pec\n}}\n\
         userdb {{\n  driver = static\n  args = uid={user} gid={group} home={base}/home/%Lu\n}}\n\
         service anvil {{\n  chroot =\n}}\nservice stats {{\n  chroot =\n}}\n\
         service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {port}\n  }}\n  inet_listener imaps {{\n    \
         port = 0\n  }}\n}}\n",
        base = base.display(),
        mail = folder.path().join("mail").display(),
    );
    let file = base.join("dovecot.conf");
    fs::write(&file, configuration).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(Command::new("chown").args(["-R", &user]).arg(folder.path()).status().unwrap().success());
    let child = Command::new(dovecot).arg("-F").arg("-c").arg(&file).stdin(Stdio::null()).spawn().unwrap();
    let running = Running(child);

    let copies = tempfile::tempdir().unwrap();
    let read =
        Command::new("python3").args(["-c", READER, &port.to_string(), ANNA]).arg(copies.path()).output().unwrap();
    let log = fs::read_to_string(base.join("log")).unwrap_or_default();
    drop(running);
    assert!(read.status.success(), "{}\n{log}", String::from_utf8_lossy(&read.stderr));

    let written = server.with(|network| Ok(network.messages(ANNA)?.to_vec())).unwrap();
    assert_eq!(written.len(), 2);
    for (number, stored) in written.iter().enumerate() {
        let copy = fs::read(copies.path().join(format!("{}.eml", number + 1))).unwrap();
        assert!(copy == stored.bytes, "byte for byte through Maildir and IMAP");
    }
}
