-- From format 5 to format 6: pieces may be kept in a shorter form, which older programs cannot read. The index of words merges
-- sixteen segments at a time, no longer four, so that each word is written half as often; a little with each change, never
-- (as it would from sixteen on) a whole level in one.
INSERT INTO words (words, rank) VALUES ('automerge', 16);
INSERT INTO words (words, rank) VALUES ('crisismerge', 64);
