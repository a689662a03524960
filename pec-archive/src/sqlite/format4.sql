-- From format 3 to format 4: how far folders of mailboxes have been read, and where messages lie on their servers.

CREATE TABLE folder (
  id           INTEGER PRIMARY KEY,
  mailbox      TEXT NOT NULL,
  -- As it goes over the wire.
  name         TEXT NOT NULL,
  uid_validity INTEGER NOT NULL,
  -- Everything up to this number has been read, but for what was withheld.
  last_uid     INTEGER NOT NULL,
  -- Where the server counts changes.
  mod_seq      INTEGER,
  UNIQUE (mailbox, name)
) STRICT;

CREATE TABLE place (
  folder  INTEGER NOT NULL REFERENCES folder (id),
  uid     INTEGER NOT NULL,
  message INTEGER NOT NULL REFERENCES message (id),
  -- When it was seen to be no longer there.
  gone_at INTEGER,
  PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_message ON place (message);
CREATE INDEX place_gone ON place (folder, gone_at) WHERE gone_at IS NOT NULL;

-- Messages that the server lists and does not give.
CREATE TABLE withheld (
  folder INTEGER NOT NULL REFERENCES folder (id),
  uid    INTEGER NOT NULL,
  why    TEXT NOT NULL,
  since  INTEGER NOT NULL,
  PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;
