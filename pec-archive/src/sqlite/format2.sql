-- From format 1 to format 2: packages made ready for deposit, what is in them, and what was answered.

CREATE TABLE deposit (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  made_at  INTEGER NOT NULL,
  -- SHA-256 of its PIndex.xml, and of the file where it is a ZIP.
  pindex   BLOB NOT NULL CHECK (length(pindex) = 32),
  zip      BLOB CHECK (length(zip) = 32),
  -- The package of which it brings refused documents once more.
  again_of INTEGER REFERENCES deposit (id),
  -- Number of the entry of the log that says that it was made.
  entry    INTEGER NOT NULL
) STRICT;
CREATE INDEX deposit_pindex ON deposit (pindex);
CREATE INDEX deposit_zip ON deposit (zip) WHERE zip IS NOT NULL;

-- Reports of deposit (rapporti di versamento), byte for byte.
CREATE TABLE deposit_report (
  id      INTEGER PRIMARY KEY,
  sha256  BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  read_at INTEGER NOT NULL,
  bytes   BLOB NOT NULL
) STRICT;

CREATE TABLE deposited (
  deposit INTEGER NOT NULL REFERENCES deposit (id),
  sha256  BLOB NOT NULL CHECK (length(sha256) = 32),
  -- The message, in the newest package that has it; nothing in older ones, and after it was erased.
  message INTEGER UNIQUE REFERENCES message (id),
  state   TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'refused')),
  reason  TEXT,
  report  INTEGER REFERENCES deposit_report (id),
  PRIMARY KEY (deposit, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX deposited_sha256 ON deposited (sha256);
CREATE INDEX deposited_state ON deposited (state, message) WHERE message IS NOT NULL;
