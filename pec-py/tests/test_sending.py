"""What is written, judged and queued, what rules do, what has happened."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Iterator
from datetime import datetime, timezone
from email import message_from_bytes, policy
from pathlib import Path

import pytest

import pecpy

ANNA, OFFICE = "anna@pec.alfa.example", "ufficio@cert.beta.example"
NOW = datetime(2026, 2, 9, 9, 15, tzinfo=timezone.utc)
SEED = bytes(32)


def codes(refusals: list[pecpy.Refusal]) -> list[str]:
    return [refusal.code for refusal in refusals]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[pecpy.Archive]:
    with pecpy.Archive.create(tmp_path / "posta è.pecarchive") as archive:
        yield archive


def test_a_draft_is_the_message_that_another_program_reads(tmp_path: Path) -> None:
    pdf = tmp_path / "fattura è.pdf"
    pdf.write_bytes(b"%PDF-1.7\n%%EOF\n")
    inner = b"Subject: dentro\r\n\r\nx\r\n"
    draft = pecpy.Draft(
        ("Anna Verdi", ANNA),
        "Perché no",
        to=[OFFICE, ("Ufficio", "altro@cert.beta.example")],
        cc="copia@cert.beta.example",
        text="Buongiorno.\n",
        html="<p>Buongiorno.</p>",
        attachments=[pdf, ("dati.bin", b"\x00\x01"), ("nota.txt", "text/plain", b"x")],
        carried=inner,
        receipt="breve",
        in_reply_to="1@ditta.example",
        references=["0@ditta.example"],
    )
    assert (draft.sender, draft.to, draft.cc) == (ANNA, [OFFICE, "altro@cert.beta.example"], ["copia@cert.beta.example"])
    assert (draft.subject, draft.text, draft.html, draft.receipt) == ("Perché no", "Buongiorno.\n", "<p>Buongiorno.</p>", "breve")
    assert (draft.attachments, draft.carried) == (["fattura è.pdf", "dati.bin", "nota.txt"], ["messaggio.eml"])
    assert (draft.in_reply_to, draft.references) == ("1@ditta.example", ["0@ditta.example"])
    composed = draft.compose(now=NOW, seed=SEED)
    assert composed == draft.compose(now=NOW, seed=SEED) and composed != draft.compose(now=NOW)
    assert draft.compose(now=NOW, message_id="7@ditta.example").message_id == "7@ditta.example"
    assert (composed.sender, composed.recipients) == (ANNA, [*draft.to, *draft.cc])
    read = message_from_bytes(composed.data, policy=policy.default)
    assert (read["Subject"], read["X-TipoRicevuta"], read["From"]) == ("Perché no", "breve", f"Anna Verdi <{ANNA}>")
    assert read["Date"] == "Mon, 09 Feb 2026 10:15:00 +0100" and read["Message-ID"] == f"<{composed.message_id}>"
    parts = {part.get_filename(): part for part in read.walk() if part.get_filename()}
    assert parts["fattura è.pdf"].get_payload(decode=True) == pdf.read_bytes()
    assert parts["nota.txt"].get_content_type() == "text/plain" and inner in composed.data
    # The date is that of clocks in Italy, in summer too.
    summer = draft.compose(now=datetime(2026, 7, 1, tzinfo=timezone.utc), seed=SEED)
    assert message_from_bytes(summer.data)["Date"].endswith("02:00:00 +0200")


def test_an_answer_goes_to_the_sender_and_takes_the_message_along(delivery: bytes) -> None:
    sent = pecpy.Draft(ANNA, "Offerta", to=OFFICE, text="x").compose(now=NOW).data
    answer = pecpy.Draft.reply(OFFICE, sent, text="Grazie.\n")
    assert (answer.to, answer.subject, answer.carried) == ([ANNA], "Re: Offerta", ["messaggio.eml"])
    assert answer.in_reply_to is not None and sent in answer.compose(now=NOW).data
    assert pecpy.Draft.reply(OFFICE, sent, to="altro@pec.alfa.example").to == ["altro@pec.alfa.example"]
    for one in (io.BytesIO(delivery), bytearray(delivery), [delivery], pecpy.Message(delivery)):
        assert delivery in pecpy.Draft(ANNA, "x", carried=one).compose(now=NOW).data
    handed_on = pecpy.Draft.forward(ANNA, pecpy.Message(delivery), to=OFFICE)
    assert delivery in handed_on.compose(now=NOW).data and handed_on.refusals() == []


def test_what_cannot_be_written_is_said_all_at_once() -> None:
    draft = pecpy.Draft(ANNA, "a\r\nBcc: x@y.example", to=["no address"])
    with pytest.raises(pecpy.RefusedError) as caught:
        draft.compose(message_id="senza chiocciola")
    error = caught.value
    assert (error.code, error.layer) == ("compose.refused", "compose") and "send.subject_control" in error.evidence
    assert codes(list(error.refusals)) == ["send.value", "send.value", "send.subject_control"]
    assert codes(draft.refusals(message_id="senza chiocciola")) == codes(list(error.refusals))
    again = pickle.loads(pickle.dumps(error))
    assert again.refusals == error.refusals and again.text("it") == error.text("it")
    assert isinstance(error, ValueError) and all(refusal.is_refused for refusal in error.refusals)
    [_, _, control] = error.refusals
    assert control.explain().startswith("L'oggetto") and control.explain("en").startswith("The subject")
    for wrong in ("lunga", ""):
        with pytest.raises(pecpy.ArgumentError):
            pecpy.Draft(ANNA, "x", receipt=wrong)  # type: ignore[arg-type]
    for seed in (b"", b"x" * 31):
        with pytest.raises(ValueError, match="seed"):
            pecpy.Draft(ANNA, "x").compose(seed=seed)
    for attachment in (b"x", [("a",)], [7]):
        with pytest.raises(TypeError):
            pecpy.Draft(ANNA, "x", attachments=attachment)  # type: ignore[arg-type]
    with pytest.raises(pecpy.MissingFileError):
        pecpy.Draft(ANNA, "x", attachments="no such file.pdf")
    with pytest.raises(TypeError):
        pecpy.Draft(ANNA, "x", to=[7])  # type: ignore[list-item]


def test_conditions_of_a_provider() -> None:
    draft = pecpy.Draft(ANNA, "x", to=[OFFICE, "b@cert.beta.example"], receipt="breve", attachments=[("a.txt", b"testo")])
    composed = draft.compose(now=NOW)
    assert pecpy.preflight(composed) == draft.refusals() == []
    for conditions, code in (
        (pecpy.Conditions(recipients=1), "send.recipients"),
        (pecpy.Conditions(message_bytes=10), "send.size"),
        (pecpy.Conditions(product=10), "send.product"),
        (pecpy.Conditions(attachment_bytes=1), "attachment.large"),
        (pecpy.Conditions(kept=False), "send.brief_unkept"),
    ):
        assert codes(pecpy.preflight(composed, conditions=conditions)) == [code] == codes(draft.refusals(conditions))
    assert codes(pecpy.preflight(composed, sender="altra@pec.alfa.example")) == ["send.sender_mismatch"]
    with pytest.raises(TypeError):
        pecpy.preflight(composed.data)
    assert pecpy.preflight(composed.data, sender=ANNA, recipients=composed.recipients) == []


def test_files_and_identifiers() -> None:
    examined = pecpy.examine_attachment("a.txt", b"testo", large=3, legibility=(20, 60))
    assert (examined.kind, codes(list(examined.refusals))) == (None, ["attachment.large", "attachment.illegible"])
    with pytest.raises(pecpy.ArgumentError):
        pecpy.examine_attachment("a.txt", b"testo", legibility=(101, 60))
    assert pecpy.tax_id("rssmra85t10a562s") == pecpy.TaxId("RSSMRA85T10A562S", "person")


def test_a_key_stands_for_one_message(archive: pecpy.Archive) -> None:
    composed = pecpy.Draft(ANNA, "Fattura", to=OFFICE, text="x").compose(now=NOW, seed=SEED)
    ticket = archive.queue(composed, mailbox=ANNA, key="42/2026", now=NOW)
    assert (ticket.number, ticket.state, ticket.recipients) == (1, "queued", (OFFICE,))
    assert (ticket.queued_at, ticket.begun_at, ticket.answers) == (NOW, None, pecpy.Answers(None, ()))
    assert archive.get(ticket.id) == composed.data and archive.entry(ticket.id).mailboxes == (ANNA,)
    assert archive.queue(composed, mailbox=ANNA, key="42/2026") == ticket == archive.ticket(ANNA, "42/2026")
    assert pecpy.Ticket.from_json(ticket.to_json()) == ticket and json.loads(ticket.to_json())["report"] == "ticket"
    with pytest.raises(pecpy.ArchiveError) as caught:
        archive.queue(composed, mailbox=ANNA, key="42/2026", recipients=[OFFICE, ANNA])
    assert caught.value.code == "archive.key_reused"
    with pytest.raises(pecpy.RefusedError) as refused:
        archive.queue(b"Bcc: x@y.example\r\n\r\n", mailbox=ANNA, key="43", sender=ANNA, recipients=[OFFICE])
    assert "send.bcc" in codes(list(refused.value.refusals)) and len(archive) == 1
    with pytest.raises(pecpy.RefusedError):
        archive.queue(composed, mailbox=ANNA, key="44", conditions=pecpy.Conditions(message_bytes=1))
    with pytest.raises(pecpy.ArchiveError, match="key"):
        archive.queue(composed, mailbox=ANNA, key=" ")
    assert archive.tickets_of(ticket.id) == [ticket]
    with pytest.raises(pecpy.NotInArchiveError):
        archive.tickets_of("0" * 64)
    assert archive.tickets(ANNA, "queued") == [ticket] and archive.tickets(ANNA, "queued", after=1) == []
    with pytest.raises(pecpy.ArgumentError):
        archive.tickets(ANNA, "lost")  # type: ignore[arg-type]
    with pytest.raises(pecpy.NotInArchiveError):
        archive.ticket(OFFICE, "42/2026")
    # It waits: there is nothing to find out.
    with pytest.raises(pecpy.ArchiveError, match="queued"):
        archive.resolve(ANNA, "42/2026", "sent")
    with pytest.raises(pecpy.ArgumentError):
        archive.resolve(ANNA, "42/2026", "perhaps")  # type: ignore[arg-type]


def test_what_a_server_said_is_read() -> None:
    line = (
        '{"schema":"pec-archive/1","report":"ticket","number":1,"mailbox":"a","key":"k","id":"x","message_id":"m","sender":"a",'
        '"recipients":["b"],"state":"sent","queued_at":"2026-02-09T09:15:00Z","changed_at":"2026-02-09T09:15:00Z",'
        '"begun_at":"2026-02-09T09:15:00Z","not_before":null,"attempts":1,"answers":{"message":{"code":250,"enhanced":null,'
        '"text":"ok"},"recipients":[{"recipient":"b","code":250,"enhanced":"2.1.5","text":"ok"}]},"filed_at":null}'
    )
    ticket = pecpy.Ticket.from_json(line)
    assert ticket.answers.message == pecpy.Reply(250, None, "ok")
    assert ticket.answers.recipients == (pecpy.Answer(250, "2.1.5", "ok", "b"),) and ticket.begun_at == NOW


def test_rules_act_once_and_say_why(archive: pecpy.Archive) -> None:
    id = archive.put(b"Subject: Fattura 7\r\n\r\nx\r\n", now=NOW).id
    actions = [("file", "Fatture"), ("tag", "urgente"), ("assign", "anna"), ("hold", "causa 1"), ("forward", OFFICE)]
    rules = [
        pecpy.Rule("fatture", "oggetto:fattura", actions),  # type: ignore[arg-type]
        pecpy.Rule("forse", "", [("tag", "visto")], suggesting=True),
        pecpy.Rule("mai", "oggetto:altro", [("tag", "x")], suggesting=True),
    ]
    assert (rules[1].name, rules[1].query, rules[1].suggesting) == ("forse", "", True)
    explained = [archive.explain(rule, id) for rule in rules]
    assert [it.holds for it in explained] == [True, True, False]
    assert explained[2].conditions == (("oggetto:altro", False),) and explained[0].actions == tuple(actions)
    assert rules[0].actions == tuple(actions) and rules[0].query == "oggetto:fattura"
    other = b"Subject: Altro\r\n\r\nx\r\n"
    if_it_came = [archive.explain_bytes(rule, other, mailbox=OFFICE, now=NOW).holds for rule in rules]
    assert if_it_came == [False, True, True] and archive.page("oggetto:altro").entries == ()
    assert archive.explain_bytes(pecpy.Rule("ufficio", f"casella:{OFFICE}", []), other, mailbox=OFFICE).holds
    assert archive.tickets_of(id) == []
    filed = archive.file(rules, id, now=NOW)
    assert [(it.id, it.rule, it.suggested) for it in filed] == [(id, "fatture", False), (id, "forse", True)]
    assert archive.file(rules, [id]) == []
    assert archive.entry(id).tags == ("assegnato/anna", "fascicolo/Fatture", "urgente")
    [suggestion] = archive.suggestions()
    assert (suggestion.rule, suggestion.actions, suggestion.at) == ("forse", (("tag", "visto"),), NOW)
    archive.accept(id, "forse", now=NOW)
    assert "visto" in archive.entry(id).tags and archive.suggestions() == []
    for call in (archive.accept, archive.dismiss):
        with pytest.raises(pecpy.NotInArchiveError):
            call(id, "forse")
    for name, query, given in (("", "", []), ("x", "", [("tag", " ")])):
        with pytest.raises(pecpy.ArchiveError, match="archive.value"):
            pecpy.Rule(name, query, given)  # type: ignore[arg-type]
    with pytest.raises(pecpy.ArgumentError):
        pecpy.Rule("x", "", [("burn", "x")])  # type: ignore[list-item]
    told = {event.what: event for event in archive.events()}
    assert told["filed"].rule == "forse" and told["suggested"].actions == (("tag", "visto"),)
    assert [pecpy.Happened.from_json(event.to_json()) for event in archive.events()] == archive.events()
    assert pecpy.Filed.from_json(filed[0].to_json()) == filed[0]
    assert pecpy.Suggestion.from_json(suggestion.to_json()) == suggestion
    assert pecpy.Explained.from_json(explained[2].to_json()) == explained[2]
    assert [(it.id, it.rule) for it in explained] == [(id, rule.name) for rule in rules]


def test_whoever_follows_is_told_again_until_he_has_finished(
    archive: pecpy.Archive, sandbox: pecpy.Sandbox
) -> None:
    message = pecpy.Draft(ANNA, "Offerta", to=OFFICE, text="x").compose(now=sandbox.now).data
    archive.put_submitted(message, sender=ANNA, recipients=[OFFICE], at=sandbox.now)
    sandbox.submit(ANNA, [OFFICE], message)
    sandbox.settle()
    archive.put_many([it.data for it in sandbox.messages(ANNA)], now=sandbox.now, trust=sandbox.trust)
    told = archive.next_events("gestionale")
    states = [(it.recipient, it.before, it.after) for it in told if it.what == "state"]
    assert states[-1][0] == OFFICE and states[-1][2] == "delivered"
    assert archive.next_events("gestionale") == told and archive.next_events("gestionale", limit=1) == told[:1]
    archive.finished("gestionale", told[1].n)
    archive.finished("gestionale", told[0].n)
    assert archive.next_events("gestionale") == told[2:] == archive.events(told[1].n)
    assert archive.forget_events(told[0].n) == 1 and archive.next_events("altro") == told[1:]
    assert archive.follow_from_now("nuovo") and not archive.follow_from_now("nuovo")
    assert archive.next_events("nuovo") == [] != archive.next_events("altro")
    assert not archive.follow_from_now("gestionale"), "he has begun before"
    for call in (lambda: archive.finished(" ", 1), lambda: archive.follow_from_now(" ")):
        with pytest.raises(pecpy.ArchiveError):
            call()
