"""The gateway for ordinary programs: smtplib hands over, the sandbox's provider gets it."""

from __future__ import annotations

import asyncio
import hashlib
import smtplib
from datetime import timedelta
from pathlib import Path

import pytest
from test_wire import ANNA, PASSWORD, UFFICIO, Provider, letter, provider  # noqa: F401

import pecpy
from pecpy import Credential

LOGIN = "del gestionale"


def hand_over(address: tuple[str, int], message: bytes, password: str = LOGIN) -> None:
    """As any program does."""
    with smtplib.SMTP(*address, timeout=20) as smtp:
        smtp.login(ANNA, password)
        smtp.sendmail(ANNA, [UFFICIO], message)


def test_what_a_program_hands_over_is_sent_once_or_refused_with_the_reason(provider: Provider) -> None:  # noqa: F811
    office = provider.office
    with office.hub() as hub:
        hub.add(ANNA, Credential(ANNA, "pec"), **provider.servers)
        for wrong in ("breve", "pec"):
            with pytest.raises(pecpy.ArgumentError):
                hub.set_gateway_login(Credential(ANNA, wrong))
        hub.set_gateway_login(Credential(ANNA, LOGIN))
        with pytest.raises(pecpy.ArgumentError, match="certificate"):
            hub.gateway("0.0.0.0:0")
        with hub.gateway("127.0.0.1:0") as gateway:
            host, port = gateway.address
            assert (host, next(gateway).address) == ("127.0.0.1", f"127.0.0.1:{port}")
            with pytest.raises(pecpy.WireError) as taken_port:
                hub.gateway(f"127.0.0.1:{port}")
            assert taken_port.value.code == "wire.listen"
            hand_over(gateway.address, letter(1))
            taken = next(gateway)
            assert (taken.event, taken.mailbox, taken.key) == ("taken", ANNA, "smtp:1@ditta.example")
            assert taken.id is not None and office.archive.get(taken.id) == letter(1)
            sent = next(gateway)
            assert sent.event == "sent" and sent.dispatch is not None and sent.dispatch.sent == (taken.key,)
            assert pecpy.GatewayEvent.from_json(sent.to_json()) == sent
            with pytest.raises(smtplib.SMTPDataError) as told:
                hand_over(gateway.address, letter(2).replace(b"Subject:", b"Bcc: x@y.example\r\nSubject:"))
            assert told.value.smtp_code == 550 and b"send.bcc" in told.value.smtp_error
            refused = next(gateway)
            assert refused.event == "refused" and "send.bcc" in [it.code for it in refused.refusals]
            with pytest.raises(smtplib.SMTPAuthenticationError):
                hand_over(gateway.address, letter(3), "sbagliata davvero")
            assert (next(gateway).event, gateway.missed) == ("not-let-in", 0)
        assert {it.event for it in gateway} <= {"not-let-in"}, "each way to log in is tried"
        assert list(gateway) == [], "it has ended"
        gateway.close()
        with pytest.raises(OSError):
            hand_over((host, port), letter(4))
        assert hub.remove_gateway_login(ANNA) and not hub.remove_gateway_login(ANNA)
    provider.sandbox.advance(timedelta(minutes=5))
    assert len(provider.sandbox.messages(UFFICIO)) == 1
    office.archive.close()


def test_events_that_nobody_asks_for_are_passed_over_from_the_oldest_on_and_counted(provider: Provider) -> None:  # noqa: F811
    messages, waiting = 1200, 1000
    with provider.office.hub() as hub:
        hub.add(ANNA, Credential(ANNA, "pec"), **provider.servers)
        hub.set_gateway_login(Credential(ANNA, LOGIN))
        with hub.gateway("127.0.0.1:0", send=False) as gateway:
            refused = letter(1).replace(b"Subject:", b"Bcc: x@y.example\r\nSubject:")
            # A connection ends after thirty.
            for _ in range(messages // 25):
                with smtplib.SMTP(*gateway.address, timeout=20) as smtp:
                    smtp.login(ANNA, LOGIN)
                    for _ in range(25):
                        with pytest.raises(smtplib.SMTPDataError):
                            smtp.sendmail(ANNA, [UFFICIO], refused)
        # Beside them it has told that it listens, which is the oldest.
        events = list(gateway)
        assert len(events) == waiting and {it.event for it in events} <= {"refused", "missed"}
        untold = sum(it.missed - 1 for it in events if it.missed is not None)
        assert gateway.missed == messages + 1 - waiting - untold > 0
    provider.office.archive.close()


def test_the_same_awaited_with_what_comes_in_and_nothing_sent_where_it_is_not_wanted(
    provider: Provider, tmp_path: Path  # noqa: F811
) -> None:
    office, maildir = provider.office, tmp_path / "posta di anna"
    provider.submit()

    async def main() -> None:
        async with office.aio() as hub:
            await hub.add(ANNA, Credential(ANNA, PASSWORD), **provider.servers)
            await hub.set_gateway_login(Credential("erp", LOGIN), every=True)
            async with await hub.gateway("127.0.0.1:0", send=False, deliver={ANNA: maildir}) as gateway:
                events = [await gateway.__anext__()]

                def over() -> None:
                    with smtplib.SMTP(*gateway.address, timeout=20) as smtp:
                        smtp.login("erp", LOGIN)
                        smtp.sendmail(ANNA, [UFFICIO], letter(7))

                await asyncio.to_thread(over)
                async for event in gateway:
                    events.append(event)
                    if {"taken", "relayed"} <= {it.event for it in events}:
                        break

                async def rest() -> list[pecpy.GatewayEvent]:
                    return [event async for event in gateway]

                waiting = asyncio.ensure_future(rest())
                await asyncio.sleep(0.2)
            # Who waits for more hears that it has ended.
            assert await asyncio.wait_for(waiting, 20) == []
            assert sorted(it.event for it in events) == ["listening", "relayed", "taken"]
            by = {it.event: it for it in events}
            assert by["taken"].key == "smtp:7@ditta.example" and len(by["relayed"].relayed) == 2
            assert await hub.remove_gateway_login("erp", every=True)

    asyncio.run(main())
    there = {hashlib.sha256(file.read_bytes()).hexdigest() for file in (maildir / "new").iterdir()}
    assert there == {hashlib.sha256(it.data).hexdigest() for it in provider.sandbox.messages(ANNA)}
    assert [it.state for it in office.archive.tickets(ANNA, "queued")] == ["queued"]
    assert len(provider.sandbox.messages(UFFICIO)) == 1, "nothing was sent"
    office.archive.close()
