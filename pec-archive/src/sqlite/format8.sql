-- From format 7 to format 8: what is to be sent, and what became of it.

CREATE TABLE outbox (
  id         INTEGER PRIMARY KEY,
  mailbox    TEXT NOT NULL,
  -- The caller's own name for it: the same one is never sent twice.
  key        TEXT NOT NULL,
  sha256     BLOB NOT NULL CHECK (length(sha256) = 32),
  -- Nothing after it was erased.
  message    INTEGER REFERENCES message (id),
  message_id TEXT NOT NULL,
  sender     TEXT NOT NULL,
  recipients TEXT NOT NULL, -- JSON array
  state      TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'refused', 'unknown')),
  queued_at  INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  -- When it was last about to be handed over, and not before when it may be again.
  begun_at   INTEGER,
  not_before INTEGER,
  attempts   INTEGER NOT NULL,
  -- What the server said, as JSON.
  answers    TEXT NOT NULL,
  -- When it was put into the folder of sent mail.
  filed_at   INTEGER,
  UNIQUE (mailbox, key)
) STRICT;
CREATE INDEX outbox_state ON outbox (mailbox, state, id);
CREATE INDEX outbox_begun ON outbox (mailbox, begun_at) WHERE begun_at IS NOT NULL;
CREATE INDEX outbox_message ON outbox (message) WHERE message IS NOT NULL;
