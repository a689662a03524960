-- From format 10 to format 11: what is to be signed to log in, until it expires. An answer is used once.
CREATE TABLE challenge (
  nonce      BLOB PRIMARY KEY CHECK (length(nonce) = 32),
  mailbox    TEXT NOT NULL,
  text       TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX challenge_mailbox ON challenge (mailbox);
CREATE INDEX challenge_expires ON challenge (expires_at);
