-- The index of words from format 6 on: what begins with three letters is found as a word is. An archive of an older format
-- keeps its own until all of it is made anew: nothing else can fill this one.
DROP TABLE IF EXISTS words;
CREATE VIRTUAL TABLE words USING fts5 (
  subject, sender, recipients, text, attachments,
  content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '3'
);
-- One page of the index to a page of the file.
INSERT INTO words (words, rank) VALUES ('pgsz', 8000);
INSERT INTO words (words, rank) VALUES ('automerge', 64);
INSERT INTO words (words, rank) VALUES ('crisismerge', 256);
-- What one commit brings becomes one segment, not one for each MiB: segments of a million messages are merged once.
INSERT INTO words (words, rank) VALUES ('hashsize', 4194304);
