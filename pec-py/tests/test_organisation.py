"""Who may do what: commands, refusals, lists, the one question; the log as evidence."""

from __future__ import annotations

import io
import json
import pickle
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import CONFORMANCE, ROOT

import pecpy

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
BOX = "gare@pec.comune.example"


def found(archive: pecpy.Archive) -> None:
    """Two clients, and a mailbox of the first in which anna and bruno may take in charge."""
    host = archive.organisation
    for client, account in (("C1", "A1"), ("C2", "B1")):
        host.act("add-client", client={"code": client, "name": "Comune", "kind": "public-body"}, now=NOW)
        host.act("add-account", account={"code": account, "client": client, "name": "Gare"}, now=NOW)
    holder = {"name": "Comune", "tax_id": "IT 00743110157"}
    host.act("enrol", account="A1", mailbox=BOX.upper(), holder=holder, standing={"active": NOW}, now=NOW)
    host.act("share-on", mailbox=BOX, now=NOW)
    for user in ("anna", "bruno"):
        host.act("add-user", user={"id": user, "account": "A1", "name": user}, now=NOW)
        name = {"first_name": user, "surname": "Verdi", "description": "Gare"}
        host.act("add-delegate", mailbox=BOX, user=user, name=name, now=NOW)
        host.act("activate-delegate", mailbox=BOX, user=user, now=NOW)
        restriction = {"folders": {"INBOX"}, "never": {"riservato"}}
        gives = {"gives": "permissions", "permissions": ["assign"], "restriction": restriction}
        host.act("grant", grant={"id": f"G-{user}", "mailbox": BOX, "user": user, **gives, "from": NOW}, now=NOW)
    item = {"id": "w1", "mailbox": BOX, "folder": "INBOX", "tags": ["gare"]}
    host.act("open-work", item=item, now=NOW)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[pecpy.Archive]:
    with pecpy.Archive.create(tmp_path / "comune.pecarchive") as archive:
        found(archive)
        yield archive


def test_whoever_may_not_is_told_why(archive: pecpy.Archive) -> None:
    carla = archive.acting_as("carla").organisation
    with pytest.raises(pecpy.DeniedError) as raised:
        carla.act("claim", item="w1", until=NOW + timedelta(hours=1), now=NOW)
    error = raised.value
    assert (error.code, error.reason, error.missing, error.limit) == ("archive.denied", "org.not_found", "assign", None)
    assert error.layer == "access" and isinstance(error, PermissionError) and error.rule.startswith("FEATURES")
    assert error.reason_text("it") != error.reason_text("en") and error.detail == "w1"
    again = pickle.loads(pickle.dumps(error))
    assert (again.reason, again.missing, again.reason_text()) == (error.reason, error.missing, error.reason_text())
    row = archive.log(archive.log_root()[0] - 1)[0]
    assert (row.actor, row.what, row.details["code"]) == ("carla", "denied", "org.not_found")
    archive.organisation.act("set-policy", policy={"max_active": 2, "require_mandate": "no"}, now=NOW)
    archive.organisation.act("add-user", user={"id": "dora", "account": "A1", "name": "Dora"}, now=NOW)
    with pytest.raises(pecpy.DeniedError) as raised:
        name = {"first_name": "Dora", "surname": "Neri", "description": "Gare"}
        archive.organisation.act("add-delegate", mailbox=BOX, user="dora", name=name, now=NOW)
    assert (raised.value.reason, raised.value.limit) == ("delegate.limit", {"most": 2, "active": 2, "asked": 1})


def test_one_of_many_who_claim_gets_it(archive: pecpy.Archive) -> None:
    got: list[str] = []

    def claim(user: str) -> None:
        try:
            archive.acting_as(user).organisation.act("claim", item="w1", until=NOW + timedelta(hours=1), now=NOW)
        except pecpy.DeniedError as error:
            assert error.reason == "work.claimed"
        else:
            got.append(user)

    threads = [threading.Thread(target=claim, args=(user,)) for user in ("anna", "bruno") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [item] = archive.organisation.listing("work", now=NOW)
    assert [item["by"]] == got and item["state"] == "claimed"


def test_a_command_that_is_none_is_named(archive: pecpy.Archive) -> None:
    size = archive.log_root()[0]
    organisation = archive.organisation
    commands: list[tuple[Any, str]] = [
        ("dance", "give one of set-policy"),
        ({}, "give one of set-policy"),
        ({"command": "suspend-user", "user": "anna", "until": NOW}, "until: not understood"),
        ({"command": "share-on", "mailbox": "gare"}, "no complete address"),
    ]
    for command, said in commands:
        with pytest.raises(pecpy.ArchiveError, match=said) as raised:
            organisation.act(command, now=NOW)
        assert raised.value.code == "archive.value"
    with pytest.raises(TypeError):
        organisation.act("suspend-user", user=object())
    with pytest.raises(ValueError, match="time zone"):
        organisation.act("claim", item="w1", until=datetime(2026, 3, 1))
    # What is no command is not in the log.
    assert archive.log_root()[0] == size


def test_nobody_sees_further_than_the_scope(archive: pecpy.Archive) -> None:
    host, other = archive.organisation, archive.acting_as_operator("olga", client="C2").organisation
    names: tuple[Any, ...] = ("clients", "accounts", "users", "mailboxes", "grants", "work")
    assert [len(host.listing(name)) for name in names] == [2, 2, 2, 1, 2, 1]
    assert [len(host.listing(name, account="A1")) for name in names] == [0, 1, 2, 1, 2, 1]
    assert [len(other.listing(name, client="C1")) for name in names] == [0] * 6
    with pytest.raises(pecpy.DeniedError) as raised:
        other.act("suspend-user", user="anna", now=NOW)
    assert raised.value.reason == "org.not_found"
    anna = archive.acting_as("anna").organisation
    assert [grant["id"] for grant in anna.listing("grants", now=NOW)] == ["G-anna"]
    with pytest.raises(pecpy.DeniedError):
        anna.listing("mailboxes")
    [box] = host.listing("mailboxes", {"in": "active"}, now=NOW)
    assert (box["mailbox"], box["holder"]["tax_id"]) == (BOX, "00743110157")
    assert host.listing("mailboxes", {"activated": {"from": NOW, "until": NOW + timedelta(1)}})[0] == box
    assert not host.listing("requests") and not host.listing("due", now=NOW)
    for listing, query in (("boxes", None), ("mailboxes", {"in": "asleep"}), ("users", {"part": "a"})):
        with pytest.raises(pecpy.ArgumentError):
            host.listing(listing, query)  # type: ignore[arg-type]
    with pytest.raises(pecpy.ArgumentError):
        archive.acting_as_operator("olga", client="C1", account="A1")


def test_the_one_question(archive: pecpy.Archive) -> None:
    anna = archive.acting_as("anna").organisation
    right = anna.may("assign", BOX, folder="INBOX", tags=[], now=NOW)
    assert (right.permission, right.by, right.grant, right.role, right.mandate) == ("assign", "grant", "G-anna", None, None)
    assert pecpy.Right.from_json(right.to_json()) == right
    size = archive.log_root()[0]
    objects: list[dict[str, Any]] = [{}, {"folder": "INBOX"}, {"folder": "Altra", "tags": []}]
    for where in [*objects, {"folder": "INBOX", "tags": ["riservato"]}]:
        with pytest.raises(pecpy.DeniedError) as raised:
            anna.may("assign", BOX, now=NOW, **where)
        assert (raised.value.reason, raised.value.missing) == ("permission.restricted", "assign")
    assert archive.log_root()[0] == size
    assert archive.organisation.may("send", BOX, now=NOW).by == "host"
    with pytest.raises(pecpy.ArgumentError, match="read-body"):
        anna.may("dance", BOX)
    with pytest.raises(pecpy.ArchiveError):
        archive.acting_as("host").organisation.may("send", BOX)


def test_a_request_is_judged_as_a_whole(archive: pecpy.Archive) -> None:
    host = archive.organisation
    catalogue = {"products": {"std": {"name": "Standard", "purchased": 2}}, "domains": ["pec.comune.example"]}
    host.act("give-catalogue", account="A1", catalogue=catalogue, now=NOW)
    summary: dict[str, Any] = {
        "requester": {"first_name": "Anna", "surname": "Verdi"},
        "holder": {"name": "Comune", "tax_id": "1"},
        "contact": "anna@comune.example",
        "product": "std",
        "boxes": [{"address": "uno@altrove.example", "user_email": "anna@comune.example"}],
    }
    with pytest.raises(pecpy.ArchiveError) as raised:
        host.act("submit", account="A1", reference="R1", summary=summary, now=NOW)
    assert "holder.tax_id" in raised.value.evidence and "request.domain_not_available" in raised.value.evidence
    summary["holder"]["tax_id"] = None
    summary["boxes"][0]["address"] = "uno@pec.comune.example"
    [event] = host.act("submit", account="A1", reference="R1", summary=summary, now=NOW)
    assert (event["event"], event["boxes"][0]["description"]) == ("request-submitted", "uno")
    [request] = host.listing("requests", {"reference": "R1"})
    assert request["boxes"] == ["uno@pec.comune.example"]
    # An operator of another client is told nothing of what was purchased.
    other = archive.acting_as_operator("olga", client="C2").organisation
    with pytest.raises(pecpy.ArchiveError, match="product_not_purchased"):
        other.act("submit", account="A1", reference="R2", summary=summary, now=NOW)


def test_a_dossier_is_read_by_a_share(archive: pecpy.Archive, anchored: pecpy.TrustStore) -> None:
    mail = CONFORMANCE / "reconcile" / "state-delivered"
    archive.import_mail(mail, mailbox=BOX, now=NOW, trust=anchored)
    receipt = next(archive.search("tipo:consegna"))
    host, until = archive.organisation, NOW + timedelta(days=1)
    host.act("add-user", user={"id": "dora", "account": "B1", "name": "Dora"}, now=NOW)
    share = {"id": "S1", "mailbox": BOX, "dossier": receipt.pec_id, "with": "dora", "from": NOW, "until": until}
    host.act("share", share=share, now=NOW)
    dora, anna = (archive.acting_as(user).organisation for user in ("dora", "anna"))
    assert [one["id"] for one in dora.listing("shares", now=NOW)] == ["S1"] and not anna.listing("shares", now=NOW)
    entries = dora.open_share("S1", now=NOW)
    assert receipt.id in [entry.id for entry in entries]
    assert dora.get_shared("S1", receipt.id, now=NOW) == archive.get(receipt.id)
    with pytest.raises(pecpy.NotInArchiveError):
        dora.get_shared("S1", "0" * 64, now=NOW)
    for reader, at, reason in ((dora, until, "share.over"), (anna, NOW, "org.not_found")):
        with pytest.raises(pecpy.DeniedError) as raised:
            reader.open_share("S1", now=at)
        assert raised.value.reason == reason
    # Each call on the archive is judged: who administers another client reads nothing.
    with pytest.raises(pecpy.DeniedError) as raised:
        archive.acting_as_operator("olga", client="C2").get(receipt.id)
    assert raised.value.missing == "read-attachments"


def test_a_document_is_what_its_content_is(archive: pecpy.Archive) -> None:
    examine = pecpy.Organisation.examine_document
    document = examine("contract", "contratto.exe", b"%PDF-1.7")
    assert (document["format"], document["name"], len(document["digest"])) == ("pdf", "contratto.exe", 64)
    host = archive.organisation
    box = "nuova@pec.comune.example"
    host.act("enrol", account="A1", mailbox=box, holder={"name": "Comune"}, standing={"registered": NOW}, now=NOW)
    host.act("stage-document", mailbox=box, document=document, now=NOW)
    [event] = host.act("confirm-documents", mailbox=box, now=NOW)
    assert event["documents"] == [document["digest"]]
    with pytest.raises(pecpy.DeniedError) as raised:
        examine("contract", "contratto.pdf", b"MZ a program")
    assert raised.value.reason == "document.format"
    with pytest.raises(pecpy.ArgumentError):
        examine("letter", "x.pdf", b"%PDF-1.7")  # type: ignore[arg-type]


def test_the_log_as_evidence(archive: pecpy.Archive, tmp_path: Path) -> None:
    key = pecpy.LogKey("posta", bytes(range(32)))
    checkpoint = archive.sign_log(key, now=NOW)
    (tmp_path / "radice.txt").write_bytes(checkpoint)
    kept = pecpy.KeptRoot.signed(tmp_path / "radice.txt", key.verifier)
    size, root = archive.log_root()
    assert kept.size == size - 1
    check = archive.verify_log(kept, now=NOW)
    assert check.is_clean and check.broken is None and (check.sound, check.root, check.unanchored) == (size, root, 1)
    assert [(one.by, one.who, one.holds, one.time) for one in check.roots] == [("key", "posta", True, None)]
    assert pecpy.LogCheck.from_json(check.to_json()) == check
    rows = archive.log()
    assert [row.n for row in rows] == list(range(size)) and rows[0].at == NOW
    file = io.BytesIO()
    assert archive.export_log(file) == size
    assert file.getvalue().decode() == "".join(row.to_json() + "\n" for row in rows)
    table = io.BytesIO()
    archive.export_log(table, start=1, format="csv-bom")
    assert table.getvalue().startswith(b"\xef\xbb\xbfn,at,actor")
    proof = archive.prove_entry(3)
    assert proof.entry == archive.log_entry(3) and proof.check(root) and not proof.check("0" * 64)
    assert pecpy.EntryProof.from_json(proof.to_json()).check(root)
    growth = archive.prove_growth(size - 1)
    assert growth.end == size and growth.check(signed_root(checkpoint), root) and not growth.check(root, root)
    assert not pecpy.EntryProof.from_json(proof.to_json().replace("account-added", "account-loved")).check(root)
    for call in (lambda: archive.prove_entry(size), lambda: archive.prove_growth(5, size + 1)):
        with pytest.raises(pecpy.NotInArchiveError):
            call()
    with pytest.raises(pecpy.ArgumentError):
        proof.check("abc")
    with pytest.raises(pecpy.ArchiveError, match="signature"):
        pecpy.KeptRoot.signed(checkpoint, pecpy.LogKey("posta", bytes(32)).verifier)
    with pytest.raises(pecpy.NotCertifiedError):
        pecpy.KeptRoot.mailed(b"Subject: x\r\n\r\n" + checkpoint)
    with pytest.raises(pecpy.ArgumentError):
        pecpy.LogKey("posta", bytes(31))


def signed_root(checkpoint: bytes) -> str:
    import base64

    return base64.b64decode(checkpoint.split(b"\n")[2]).hex()


def test_an_edited_log_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "comune.pecarchive"
    with pecpy.Archive.create(path) as archive:
        found(archive)
    path.write_bytes(path.read_bytes().replace(b'"actor":"host","what":"organisation"', b'"actor":"nero","what":"organisation"', 1))
    with pecpy.Archive(path, mode="read") as archive:
        check = archive.verify_log()
    assert not check.is_clean and check.broken is not None
    assert check.broken.flaw == "edited" and pecpy.LogCheck.from_json(check.to_json()) == check


def test_what_is_listed_is_in_the_form(archive: pecpy.Archive) -> None:
    schema = json.loads((ROOT / "docs/schema/organisation-1.json").read_bytes())
    known: dict[str, set[str]] = {}
    for one in schema["oneOf"]:
        known.setdefault(one["properties"]["report"]["const"], set()).update(one["properties"])
    names: tuple[Any, ...] = ("policy", "roles", "clients", "accounts", "users", "mailboxes", "grants", "work")
    for line in (line for name in names for line in archive.organisation.listing(name, now=NOW)):
        assert set(line) <= known[line["report"]], line
