"""The sandbox: what its receipts come to is what happened in truth, through Python alone."""

from __future__ import annotations

import pathlib
import smtplib
import ssl
from datetime import datetime, timedelta, timezone

import pytest

import pecpy

ANNA, OFFICE, FULL = "anna@pec.alfa.example", "ufficio@cert.beta.example", "piena@cert.beta.example"
MESSAGE = (
    f"From: {ANNA}\r\nTo: {OFFICE}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n"
    "Message-ID: <1@ditta.example>\r\nSubject: Offerta\r\n\r\nBuongiorno.\r\n"
).encode()


def dossiers_of(sandbox: pecpy.Sandbox, *more: bytes) -> pecpy.Dossiers:
    received = [stored.data for stored in sandbox.messages(ANNA)]
    return pecpy.link([MESSAGE, *received, *more], trust=sandbox.trust, now=sandbox.now)


def test_a_day_of_two_providers(sandbox: pecpy.Sandbox) -> None:
    sandbox.set_mailbox(FULL, state="full")
    both = MESSAGE.replace(OFFICE.encode(), f"{OFFICE}, {FULL}".encode())
    sent = sandbox.submit(ANNA, [OFFICE, FULL], both)
    assert (sent.answer, sent.reason) == ("accepted", None)
    sandbox.settle()
    sandbox.advance(timedelta(hours=24))
    received = [stored.data for stored in sandbox.messages(ANNA)]
    [dossier] = pecpy.link([both, *received], trust=sandbox.trust, now=sandbox.now)
    assert (dossier.pec_id, dossier.sender, dossier.subject) == (sent.pec_id, ANNA, "Offerta")
    states = {recipient.address: recipient.state for recipient in dossier.recipients}
    assert states == {OFFICE: pecpy.State.DELIVERED, FULL: pecpy.State.FAILED} and dossier.state is None
    outcomes = {address: sandbox.outcome(sent.pec_id, address) for address in states}
    assert all(outcome is not None and outcome.word == states[address] for address, outcome in outcomes.items())
    delivered = outcomes[OFFICE]
    instant = next(one for one in dossier.instants if one.side == "addressee")
    assert delivered is not None and delivered.at == instant.utc == instant.rome
    assert instant.rome.utcoffset() == timedelta(hours=1)
    [content] = dossier.contents
    assert content.proven is pecpy.Proven.ALL and content.checked is pecpy.Checked.COMPARED
    assert sandbox.outcome("no such", OFFICE) is None


def test_tables_pages_and_slices(sandbox: pecpy.Sandbox) -> None:
    for number in range(3):
        sandbox.submit(ANNA, [OFFICE], MESSAGE.replace(b"<1@", f"<{number}@".encode()))
    sandbox.settle()
    dossiers = dossiers_of(sandbox)
    assert len(dossiers) == 3 and list(dossiers) == dossiers[:] == [dossiers[0], dossiers[1], dossiers[-1]]
    assert dossiers[::-1] == list(reversed(dossiers[:]))
    for wrong in (3, -4):
        with pytest.raises(IndexError):
            dossiers[wrong]
    with pytest.raises(TypeError):
        dossiers["0"]  # type: ignore[call-overload]
    rows = dossiers.to_dicts()
    assert [(row["recipient"], row["state"]) for row in rows] == [(OFFICE, "delivered")] * 3
    assert all(row["accepted_at"] <= row["delivered_at"] for row in rows)
    page = dossiers.page("en")
    assert page.startswith("<!DOCTYPE html>") and page.count("DELIVERED") >= 3
    assert "CONSEGNATO" in dossiers.page() and "&lt;!DOCTYPE html&gt;" in dossiers._repr_html_()
    assert "<script" not in dossiers._repr_html_()


def test_a_forged_receipt_moves_nothing(sandbox: pecpy.Sandbox) -> None:
    sandbox.add_fault("lost", kind="avvenuta-consegna")
    sent = sandbox.submit(ANNA, [OFFICE], MESSAGE)
    sandbox.settle()
    forged = sandbox.forged_delivery(sent.pec_id, OFFICE)
    [dossier] = dossiers_of(sandbox, forged)
    assert dossier.state is pecpy.State.AWAITING_DELIVERY
    [claim] = dossier.claims
    assert (claim.verdict, claim.kind, claim.recipient) == (pecpy.Verdict.FORGED, "avvenuta-consegna", OFFICE)


def test_faults(sandbox: pecpy.Sandbox) -> None:
    sandbox.add_fault("duplicated", kind="accettazione", times=1)
    sandbox.add_edit("Subject", "NO", kind="avvenuta-consegna", recipient=OFFICE)
    sandbox.add_fault("late", kind="presa-in-carico", by=timedelta(hours=2))
    sandbox.submit(ANNA, [OFFICE], MESSAGE)
    sandbox.settle()
    origins = [stored.origin for stored in sandbox.messages(ANNA)]
    assert origins == ["genuine", "copy", "edited"]
    sandbox.clear_faults()
    sandbox.submit(ANNA, [OFFICE], MESSAGE.replace(b"<1@", b"<2@"))
    sandbox.settle()
    assert [stored.origin for stored in sandbox.messages(ANNA)][3:] == ["genuine", "genuine"]
    for wrong in ({"fault": "none"}, {"fault": "late"}, {"fault": "lost", "by": timedelta(1)}):
        with pytest.raises(pecpy.ArgumentError):
            sandbox.add_fault(**wrong)
    with pytest.raises(pecpy.ArgumentError):
        sandbox.add_fault("lost", times=1, one_in=2)
    with pytest.raises(pecpy.ArgumentError):
        sandbox.add_fault("lost", kind="consegna")


def test_a_point_out_of_order(sandbox: pecpy.Sandbox) -> None:
    sandbox.stop_point("cert.beta.example", "delivery")
    sent = sandbox.submit(ANNA, [OFFICE], MESSAGE)
    sandbox.advance(timedelta(hours=13))
    [dossier] = dossiers_of(sandbox)
    outcome = sandbox.outcome(sent.pec_id, OFFICE)
    assert dossier.state is pecpy.State.AWAITING_DELIVERY and outcome is not None and outcome.word == "underway"
    assert dossier.silence and not dossier.state.is_final
    sandbox.restart_point("cert.beta.example", "delivery")
    sandbox.settle()
    [dossier] = dossiers_of(sandbox)
    outcome = sandbox.outcome(sent.pec_id, OFFICE)
    assert dossier.state is pecpy.State.DELIVERED and outcome is not None and outcome.word == "delivered"


def test_settings() -> None:
    start = datetime(2027, 1, 1, tzinfo=timezone.utc)
    assert pecpy.Sandbox(start=start, providers=3).now == start
    assert [address for address, _ in pecpy.Sandbox(providers=1).mailboxes] == ["ricevute@pec.alfa.example"]
    for wrong in ({"start": datetime(2000, 1, 1, tzinfo=timezone.utc)}, {"providers": 0}, {"providers": 4}):
        with pytest.raises(pecpy.PecError):
            pecpy.Sandbox(**wrong)
    sandbox = pecpy.Sandbox()
    for act in (
        lambda: sandbox.set_mailbox("no address"),
        lambda: sandbox.messages(ANNA),
        lambda: sandbox.submit(ANNA, [OFFICE], MESSAGE),
        lambda: sandbox.advance(timedelta(seconds=-1)),
        lambda: sandbox.advance(timedelta(days=1000)),
    ):
        with pytest.raises(pecpy.SandboxError) as caught:
            act()
        assert caught.value.layer == "sandbox" and caught.value.evidence


def test_the_same_calls_give_the_same_bytes() -> None:
    def run(seed: int) -> list[bytes]:
        sandbox = pecpy.Sandbox(seed=seed)
        sandbox.set_mailbox(ANNA)
        sandbox.set_mailbox(OFFICE)
        sandbox.submit(ANNA, [OFFICE], MESSAGE)
        sandbox.settle()
        return [stored.data for stored in sandbox.messages(ANNA)]

    assert run(1) == run(1) != run(2)


def test_a_mailbox_as_files(sandbox: pecpy.Sandbox, tmp_path: pathlib.Path) -> None:
    sandbox.submit(ANNA, [OFFICE], MESSAGE)
    sandbox.settle()
    folder = tmp_path / "è nuova"
    assert sandbox.write_mailbox(ANNA, folder) == 2
    written = [path.read_bytes() for path in sorted(folder.iterdir())]
    assert written == [stored.data for stored in sandbox.messages(ANNA)]
    with pytest.raises(pecpy.SandboxError):
        sandbox.write_mailbox("nobody@pec.alfa.example", folder)
    with pytest.raises(pecpy.FileError):
        sandbox.write_mailbox(ANNA, folder / "00001.eml")


def test_mail_from_the_internet(sandbox: pecpy.Sandbox) -> None:
    sandbox.receive("mario@gmail.example", [ANNA], b"From: mario@gmail.example\r\nTo: x\r\nSubject: Ciao\r\n\r\nCiao\r\n")
    sandbox.settle()
    [stored] = sandbox.messages(ANNA)
    it = pecpy.verify(stored.data, trust=sandbox.trust, now=sandbox.now)
    assert (it.verdict, it.kind, it.kind_title("en")) == (pecpy.Verdict.ANOMALY, "anomalia", "anomaly envelope")


def test_a_script_that_speaks_smtp(sandbox: pecpy.Sandbox, tmp_path: pathlib.Path) -> None:
    with sandbox.serve(tmp_path / "posta è qui", password="segreta") as server:
        context = ssl.create_default_context(cafile=str(server.tls_authority))
        with smtplib.SMTP_SSL(*server.smtps, context=context) as client:
            client.login(ANNA, "segreta")
            client.sendmail(ANNA, [OFFICE], MESSAGE)
        with pytest.raises(smtplib.SMTPAuthenticationError), smtplib.SMTP(*server.submission) as client:
            client.starttls(context=context)
            client.login(ANNA, "wrong")
        with pytest.raises(pecpy.SandboxError):
            sandbox.serve(tmp_path)
        trust = pecpy.TrustStore().with_host_anchor(server.anchor)
        found = [it.kind for it in pecpy.verify_many(server.maildir(ANNA), trust=trust, now=sandbox.now)]
        assert sorted(found) == ["accettazione", "avvenuta-consegna"]
        assert server.problem() is None
        sandbox.set_mailbox(FULL)
    # The sandbox goes on without its server.
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(*server.submission)
    server.stop()
    assert len(sandbox.messages(ANNA)) == 2 and (FULL, "active") in sandbox.mailboxes
    with pytest.raises(pecpy.ArgumentError):
        server.maildir(ANNA)
    with pytest.raises(pecpy.FileError):
        sandbox.serve("/proc/no such place")
