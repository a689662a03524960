"""Archives: what was put is kept, found, retained, proven; through an error, a fork, a second thread."""

from __future__ import annotations

import http.server
import io
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import CONFORMANCE

import pecpy

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
LATER = datetime(2040, 1, 1, tzinfo=timezone.utc)
MAIL = CONFORMANCE / "reconcile" / "state-delivered"
SENT = b"Message-ID: <9@ditta.example>\r\nSubject: =?UTF-8?Q?Perch=C3=A9?=\r\n\r\nBuongiorno.\r\n"


@pytest.fixture
def archive(tmp_path: Path, anchored: pecpy.TrustStore) -> Iterator[pecpy.Archive]:
    """An archive with one transaction, delivered."""
    with pecpy.Archive.create(tmp_path / "posta è.pecarchive") as archive:
        archive.import_mail(MAIL, mailbox="anna@pec.alfa.example", now=NOW, trust=anchored)
        yield archive


def transaction(archive: pecpy.Archive) -> str:
    found = next(archive.search("tipo:consegna"))
    assert found.pec_id is not None
    return found.pec_id


def test_what_is_put_comes_back_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "sent è.eml"
    path.write_bytes(SENT)
    with pecpy.Archive.create(tmp_path / "a.pecarchive") as archive:
        first = archive.put(path, now=NOW, mailbox="ufficio")
        assert (first.stored, len(archive), first.id in archive, "x" in archive) == ("new", 1, True, False)
        for given in (SENT, bytearray(SENT), io.BytesIO(SENT), pecpy.Message(SENT)):
            assert archive.put(given, now=NOW) == pecpy.Put(first.id, "known")
        others = [b"A: %d\r\n\r\n" % number for number in range(7)]
        puts = archive.put_many([SENT, *others], batch=3, now=NOW)
        assert [put.stored for put in puts] == ["known", *["new"] * 7]
        assert archive.get(first.id) == SENT
        file = io.BytesIO()
        archive.get_to(first.id, file)
        assert file.getvalue() == SENT
        assert archive.entry(first.id).mailboxes == ("ufficio",)
        with pytest.raises(pecpy.NotInArchiveError) as caught:
            archive.get("0" * 64)
        assert isinstance(caught.value, LookupError) and caught.value.code == "archive.not_found"
        with pytest.raises(pecpy.ArgumentError):
            archive.get("no id")


def test_what_a_file_raises_comes_out(archive: pecpy.Archive) -> None:
    class Broken:
        def write(self, piece: bytes) -> int | None:
            raise KeyError("on purpose")

    class Slow:
        def __init__(self) -> None:
            self.taken = b""

        def write(self, piece: bytes) -> int | None:
            self.taken += piece[:100]
            return len(piece[:100])

    id = next(archive.search()).id
    with pytest.raises(KeyError, match="on purpose"):
        archive.get_to(id, Broken())
    slow = Slow()
    archive.get_to(id, slow)
    assert slow.taken == archive.get(id)


def test_what_was_submitted_waits_for_its_receipts(tmp_path: Path) -> None:
    with pecpy.Archive.create(tmp_path / "a.pecarchive") as archive:
        office = "ufficio@cert.beta.example"
        archive.put_submitted(SENT, sender="anna@pec.alfa.example", recipients=[office], at=NOW)
        [dossier] = archive.ledger("<9@ditta.example>", now=NOW).dossiers(now=NOW)
        [recipient] = dossier.recipients
        assert (recipient.address, recipient.state) == (office, pecpy.State.PENDING)
        assert [it.subject for it in archive.search("stato:in-attesa-accettazione")] == ["Perché"]


def test_it_is_found(archive: pecpy.Archive, anchored: pecpy.TrustStore) -> None:
    all = list(archive.search())
    assert len(all) == len(archive) > 2
    assert list(archive.search(page_size=1)) == all
    first = archive.page(limit=2)
    assert (list(first), len(first), first[0]) == (all[:2], 2, all[0])
    second = archive.page(start=first.next, limit=100)
    assert (list(second), second.next) == (all[2:], None)
    delivered = next(archive.search("tipo:consegna"))
    assert delivered.verdict is pecpy.Verdict.CERTIFIED and delivered.certified_at is not None
    assert delivered.dated_at == delivered.certified_at
    assert pickle.loads(pickle.dumps(delivered)) == delivered
    about = archive.messages_about(transaction(archive))
    assert set(about) <= {it.id for it in all}
    [dossier] = archive.ledger(transaction(archive), now=NOW, trust=anchored).dossiers(now=NOW)
    assert pecpy.State.DELIVERED in [it.state for it in dossier.recipients]
    assert {event.source for event in dossier.events} <= set(about)
    assert "<bdi>certified</bdi>" in first._repr_html_() + second._repr_html_()
    assert "messages</th><td>" in archive._repr_html_()


def test_a_query_is_explained(archive: pecpy.Archive) -> None:
    for call in (archive.search, archive.page):
        with pytest.raises(pecpy.QueryError) as caught:
            call("da:x mittente:y")
        assert isinstance(caught.value, ValueError) and "character 6" in caught.value.evidence
    assert pecpy.explain_query("da:x") is None
    explained = pecpy.explain_query("da:x mittente:y")
    assert explained is not None and explained[:2] == (5, 14) and "campo sconosciuto" in explained[2]
    with pytest.raises(pecpy.ArgumentError):
        archive.page(limit=0)


def test_an_import_tells_what_it_could_not_read(tmp_path: Path, archive: pecpy.Archive) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "vuoto.eml").write_bytes(b"")
    (folder / "uno.eml").write_bytes(SENT)
    seen: list[tuple[int, int]] = []
    imported = archive.import_mail([folder], now=NOW, progress=lambda done, total: seen.append((done, total)))
    assert (imported.new, imported.complete, seen[-1]) == (1, True, (2, 2))
    [unread] = imported.exceptions
    assert unread.place.endswith("vuoto.eml") and unread.it and unread.en
    assert archive.import_mail(folder, now=NOW).skipped == 1

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.check(progress=stop)


def test_terms_holds_and_erasures(archive: pecpy.Archive) -> None:
    ids = [it.id for it in archive.search()]
    assert archive.terms() == {"": 120}
    archive.set_term("brevi", 1, now=NOW)
    other = archive.put(b"Message-ID: <altro@ditta.example>\r\n\r\naltro\r\n", now=NOW).id
    archive.classify([*ids, other], "brevi", now=NOW)
    archive.hold(ids[0], "causa 1", now=NOW)
    with pytest.raises(pecpy.NotInArchiveError):
        archive.classify(ids, "lunghe", now=NOW)
    archive.hold(ids, "verifica", now=NOW)
    assert archive.cases() == {"causa 1": 1, "verifica": len(ids)}
    assert archive.held("causa 1") == [ids[0]] and set(archive.held("verifica")) == set(ids)
    kept = archive.retention(ids[0])
    assert (kept.id, kept.class_, kept.cases, kept.waits) == (ids[0], "brevi", ("causa 1", "verifica"), ())
    assert NOW < kept.until < LATER and pecpy.Retention.from_json(kept.to_json()) == kept
    assert archive.release("verifica", now=NOW) == len(ids) and archive.retention(ids[1]).cases == ("causa 1",)
    for missing in (lambda: archive.held("verifica"), lambda: archive.retention("0" * 64)):
        with pytest.raises(pecpy.NotInArchiveError):
            missing()
    endings = archive.expiring(LATER, now=NOW)
    assert {it.what for it in endings} == {"term", "certificate"} and all(it.ends for it in endings)
    assert all(it.held_for == "causa 1" and it.log is None for it in archive.erase(ids[1:], "prova", now=NOW))
    assert archive.erase(other, "prova", now=NOW)[0].kept_until == archive.retention(other).until
    *held, gone = archive.acting_as("anna.verdi").erase([*ids, other], "termine", now=LATER)
    # What holds one message holds its dossier.
    assert {(it.held_for, it.log) for it in held} == {("causa 1", None)}
    assert len(archive) == len(ids) and gone.log is not None
    certificate = archive.log_entry(gone.log)
    assert certificate and other in certificate and "anna.verdi" in certificate
    assert archive.log_entry(10_000) is None
    archive.scrub()
    assert archive.release("causa 1", now=LATER) == 1
    with pytest.raises(pecpy.NotInArchiveError):
        archive.release("causa 1", now=LATER)
    with pytest.raises(pecpy.ArchiveError) as caught:
        archive.erase(ids[0], " ", now=LATER)
    assert caught.value.code == "archive.value"


def test_tags(archive: pecpy.Archive) -> None:
    ids = [it.id for it in archive.search()]
    archive.tag(ids, "bandi", now=NOW)
    archive.untag(ids[1], "bandi", now=NOW)
    assert {it.id for it in archive.search("etichetta:bandi")} == set(ids) - {ids[1]}


def test_it_is_looked_after(tmp_path: Path, archive: pecpy.Archive, anchored: pecpy.TrustStore) -> None:
    assert archive.check().is_clean
    assert archive.collect().bodies == 0
    archive.backup(tmp_path / "copia.pecarchive")
    with pytest.raises(pecpy.ArchiveError) as caught:
        archive.backup(tmp_path / "copia.pecarchive")
    assert caught.value.code == "archive.exists" and "sovrascrive" in caught.value.text("it")
    # Nobody vouches for the providers any more.
    changed = archive.reverify(now=NOW)
    assert changed and all(it.before is pecpy.Verdict.CERTIFIED is not it.after for it in changed)
    archive.rebuild_index(now=NOW, trust=anchored)
    assert archive.reverify(now=NOW, trust=anchored) == []
    salvaged = pecpy.Archive.salvage(tmp_path / "copia.pecarchive", tmp_path / "salvato.pecarchive", now=NOW)
    assert (salvaged.messages, salvaged.lost, salvaged.complete) == (len(archive), (), True)
    size, root = archive.log_root()
    assert size == archive.stats().log_entries and len(root) == 64


def test_a_bundle_proves_and_damage_is_named(archive: pecpy.Archive, anchored: pecpy.TrustStore, tmp_path: Path) -> None:
    bundle = pecpy.proof.make(archive, transaction(archive), now=NOW, trust=anchored)
    path = tmp_path / "prova.zip"
    path.write_bytes(bundle)
    for given in (bundle, path, io.BytesIO(bundle)):
        report = pecpy.proof.verify(given, now=LATER, trust=anchored)
        assert report.is_intact and report.is_sound and report.transaction == transaction(archive)
    [dossier] = report.dossiers
    assert pecpy.State.DELIVERED in [it.state for it in dossier.recipients]
    assert all(it.witnessed is None for it in report.messages)
    assert "CERTIFIED" in report._repr_html_()
    # The same file for somebody who trusts nobody.
    assert not pecpy.proof.verify(bundle, now=LATER).is_sound
    damaged = pecpy.proof.verify(bundle.replace(b"Preventivo", b"Preventivi", 1), now=LATER, trust=anchored)
    assert not damaged.is_intact and not damaged.is_sound and damaged.faults[0]["fault"] == "object"
    assert "NOT PROVEN" in damaged._repr_html_()
    assert pecpy.proof.verify(b"no bundle").faults[0]["fault"] == "frame"
    commands = pecpy.proof.expert_commands(bundle)
    assert commands and "$ openssl cms -verify" in commands
    assert pickle.loads(pickle.dumps(report)) == report
    with pytest.raises(pecpy.NotInArchiveError):
        pecpy.proof.make(archive, "nothing")


def test_where_an_address_was_found_is_kept_and_proven(archive: pecpy.Archive, anchored: pecpy.TrustStore) -> None:
    sent = next(id for id in archive.messages_about(transaction(archive)) if archive.entry(id).kind == "ordinary")
    asked = pecpy.Lookup("ufficio@cert.beta.example", "INAD", NOW, asked="RSSMRA80A01H501U", valid_on=date(2026, 2, 9), answer=b"{\xff}")
    archive.note_lookup(sent, asked, now=NOW)
    archive.note_lookup([sent], pecpy.Lookup("ufficio@cert.beta.example", "INI-PEC", NOW, found=False), now=NOW)
    kept = archive.lookups(sent)
    assert kept == [asked, pecpy.Lookup("ufficio@cert.beta.example", "INI-PEC", NOW, found=False)]
    assert pecpy.Lookup.from_json(asked.to_json()) == asked and pickle.loads(pickle.dumps(asked)) == asked
    report = pecpy.proof.verify(pecpy.proof.make(archive, transaction(archive), now=NOW, trust=anchored), now=LATER, trust=anchored)
    assert report.is_sound and {(it.register, it.found) for it in report.lookups} == {("INAD", True), ("INI-PEC", False)}
    assert {it.valid_on for it in report.lookups} == {date(2026, 2, 9), None}
    assert all(it.asked_at == NOW and it.witnessed is None for it in report.lookups)
    assert "not found in INI-PEC, 2026-03-01, as stated" in report._repr_html_()
    for wrong in (pecpy.Lookup("ufficio", "INAD", NOW), pecpy.Lookup("a@b.example", "INAD", LATER)):
        with pytest.raises(pecpy.ArchiveError) as caught:
            archive.note_lookup(sent, wrong, now=NOW)
        assert caught.value.code == "archive.value"
    with pytest.raises(TypeError, match="a Lookup is wanted, not dict"):
        archive.note_lookup(sent, {}, now=NOW)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="time zone"):
        archive.note_lookup(sent, pecpy.Lookup("a@b.example", "INAD", datetime(2026, 1, 1)), now=NOW)
    with pytest.raises(pecpy.NotInArchiveError):
        archive.lookups("0" * 64)


CONFIGURATION = """[tsa_config]
serial = serial
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
signer_digest = sha256
"""


class Authority:
    """A time-stamping authority, made by OpenSSL alone, whose certificate lives for these days; it stamps by the clock."""

    def __init__(self, folder: Path, days: int) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "tsa.cnf").write_text(CONFIGURATION)
        (folder / "tsa.ext").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
        usage = "-addext keyUsage=critical,keyCertSign,cRLSign"
        self.run(f"req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 9999 -subj /CN=Radice {usage}")
        self.run("req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=Marche")
        signed = "-CA root.pem -CAkey root.key -CAcreateserial -out tsa.pem -extfile tsa.ext"
        self.run(f"x509 -req -in tsa.csr {signed} -days {days}")

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def run(self, arguments: str) -> None:
        subprocess.run(["openssl", *arguments.split()], cwd=self.folder, check=True, capture_output=True)

    def answer(self, request: bytes) -> bytes:
        (self.folder / "request").write_bytes(request)
        self.run("ts -reply -queryfile request -config tsa.cnf -section tsa_config -signer tsa.pem -inkey tsa.key -out answer")
        return (self.folder / "answer").read_bytes()


def authority(folder: Path, days: int) -> Authority:
    try:
        return Authority(folder, days)
    except FileNotFoundError:
        pytest.skip("there is no openssl on the path")


def test_a_stamp_is_borne_while_it_is_renewed(archive: pecpy.Archive, anchored: pecpy.TrustStore, tmp_path: Path) -> None:
    short, long = authority(tmp_path / "short", 30), authority(tmp_path / "long", 9000)
    trust = anchored.with_time_stamp_anchor(short.root).with_time_stamp_anchor(long.root)
    now = datetime.now(timezone.utc) + timedelta(minutes=1)
    ends, later = now + timedelta(days=30), now + timedelta(days=365 * 7)
    assert "stamp" not in {it.what for it in archive.expiring(later, now=now)}
    stamped = archive.stamp(lambda note: short.answer(pecpy.proof.time_stamp_request(note)), trust=trust, now=now)
    assert (stamped.authority, stamped.size) == ("CN=Marche", 3) and stamped.ends and abs(stamped.ends - ends) < timedelta(hours=1)
    ending = next(it for it in archive.expiring(later, now=now) if it.what == "stamp")
    assert (ending.ends, ending.message, ending.stamp) == (stamped.ends, None, pecpy.Stamped.from_json(stamped.to_json()))
    assert pecpy.Ending.from_json(ending.to_json()) == ending

    def witnessed(at: datetime) -> pecpy.proof.Witnessed:
        report = pecpy.proof.verify(archive.bundle(transaction(archive), trust=trust, now=now), trust=trust, now=at)
        assert report.is_sound and "existed on" in report._repr_html_()
        assert ("lapsed" in report._repr_html_()) == any(it.witnessed and it.witnessed.lapsed for it in report.messages)
        [found] = {it.witnessed and (it.witnessed.at, it.witnessed.borne_until) for it in report.messages}
        assert found
        return next(it.witnessed for it in report.messages if it.witnessed)

    once = witnessed(now)
    assert (once.at, once.borne_until, once.renewals, once.lapsed) == (stamped.time, stamped.ends, 0, False)
    assert witnessed(later).lapsed
    renewed = archive.stamp(lambda note: long.answer(pecpy.proof.time_stamp_request(note)), trust=trust, now=now)
    twice = witnessed(later)
    assert (twice.at, twice.borne_until, twice.renewals, twice.lapsed) == (stamped.time, renewed.ends, 1, False)


def test_the_example_runs(tmp_path: Path) -> None:
    stamper = authority(tmp_path / "tsa", 60)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            answer = stamper.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: Any) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        environment = {
            **os.environ,
            "PEC_TSA": f"http://127.0.0.1:{server.server_address[1]}/",
            "PEC_TSA_ANCHOR": str(stamper.root),
            "PEC_ANCHOR": str(CONFORMANCE / "artefacts" / "root.crt"),
            "PYTHONIOENCODING": "utf-8",
            "no_proxy": "*",
        }
        example = Path(__file__).parents[1] / "examples" / "archive.py"
        command = [sys.executable, str(example), str(tmp_path / "a.pecarchive"), str(MAIL), str(tmp_path / "prove")]
        run = [subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60) for _ in range(2)]
        server.shutdown()
        thread.join()
    for done in run:
        assert done.returncode == 0, done.stderr
        # Within three months the authority's certificate ends: it is stamped each time.
        assert "3 messaggi nuovi" in run[0].stdout and "marcate il" in done.stdout and "provata" in done.stdout
    assert "0 messaggi nuovi" in run[1].stdout
    [bundle] = (tmp_path / "prove").iterdir()
    trust = pecpy.TrustStore().with_host_anchor(CONFORMANCE / "artefacts" / "root.crt").with_time_stamp_anchor(stamper.root)
    assert all(message.witnessed for message in pecpy.proof.verify(bundle, trust=trust).messages)
    # Mail that is not there, an authority that does not answer: both told, and what is there is proven.
    command[3] = str(tmp_path / "manca")
    third = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert third.returncode == 0 and "manca" in third.stderr and "nessuna marca" in third.stderr and "provata" in third.stdout


def test_a_time_stamp_that_proves_nothing_is_not_taken(archive: pecpy.Archive) -> None:
    notes = []

    def no_token(note: bytes) -> bytes:
        notes.append(note)
        return b"no token"

    def down(note: bytes) -> bytes:
        raise ConnectionError("the line is down")

    with pytest.raises(pecpy.TimeStampError):
        archive.stamp(no_token, now=NOW)
    assert notes[0].startswith(b"pec-archive\n")
    with pytest.raises(ConnectionError, match="the line is down"):
        archive.stamp(down, now=NOW)
    assert archive.stats().stamped_entries == 0


def test_a_deposit_and_what_is_answered(tmp_path: Path, archive: pecpy.Archive, anchored: pecpy.TrustStore) -> None:
    producer = "VATIT-12345678903=Ditta S.r.l."
    signers = ["responsabile:TINIT-RSSMRA70A01H501S=Rossi, Maria"]
    made = archive.deposit(
        tmp_path / "versamenti", producer=producer, query="", now=NOW, trust=anchored, signer=signers, max_documents=100
    )
    [package] = made.packages
    assert package.documents == len(archive) and (Path(package.path) / "PIndex.xml").exists()
    again = archive.deposit(tmp_path / "altri", producer=producer, transactions=[transaction(archive)], now=NOW)
    assert again.packages == () and again.already > 0
    id = next(archive.search()).id
    answer = f"<R><Voce><Impronta>{id}</Impronta><Stato>RESPINTO</Stato></Voce></R>".encode()
    form: Any = {"document": "Voce", "digest": ["Impronta"], "outcome": "Stato", "refused": "RESPINTO"}
    report = archive.deposit_report(answer, form=form, now=NOW)
    assert report.refused == ((id, ""),) and not report.known
    assert [it.state for it in archive.deposited(package.name) if it.id == id] == ["refused"]
    archive.deposit_again(package.name, tmp_path / "di nuovo.zip", producer=producer, now=NOW + timedelta(minutes=1))
    first, second = archive.deposits()
    assert (first.refused, second.again_of, second.waiting) == (1, first.name, 1)
    assert archive.withdraw_deposit(second.name, "perso", now=NOW) == 1
    assert archive.withdraw_deposit(second.name, "perso", now=NOW) == 0
    assert [(it.state, it.reason) for it in archive.deposited(second.name)] == [("refused", "perso")]
    with pytest.raises(pecpy.NotInArchiveError):
        archive.withdraw_deposit("nessuno", "perso")
    with pytest.raises(pecpy.ArchiveError) as caught:
        archive.withdraw_deposit(second.name, " ")
    assert caught.value.code == "archive.value"
    for options in ({"colour": "red"}, {"max_bytes": "many"}, {"retention": 0}):
        with pytest.raises(pecpy.ArchiveError) as caught:
            archive.deposit(tmp_path / "x", producer=producer, query="", now=NOW, **options)
        assert caught.value.code == "archive.value"
    with pytest.raises(TypeError):
        archive.deposit(tmp_path / "x", producer=producer)
    with pytest.raises(pecpy.ArchiveError) as caught:
        archive.deposit_report(b"<R/>", now=NOW)
    assert caught.value.code == "archive.report"


def test_closed_and_read_only(tmp_path: Path, archive: pecpy.Archive) -> None:
    other = archive.acting_as("anna.verdi")
    assert (archive.actor, other.actor) == ("host", "anna.verdi")
    archive.close()
    archive.close()
    with pytest.raises(ValueError, match="closed"):
        archive.stats()
    assert repr(archive) == "<pecpy.Archive, closed>" and len(other) > 2
    with pecpy.Archive(other.path, mode="read") as reader:
        assert len(reader) == len(other)
        with pytest.raises(pecpy.ArchiveError) as caught:
            reader.put(SENT, now=NOW)
        assert (caught.value.code, caught.value.layer) == ("archive.read_only", "device")
    with pytest.raises(pecpy.ArgumentError):
        pecpy.Archive(other.path, mode="append")  # type: ignore[arg-type]
    for name, code in (("nothing", "archive.missing"), ("text", "archive.not_an_archive")):
        (tmp_path / "text").write_text("no archive")
        with pytest.raises(pecpy.ArchiveError) as caught:
            pecpy.Archive(tmp_path / name)
        assert caught.value.code == code


def test_threads_share_it(archive: pecpy.Archive) -> None:
    before, failed = len(archive), []

    def work(number: int) -> None:
        try:
            for at in range(5):
                put = archive.put(b"A: %d %d\r\n\r\n" % (number, at), now=NOW)
                assert archive.get(put.id) and list(archive.search("tipo:accettazione"))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and len(archive) == before + 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_opens_its_own(archive: pecpy.Archive) -> None:
    child = os.fork()
    if child == 0:
        try:
            archive.stats()
        except pecpy.PecError as error:
            archive.close()
            os._exit(0 if error.code == "process.forked" else 1)
        os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert archive.put(SENT, now=NOW).stored == "new" and archive.check().is_clean


def test_reports_are_the_lines_that_the_program_prints(archive: pecpy.Archive, anchored: pecpy.TrustStore) -> None:
    """`REPORTS` has the lines of Rust for cases; those of archives are compared with the program in Rust (pec-ffi). Here: that a
    report is read without loss, and says its form first."""
    page = archive.page("tipo:consegna")
    lines = page.to_json().splitlines()
    assert [it.to_json() for it in page] == lines[:-1] and pecpy.Page.from_json(page.to_json()) == page
    assert lines[-1] == '{"schema":"pec-archive/1","report":"page","next":null}'
    report = pecpy.proof.verify(archive.bundle(transaction(archive), now=NOW, trust=anchored), now=NOW, trust=anchored)
    assert report.to_json().startswith('{"schema":"pec-proof-report/1","transaction":')
    reports: list[Any] = [archive.stats(), archive.check(), *archive.expiring(LATER, now=NOW), *archive.reverify(now=NOW)]
    assert len(reports) > 4
    for it in reports:
        line = it.to_json()
        assert type(it).from_json(line) == it
        keys = list(json.loads(line))
        assert keys[:2] == ["schema", "report"]
        assert set(keys[2:]) <= {name for name in vars(it) if not name.startswith("_")}




def test_reports_are_tables_with_the_words_of_the_source(archive: pecpy.Archive) -> None:
    traffic = archive.report("traffic", months="2026-02..2026-03", now=NOW)
    assert (traffic.name, len(traffic) > 0, traffic.warning) == ("traffic", True, None)
    assert traffic.rows[0]["mailbox"] == "anna@pec.alfa.example"
    assert sum(int(row["messages"] or 0) for row in traffic.rows) == len(archive)
    titles = traffic.to_csv().splitlines()[0]
    assert titles.startswith(b"Mese,Cliente,Account,Casella,")
    assert traffic.to_csv(bom=True) == b"\xef\xbb\xbf" + traffic.to_csv()
    assert json.loads(traffic.to_json())["rows"] == traffic.rows
    assert traffic.to_html().startswith("<!DOCTYPE html>") and "<script" not in traffic.to_html()
    empty = archive.report("active-mailboxes", now=NOW)
    assert (len(empty), empty.rows, empty.warning) == (0, [], "Attenzione: nessun dato estratto")
    for kind in ("delegates", "access-lost"):
        with pytest.raises(pecpy.ArchiveError) as caught:
            archive.report(kind, months="2026-02", now=NOW)
        assert caught.value.code == "archive.value"
    with pytest.raises(pecpy.NotInArchiveError):
        archive.report("traffic", client="C9", now=NOW)
    wrong: list[dict[str, Any]] = [{"kind": "boh"}, {"months": "2026-13"}, {"client": "C1", "account": "A1"}]
    for parameters in wrong:
        with pytest.raises(pecpy.ArgumentError):
            archive.report(**{"kind": "traffic", **parameters})
    records = '{"expected": {"mx": [], "txt": []}, "checks": []}'
    assert archive.domain_report(records, now=NOW).rows == []
    with pytest.raises(pecpy.ArgumentError):
        archive.domain_report("{}", anomalous_only=True, now=NOW)
