"""Every case of conformance/ through Python gives the JSON that Rust gives, byte for byte."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from conftest import CONFORMANCE, Case, artefact, read_cases, trust_of

import pecpy


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def evidence_of(host: dict[str, Any]) -> pecpy.Evidence:
    evidence = pecpy.Evidence()
    given = [(name + ".crl", "crl") for name in host["crls"]] + [(name + ".ocsp", "ocsp") for name in host["ocsp"]]
    for name, kind in given:
        try:
            evidence = evidence.with_crl(artefact(name)) if kind == "crl" else evidence.with_ocsp(artefact(name))
        except pecpy.EvidenceError:
            # What cannot be read is refused here; in Rust it says nothing, which is the same.
            pass
    return evidence


def by_python(case: Case) -> pecpy.Verification:
    host = case.host
    directory = None if case.ldif is None else pecpy.Directory(case.ldif.encode())
    path = CONFORMANCE / f"{case.name}.eml"
    # A file without any message is refused; without any byte there is a verdict all the same.
    return pecpy.verify(
        path if path.stat().st_size else b"",
        now=instant(host["now"]),
        name=case.name,
        trust=trust_of(host),
        evidence=evidence_of(host),
        directory=directory,
    )


def test_every_message() -> None:
    cases = [case for case in read_cases() if "/" not in case.name]
    assert len(cases) > 400
    assert sum(case.ldif is not None for case in cases) == 2
    for case in cases:
        verification = by_python(case)
        assert [verification.to_json()] == case.lines, case.name
        assert verification.to_dict() == json.loads(case.lines[0]), case.name


def test_every_answer_is_the_one_of_the_report() -> None:
    """No attribute says anything but what stands in the JSON; every word is a member of its enumeration."""
    verdicts = set()
    for case in read_cases():
        if "/" in case.name:
            continue
        it, report = by_python(case), json.loads(case.lines[0])
        answers = ["kind", "verdict", "integrity", "trust_at_signing", "trust_now", "time", "revocation", "anchor"]
        for answer in answers:
            assert getattr(it, answer) == report[answer], (case.name, answer)
        assert it.signed_at == (report["signed_at"] and instant(report["signed_at"])), case.name
        found = [(one.code, one.severity, one.layer, one.detail) for one in it.findings]
        assert found == [tuple(one.values()) for one in report["findings"]], case.name
        assert (it.signer and it.signer.sha256) == (report["signer"] and report["signer"]["sha256"]), case.name
        check_data(it, report["daticert"], case.name)
        assert it.is_certified is it.verdict.is_certified
        verdicts.add(it.verdict)
    assert verdicts == set(pecpy.Verdict)


def check_data(it: pecpy.Verification, report: dict[str, Any] | None, name: str) -> None:
    claimed = it.claimed()
    if report is None:
        assert claimed is None, name
        return
    assert claimed is not None and not claimed.is_certified
    same = ["kind", "error", "sender", "reply_to", "subject", "issuer", "pec_id", "client_message_id", "receipt"]
    for field in [*same, "delivered_to", "received_for"]:
        assert getattr(claimed, field) == report[field], (name, field)
    assert claimed.recipients == [(one["address"], one["class"]) for one in report["recipients"]], name
    detail = report["error_detail"]
    assert claimed.error_detail == (detail and detail["raw"]), name
    time = report["time"]
    assert claimed.printed_time == (time and (time["day"], time["hour"], time["zone"])), name
    assert claimed.time == (time and time["utc"] and instant(time["utc"])), name
    if it.is_certified:
        certified = it.certified()
        assert certified.is_certified and certified.pec_id == claimed.pec_id and certified != claimed


def linked(case: Case) -> pecpy.Dossiers:
    host = case.host
    submissions = {one["file"]: one for one in host["submissions"]}
    visible = host["service_receipts"] == "visible"
    verifier = pecpy.Verifier(trust=trust_of(host), mailbox="service" if visible else "user")
    ledger = pecpy.Ledger(own_mailboxes=host["own_mailboxes"], service_receipts="visible" if visible else "hidden")
    now = instant(host["now"])
    for path in sorted((CONFORMANCE / case.name).glob("*.eml")):
        if path.name in submissions:
            it = submissions[path.name]
            at = instant(it["at"])
            ledger.add_submission(path, sender=it["sender"], recipients=it["recipients"], at=at, name=path.name)
        else:
            ledger.add(verifier.verify(path, now=now), name=path.name)
    return ledger.dossiers(now=now, reading="art-147" if host["art_147"] == "asked" else "plain")


def test_every_folder() -> None:
    cases = [case for case in read_cases() if "/" in case.name]
    assert len(cases) > 150
    states, kinds = set(), set()
    for case in cases:
        dossiers = linked(case)
        assert dossiers.to_json().splitlines() == case.lines, case.name
        assert [it.to_dict() for it in dossiers] == [
            line for line in map(json.loads, case.lines) if "stray" not in line
        ], case.name
        assert len(dossiers.strays) == sum("stray" in json.loads(line) for line in case.lines)
        states |= {recipient.state for it in dossiers for recipient in it.recipients}
        kinds |= {event.kind for it in dossiers for event in it.events}
    assert states == set(pecpy.State)
    assert kinds | {pecpy.EventKind.OTHER} == set(pecpy.EventKind)


def test_the_same_from_disk_as_from_memory() -> None:
    """`link` reads files again when it examines them; `Ledger` holds them."""
    compared = 0
    for case in read_cases():
        if "/" not in case.name or case.host["submissions"]:
            continue
        host = case.host
        visible = host["service_receipts"] == "visible"
        files = sorted((CONFORMANCE / case.name).glob("*.eml"))
        dossiers = pecpy.link(
            files,
            now=instant(host["now"]),
            trust=trust_of(host),
            mailbox="service" if visible else "user",
            own_mailboxes=host["own_mailboxes"],
            service_receipts="visible" if visible else "hidden",
            reading="art-147" if host["art_147"] == "asked" else "plain",
        )
        folder = f"{CONFORMANCE / case.name}/"
        assert dossiers.to_json().replace(folder, "").splitlines() == case.lines, case.name
        compared += 1
    assert compared > 130
