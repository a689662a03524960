-- From format 4 to format 5: what has happened, for whoever goes on from it, and what rules have done.

CREATE TABLE event (
  -- Never given again: whoever has read up to a number has read everything before it.
  n       INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  kind    TEXT NOT NULL,
  message INTEGER REFERENCES message (id),
  -- JSON; empty where kind and message say all.
  detail  TEXT NOT NULL
) STRICT;
CREATE INDEX event_message ON event (message) WHERE message IS NOT NULL;

-- Up to which event each of those who read them has finished.
CREATE TABLE follower (
  name TEXT PRIMARY KEY,
  n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a rule has done with a message, or suggests.
CREATE TABLE filed (
  message INTEGER NOT NULL REFERENCES message (id),
  rule    TEXT NOT NULL,
  state   TEXT NOT NULL CHECK (state IN ('applied', 'suggested', 'accepted', 'dismissed')),
  actions TEXT NOT NULL, -- JSON array
  at      INTEGER NOT NULL,
  PRIMARY KEY (message, rule)
) STRICT, WITHOUT ROWID;
CREATE INDEX filed_suggested ON filed (at, message, rule) WHERE state = 'suggested';
