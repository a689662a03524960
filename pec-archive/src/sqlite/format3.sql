-- From format 2 to format 3: the keys under which pieces and skeletons are encrypted; none where they are not.

CREATE TABLE sealed (
  -- Derived from the key of the host; nothing of it can be told from this.
  key   BLOB PRIMARY KEY CHECK (length(key) = 8),
  -- Whether words may stand in the index.
  words INTEGER NOT NULL CHECK (words IN (0, 1))
) STRICT, WITHOUT ROWID;
