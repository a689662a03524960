"""Rules that act on what comes in, and what comes in put elsewhere as well."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from test_wire import ANNA, PASSWORD, UFFICIO, Office, Provider, letter, provider  # noqa: F401

import pecpy
from pecpy import Credential

CAPO = "capo@cert.beta.example"
RULES = f"""
[[rule]]
name = "contratti"
query = "oggetto:contratto"
file = ["Contratti"]
forward = ["{CAPO}"]
"""
NOWHERE: dict[str, Any] = {"imap": "127.0.0.1:1", "smtp": "127.0.0.1:1"}


def of_today(number: int) -> bytes:
    """A message that was written just now."""
    now = format_datetime(datetime.now(timezone.utc))
    return letter(number).replace(b"Mon, 9 Feb 2026 10:15:28 +0100", now.encode())


def test_rules_act_on_what_comes_in_and_hand_it_on_once(tmp_path: Path) -> None:
    office = Office(tmp_path)
    (tmp_path / "regole.toml").write_text(RULES, encoding="utf-8")
    rules = pecpy.Rule.read(tmp_path / "regole.toml")
    assert [(it.name, it.query, it.actions) for it in rules] == [
        ("contratti", "oggetto:contratto", (("file", "Contratti"), ("forward", CAPO)))
    ]
    with pytest.raises(pecpy.ArgumentError, match="forvard"):
        pecpy.Rule.read(b'[[rule]]\nname = "a"\nforvard = []\n')
    office.archive.put(of_today(1), mailbox=UFFICIO)
    with office.hub() as hub:
        hub.add(UFFICIO, Credential(UFFICIO, "x"), **NOWHERE)
        hub.begin_rules()
        assert hub.apply_rules(rules) == [], "what was there before is left alone"
        old = office.archive.put(letter(2), mailbox=UFFICIO).id
        new = office.archive.put(of_today(3), mailbox=UFFICIO).id
        assert [(it.id, it.rule, it.suggested) for it in hub.apply_rules(rules)] == [
            (old, "contratti", False),
            (new, "contratti", False),
        ]
        assert hub.apply_rules(rules) == [] and office.archive.entry(new).tags == ("fascicolo/Contratti",)
        first, second = hub.act_on_events()
        assert (first.id, first.outcome, first.mailbox, first.key) == (old, "old", None, None)
        assert (second.id, second.outcome, second.mailbox, second.to) == (new, "queued", UFFICIO, CAPO)
        assert second.key is not None and hub.act_on_events() == []
        [ticket] = office.archive.tickets(UFFICIO, "queued")
        assert (ticket.key, ticket.recipients) == (second.key, (CAPO,))
        assert of_today(3).split(b"\r\n\r\n")[1] in office.archive.get(ticket.id)
        again = pecpy.Forwarded.from_json(second.to_json())
        assert again == second and again.refusals == ()
    office.archive.close()


def test_what_was_refused_says_why() -> None:
    line = (
        '{"schema":"pec-wire/1","report":"forwarded","id":"x","rule":"r","to":"t","outcome":"refused","mailbox":null,"key":null,'
        '"refusals":[{"code":"send.bcc","weight":"refused","detail":"d","rule":"a","it":"i","en":"e"}]}'
    )
    [refusal] = pecpy.Forwarded.from_json(line).refusals
    assert refusal.code == "send.bcc" and refusal.is_refused and refusal.explain("en") == "e"


def test_what_comes_in_is_put_into_a_maildir_too(tmp_path: Path) -> None:
    office = Office(tmp_path)
    maildir = tmp_path / "Posta"

    async def main() -> None:
        rules = pecpy.Rule.read(RULES.encode())
        async with office.aio() as hub:
            await hub.add(UFFICIO, Credential(UFFICIO, "x"), **NOWHERE)
            await hub.begin_rules()
            assert (await hub.relay_new(UFFICIO, maildir=maildir)).relayed == (), "it begins then"
            put = office.archive.put(letter(1), mailbox=UFFICIO).id
            [relayed] = (await hub.relay_new(UFFICIO, maildir=maildir)).relayed
            assert (relayed.id, relayed.read_back) == (put, True)
            assert [file.read_bytes() for file in (maildir / "new").iterdir()] == [letter(1)]
            assert (await hub.relay_new(UFFICIO, maildir=maildir)).relayed == ()
            assert [it.id for it in await hub.apply_rules(rules)] == [put]
            assert [it.outcome for it in await hub.act_on_events()] == ["old"]
            both: dict[str, Any] = {"maildir": maildir, "to": ANNA}
            for wrong in ({}, both, {"folder": "INBOX"}):
                with pytest.raises(TypeError):
                    await hub.relay_new(UFFICIO, **wrong)
            with pytest.raises(pecpy.NotInArchiveError):
                await hub.relay_new(UFFICIO, to=ANNA)

    asyncio.run(main())
    office.archive.close()


def test_what_comes_in_is_put_into_another_mailbox_too(
    provider: Provider, tmp_path: Path  # noqa: F811
) -> None:
    office = provider.office
    with office.hub() as hub:
        hub.add(ANNA, Credential(ANNA, PASSWORD), **provider.servers)
        hub.add(UFFICIO, Credential(UFFICIO, "x"), **NOWHERE)
        assert hub.relay_new(UFFICIO, to=ANNA).relayed == ()
        put = office.archive.put(letter(1), mailbox=UFFICIO).id
        delivered = hub.relay_new(UFFICIO, to=ANNA)
        [relayed] = delivered.relayed
        assert (relayed.id, relayed.read_back, delivered.mailbox, delivered.problem) == (put, True, UFFICIO, None)
        assert pecpy.Delivered.from_json(delivered.to_json()) == delivered
        # What ends it before its end is told beside what was done; a file is where the folder of the Maildir should be.
        blocked = tmp_path / "posta"
        assert hub.relay_new(UFFICIO, maildir=blocked).relayed == ()
        blocked.write_bytes(b"")
        office.archive.put(letter(2), mailbox=UFFICIO)
        stopped = hub.relay_new(UFFICIO, maildir=blocked)
        assert stopped.relayed == () and stopped.problem is not None and stopped.problem.code == "wire.value"
        with hub.open(ANNA) as mailbox:
            assert mailbox.check().messages == 1
    office.archive.close()
