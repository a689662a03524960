-- From format 6 to format 7: the mailboxes that the host manages.

CREATE TABLE managed (
  -- In lower case.
  address  TEXT PRIMARY KEY,
  -- What the host has said of it, and what the last look at it has shown: JSON.
  said     TEXT NOT NULL,
  standing TEXT
) STRICT, WITHOUT ROWID;
