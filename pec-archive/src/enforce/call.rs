//! The table of calls: what each of them needs.

use pec_core::delegation::Permission;

/// What a call needs of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// It concerns all clients: the program itself, or whoever administers everything.
    Everything,
    /// It is an act of administration: of the mailbox that it is about, where it is about one.
    Administration,
    /// To see the mailbox that it is about: who administers it does, and whoever may list its messages.
    Sight,
    /// A share, which is judged where it is opened.
    Share,
    /// This permission, in the mailbox or for the message that it is about; of a list, what is in it.
    In(Permission),
}

macro_rules! calls {
    ($($variant:ident = $name:literal, $acts:literal, $needs:expr;)*) => {
        /// A call that takes an actor.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Call {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Call {
            /// Every call, in the order of the table.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name, as it stands in the log where it was refused.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it needs.
            pub(crate) const fn needs(self) -> Needs {
                use Needs::{Administration, Everything, In, Share, Sight};
                use Permission as P;
                match self { $(Self::$variant => $needs,)* }
            }

            /// Whether it changes something, so that the host too needs a mandate where the policy asks for one. To write down what
            /// has happened already is no act of the host's: nothing may keep it from that.
            pub(crate) const fn acts(self) -> bool {
                match self { $(Self::$variant => $acts,)* }
            }
        }
    };
}

calls! {
    // Messages come in and go out.
    Put = "put", true, In(P::List);
    Reached = "reached", false, In(P::List);
    Get = "get", false, In(P::ReadAttachments);
    ServerDelete = "server_delete", true, In(P::DeleteOnServer);
    ServerDeleted = "server_deleted", false, In(P::DeleteOnServer);
    // What is known of them.
    Entry = "entry", false, In(P::List);
    Search = "search", false, In(P::List);
    SearchText = "search the text", false, In(P::ReadBody);
    SearchContent = "search by attachment", false, In(P::ReadAttachments);
    Ledger = "ledger", false, In(P::List);
    Submission = "submission", false, In(P::List);
    Lookups = "lookups", false, In(P::ReadBody);
    Expiring = "expiring", false, In(P::List);
    Bundle = "bundle", false, In(P::ExportProof);
    // What is done with them.
    Tag = "tag", true, In(P::Archive);
    Classify = "classify", true, In(P::Archive);
    Lookup = "note_lookup", false, In(P::Archive);
    Explain = "explain", false, In(P::ReadBody);
    File = "file", true, In(P::ManageRules);
    Assign = "assign", true, In(P::Assign);
    Decide = "accept or dismiss", true, In(P::Archive);
    Suggestions = "suggestions", false, In(P::List);
    // Sending.
    Draft = "draft", true, In(P::Draft);
    Queue = "queue", true, In(P::Send);
    Reply = "queue a reply", true, In(P::Reply);
    Outbox = "outbox", true, In(P::Send);
    Filed = "filed as sent", false, In(P::Send);
    Tickets = "tickets", false, In(P::List);
    // What others have shared: judged by the share.
    Shared = "shared", true, Share;
    // The mailboxes of the host.
    Managed = "managed", false, Sight;
    Manage = "manage", true, Administration;
    Credential = "credential", true, In(P::ManageCredentials);
    Opened = "opened", true, In(P::List);
    Standing = "standing", false, In(P::List);
    // Who comes in is not known before: the host asks for them. A kit is registered by whoever administers the mailbox, as every act.
    Login = "begin_login and login", true, Everything;
    Report = "report", false, Sight;
    // Who may do what: of a list, what is in it.
    Listing = "listing", false, Sight;
    // The log.
    Log = "log", false, Administration;
    // What concerns everything that is kept.
    PutNowhere = "put without a mailbox", true, Everything;
    Import = "import", true, Everything;
    Events = "events", false, Everything;
    Stats = "stats", false, Everything;
    Terms = "terms", true, Everything;
    Hold = "hold and release", true, Everything;
    Retention = "retention", false, Everything;
    Erase = "erase", true, Everything;
    Deposit = "deposit", true, Everything;
    Stamp = "renew and sign_log", true, Everything;
    VerifyLog = "verify_log", false, Everything;
    Care = "check, collect, backup, rebuild, reverify, scrub", true, Everything;
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// What stands above the table.
    const HEAD: &str = "# What each call needs\n\n\
        Made from the table in `pec-archive/src/enforce/call.rs`; a test compares (`PEC_WRITE_DOCS=1` writes it anew). The permissions are\n\
        those of [DELEGATION.md](DELEGATION.md). A call is judged once anything was done to the organisation of an archive; before that\n\
        there are no rules. A refusal says which permission is missing, and is an entry of the log.\n\n\
        - *everything*: it concerns all clients. The host, and operators whose scope is everything.\n\
        - *administration*: operators whose scope covers the mailbox. Of the log they see what was done within it.\n\
        - *list, or administration*: whoever may see the mailbox in one way or the other.\n\
        - *a share*: the user with whom the dossier is shared, while it is.\n\
        - a permission: users to whom it is given there; of a list they see what lies where it is given. Operators read nothing.\n\n\
        Tags belong to a message and not to a place: where it lies in mailboxes of two clients, both see them. Who asks for a message by\n\
        its digest learns whether it is here, but nothing of it.\n\n\
        The host needs nothing, but a mandate for what *acts*, in a mailbox that the organisation knows, where the policy asks for one.\n\
        The calls of a mailbox and of a hub end in these; before its server hears of it, they ask for `list`, `send` or\n\
        `delete-on-server`. What is relayed to another mailbox is judged message by message as it is read, when that one is open already.\n\
        Whoever administers everything reads no message, and can still back up or deposit all of them: those are for the archive as a whole.\n\
        Rules bind whoever calls this library; they do not bind whoever holds the archive's file and its key.\n\n\
        | call, as a refusal names it | needs | acts |\n|---|---|---|\n";

    #[test]
    fn the_document_is_the_table() {
        let mut text = HEAD.to_owned();
        for call in Call::ALL {
            let needs = match call.needs() {
                Needs::Everything => "everything".into(),
                Needs::Administration => "administration".into(),
                Needs::Sight => "list, or administration".into(),
                Needs::Share => "a share".into(),
                Needs::In(permission) => format!("`{permission}`"),
            };
            writeln!(text, "| {} | {needs} | {} |", call.name(), if call.acts() { "yes" } else { "" }).unwrap();
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/PERMISSIONS.md");
        if std::env::var_os("PEC_WRITE_DOCS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text, "run it with PEC_WRITE_DOCS=1");
    }
}
