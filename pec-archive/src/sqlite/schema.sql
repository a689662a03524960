-- Format 1, but for the indexes over digests, which formats before 12 had and keep. What is true: messages, the bodies they share, where they were found, what was done.
-- Everything below the line is worked out from it and can be made anew.

CREATE TABLE body (
  id     INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  size   INTEGER NOT NULL CHECK (size >= 0)
) STRICT;

-- Up to 1 MiB of a body, compressed: number of the body * 2^20 + number of the piece.
CREATE TABLE piece (
  id   INTEGER PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;

-- The number orders messages by their date: seconds since 1970 * 2^20 + a counter.
CREATE TABLE message (
  id        INTEGER PRIMARY KEY,
  sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
  size      INTEGER NOT NULL,
  stored_at INTEGER NOT NULL,
  -- Number of the entry of the log that says that it was put.
  entry     INTEGER NOT NULL,
  -- Compressed; dictionary 0 is none.
  dictionary INTEGER NOT NULL,
  skeleton_size INTEGER NOT NULL,
  skeleton  BLOB NOT NULL
) STRICT;

-- Body `body` stands at offset `at` of the skeleton.
CREATE TABLE hole (
  message INTEGER NOT NULL REFERENCES message (id),
  n       INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  body    INTEGER NOT NULL REFERENCES body (id),
  PRIMARY KEY (message, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX hole_body ON hole (body);

CREATE TABLE dictionary (
  id   INTEGER PRIMARY KEY CHECK (id > 0),
  data BLOB NOT NULL
) STRICT;

-- Mailboxes in which a message was found.
CREATE TABLE found (
  message INTEGER NOT NULL REFERENCES message (id),
  mailbox TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (message, mailbox)
) STRICT, WITHOUT ROWID;
CREATE INDEX found_mailbox ON found (mailbox, message);

-- What the host reports that it submitted.
CREATE TABLE submission (
  message    INTEGER PRIMARY KEY REFERENCES message (id),
  sender     TEXT NOT NULL,
  recipients TEXT NOT NULL, -- JSON array
  at         INTEGER NOT NULL
) STRICT;

-- Trust data and revocation evidence by which messages were judged: their bytes are bodies.
CREATE TABLE evidence (
  message INTEGER NOT NULL REFERENCES message (id),
  kind    TEXT NOT NULL,
  body    INTEGER NOT NULL REFERENCES body (id),
  PRIMARY KEY (message, kind, body)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_body ON evidence (body);

-- Files that an import has finished, as they were then.
CREATE TABLE imported (
  place    TEXT PRIMARY KEY,
  size     INTEGER NOT NULL,
  modified INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tag (
  message INTEGER NOT NULL REFERENCES message (id),
  tag     TEXT NOT NULL,
  PRIMARY KEY (message, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_tag ON tag (tag, message);

-- What was done, by whom, in order: JSON, one object an entry; and the nodes of the Merkle tree over the entries, numbered
-- as C2SP tlog-tiles stores them.
CREATE TABLE log (
  n     INTEGER PRIMARY KEY,
  entry TEXT NOT NULL
) STRICT;
CREATE TABLE log_node (
  i    INTEGER PRIMARY KEY,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- Roots of the log at some size, as C2SP checkpoints, and the RFC 3161 token over each.
CREATE TABLE checkpoint (
  size  INTEGER PRIMARY KEY,
  note  BLOB NOT NULL,
  token BLOB NOT NULL
) STRICT;

-- How long messages are kept: months by class; those without one belong to the class ''.
CREATE TABLE class (
  name   TEXT PRIMARY KEY,
  months INTEGER NOT NULL CHECK (months > 0)
) STRICT, WITHOUT ROWID;
INSERT INTO class (name, months) VALUES ('', 120);
CREATE TABLE classified (
  message INTEGER PRIMARY KEY REFERENCES message (id),
  class   TEXT NOT NULL REFERENCES class (name)
) STRICT;

-- Messages that must not be erased, by the case for which they are held.
CREATE TABLE held (
  name    TEXT NOT NULL,
  message INTEGER NOT NULL REFERENCES message (id),
  PRIMARY KEY (name, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_message ON held (message);

-- ---------------------------------------------------------------------------------------------------------------------

-- What verification made of each message.
CREATE TABLE judged (
  message    INTEGER PRIMARY KEY REFERENCES message (id),
  judged_at  INTEGER NOT NULL,
  trust_data TEXT NOT NULL,
  verdict    TEXT NOT NULL,
  kind       TEXT NOT NULL,
  -- Finding codes that are errors or fatal, separated by blanks; empty where there is none.
  quarantine TEXT NOT NULL,
  at         INTEGER,
  expires    INTEGER,
  pec_id     TEXT,
  message_id TEXT,
  sender     TEXT,
  subject    TEXT
) STRICT;
CREATE INDEX judged_verdict ON judged (verdict, message);
CREATE INDEX judged_kind ON judged (kind, message);
CREATE INDEX judged_expires ON judged (expires) WHERE expires IS NOT NULL;

CREATE TABLE attachment (
  message INTEGER NOT NULL REFERENCES message (id),
  n       INTEGER NOT NULL,
  name    TEXT,
  size    INTEGER NOT NULL,
  sha256  BLOB NOT NULL,
  PRIMARY KEY (message, n)
) STRICT, WITHOUT ROWID;

-- Which transactions a message speaks of: identificativo and msgid, as `pec_core::reconcile` reads them.
CREATE TABLE about (
  text    TEXT NOT NULL,
  message INTEGER NOT NULL REFERENCES message (id),
  -- 0: moves no state (claim, bounce); 1: proof, copy or submission.
  counts  INTEGER NOT NULL,
  PRIMARY KEY (text, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX about_message ON about (message);

-- What the messages of a transaction come to. A transaction is an identificativo and its sender, or a submission of which
-- nothing certified is here yet.
CREATE TABLE dossier (
  id         INTEGER PRIMARY KEY,
  key        TEXT NOT NULL UNIQUE,
  pec_id     TEXT,
  message_id TEXT,
  sender     TEXT,
  side       TEXT NOT NULL
) STRICT;
CREATE INDEX dossier_pec_id ON dossier (pec_id) WHERE pec_id IS NOT NULL;
CREATE INDEX dossier_message_id ON dossier (message_id) WHERE message_id IS NOT NULL;

CREATE TABLE recipient (
  dossier INTEGER NOT NULL REFERENCES dossier (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  state   TEXT NOT NULL,
  PRIMARY KEY (dossier, address)
) STRICT, WITHOUT ROWID;

-- The messages of transactions in which a recipient is in a state, in their order.
CREATE TABLE in_state (
  state   TEXT NOT NULL,
  message INTEGER NOT NULL REFERENCES message (id),
  dossier INTEGER NOT NULL REFERENCES dossier (id) ON DELETE CASCADE,
  PRIMARY KEY (state, message, dossier)
) STRICT, WITHOUT ROWID;
CREATE INDEX in_state_dossier ON in_state (dossier);
CREATE INDEX in_state_message ON in_state (message);

CREATE TABLE part_of (
  dossier INTEGER NOT NULL REFERENCES dossier (id) ON DELETE CASCADE,
  message INTEGER NOT NULL REFERENCES message (id),
  PRIMARY KEY (dossier, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX part_of_message ON part_of (message);

-- Accents and case are folded; the text itself is not kept a second time.
CREATE VIRTUAL TABLE words USING fts5 (
  subject, sender, recipients, text, attachments,
  content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
