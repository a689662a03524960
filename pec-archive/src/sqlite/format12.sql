-- From format 11 to format 12: what a digest stands for is found in three tables, and no longer in an index of each table
-- (`digests.rs` says why). Tables of an older file that have their own index keep it.
CREATE TABLE digest_new (
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  -- 0: message, by its number; 1: body; 2: attachment, by the number of the message.
  kind   INTEGER NOT NULL,
  row    INTEGER NOT NULL,
  PRIMARY KEY (sha256, kind, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE digest_recent (
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  kind   INTEGER NOT NULL,
  row    INTEGER NOT NULL,
  PRIMARY KEY (sha256, kind, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE digest_settled (
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  kind   INTEGER NOT NULL,
  row    INTEGER NOT NULL,
  PRIMARY KEY (sha256, kind, row)
) STRICT, WITHOUT ROWID;

DROP INDEX IF EXISTS attachment_sha256;
