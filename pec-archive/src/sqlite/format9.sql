-- From format 8 to format 9: mailboxes have their names in lower case (`fold.rs`), and an event says in which one a message was
-- found. Of what came in before, it says the first one.
UPDATE event SET detail = coalesce(
  (SELECT mailbox FROM found WHERE found.message = event.message ORDER BY at, mailbox LIMIT 1), ''
) WHERE kind = 'stored';
