"""The wire: against the sandbox's server and a Dovecot, and against a small server that counts what it is asked."""

from __future__ import annotations

import asyncio
import base64
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import types
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import PUBLISHED, ROOT

import pecpy
from pecpy import Credential, Hub, Secrets, _pecpy, aio

ANNA = "anna@pec.alfa.example"
UFFICIO = "ufficio@cert.beta.example"
PASSWORD = "pàsswörd \\\"€ 日本"
SINCE = datetime(2000, 1, 1, tzinfo=timezone.utc)


def letter(number: int) -> bytes:
    """A message of anna's to the office."""
    text = (
        f"From: <{ANNA}>\r\nTo: {UFFICIO}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <{number}@ditta.example>\r\n"
        "Subject: Contratto\r\n\r\nIn allegato.\r\n"
    )
    return text.encode()


def reply() -> bytes:
    """A message of the office's to anna."""
    return letter(9).replace(ANNA.encode(), b"@@").replace(UFFICIO.encode(), ANNA.encode()).replace(b"@@", UFFICIO.encode())


class Office:
    """An archive, a store of passwords, a hub."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.archive = pecpy.Archive.create(folder / "posta.pecarchive")
        self.secrets = Secrets(folder / "segreti", key=bytes(range(32)))
        self.more = more

    def hub(self) -> Hub:
        return Hub(self.archive, secrets=self.secrets, **self.more)

    def aio(self) -> aio.Hub:
        return aio.Hub(self.archive, secrets=self.secrets, **self.more)


class Provider:
    """A sandbox that serves, and a Dovecot in front of its Maildirs."""

    def __init__(self, folder: Path, sandbox: pecpy.Sandbox) -> None:
        self.sandbox = sandbox
        self.server = sandbox.serve(folder / "posta", password="pec")
        try:
            hooks: Any = _pecpy
            self.dovecot = hooks._Dovecot(folder / "posta", [(ANNA, PASSWORD)])
        except FileNotFoundError:
            self.server.stop()
            pytest.skip("Dovecot is not installed (apt-get install dovecot-imapd)")
        port, authority, _ = self.dovecot.state()
        (folder / "ufficio").mkdir()
        roots = [self.server.tls_authority, authority]
        self.office = Office(folder / "ufficio", roots=roots, public_roots=False, trust=sandbox.trust)
        self.servers: dict[str, Any] = {"imap": f"localhost:{port}", "smtp": f"localhost:{self.server.smtps[1]}"}

    def submit(self) -> None:
        assert self.sandbox.submit(ANNA, [UFFICIO], letter(1)).answer == "accepted"
        self.sandbox.advance(timedelta(minutes=5))


@pytest.fixture
def provider(sandbox: pecpy.Sandbox) -> Iterator[Provider]:
    if PUBLISHED:
        pytest.skip("the wheel that is given out brings no Dovecot")
    with tempfile.TemporaryDirectory() as folder:
        # Where root tests, Dovecot runs as nobody, for whom this is on the way.
        os.chmod(folder, 0o755)
        provider = Provider(Path(folder), sandbox)
        yield provider
        provider.dovecot.stop()
        provider.server.stop()


class Imap:
    """An IMAP server that counts logins and takes its time, in a thread of its own."""

    def __init__(self, *, pause: float = 0.0, refusal: str | None = None) -> None:
        self.pause, self.refusal = pause, refusal
        self.logins = self.open = self.most = 0
        self.passwords: list[str] = []
        self.sockets: list[Any] = []
        self.loop = asyncio.new_event_loop()
        started = threading.Event()

        async def serve() -> None:
            server = await asyncio.start_server(self.one, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            self.end = asyncio.Event()
            started.set()
            await self.end.wait()
            server.close()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            # What was closed goes away in the next turns of the loop.
            while self.open or self.sockets:
                self.sockets = [socket for socket in self.sockets if socket.fileno() >= 0]
                await asyncio.sleep(0.01)

        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(serve(),))
        self.thread.start()
        assert started.wait(10)

    def __enter__(self) -> Imap:
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join()
        self.loop.close()

    @property
    def servers(self) -> dict[str, Any]:
        here = f"danger-plain://127.0.0.1:{self.port}"
        return {"imap": here, "smtp": here}

    async def one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sockets.append(writer.get_extra_info("socket"))
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            writer.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] pronto\r\n")
            while line := await reader.readline():
                tag, verb, *rest = line.decode().split()
                if verb == "AUTHENTICATE":
                    self.logins += 1
                    self.passwords.append(base64.b64decode(rest[1]).decode().split("\0")[2])
                    # Whoever goes away meanwhile is heard of.
                    try:
                        await asyncio.wait_for(reader.readline(), self.pause)
                        return
                    except (asyncio.TimeoutError, TimeoutError):
                        pass
                    answer = f"NO {self.refusal}" if self.refusal else "OK [CAPABILITY IMAP4rev1] dentro"
                elif verb == "LIST":
                    writer.write(b'* LIST () "/" INBOX\r\n')
                    answer = "OK fatto"
                elif verb == "STATUS":
                    writer.write(b"* STATUS INBOX (MESSAGES 0 UNSEEN 0 UIDNEXT 1 UIDVALIDITY 7)\r\n")
                    answer = "OK fatto"
                elif verb == "EXAMINE":
                    writer.write(b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 1] n\r\n")
                    answer = "OK fatto"
                else:
                    answer = "OK fatto"
                writer.write(f"{tag} {answer}\r\n".encode())
                if verb == "LOGOUT":
                    return
        except ConnectionError:
            pass
        finally:
            self.open -= 1
            writer.close()


def test_a_mailbox_from_end_to_end(provider: Provider, tmp_path: Path) -> None:
    provider.submit()
    office = provider.office
    with office.hub() as hub:
        hub.add(ANNA, Credential(ANNA, PASSWORD), client="Neri", **provider.servers)
        hub.add(UFFICIO, Credential(UFFICIO, "pec", origin="generated"), **provider.servers)
        with hub.open(ANNA) as mailbox:
            checked = mailbox.check()
            assert checked.mailbox == ANNA and [it.name for it in checked.folders] == ["INBOX"]
            assert checked.messages == 2 and "IMAP4REV1" in checked.capabilities
            heard: list[tuple[str, int, int]] = []
            synced = mailbox.sync(progress=lambda *values: heard.append(values))
            assert (synced.new, synced.complete, synced.folders[0].problem) == (2, True, None)
            assert heard and heard[-1] == ("INBOX", 2, 2)
            assert mailbox.sync().new == 0
        report = hub.refresh(budget=30.0)
        assert [it.outcome for it in report] == ["fresh", "fresh"] and report.fresh == 2
        assert report[1].synced and report[1].synced.new == 1
        [anna, ufficio] = hub.mailboxes()
        assert (anna.client, anna.access, anna.access == "ok", anna.new) == ("Neri", pecpy.AccessState.OK, True, 2)
        hub.seen(ANNA)
        assert [it.mailbox for it in hub.mailboxes(only="new", sort="unread")] == [UFFICIO]
        page = hub.summary(only="new")
        assert page.startswith("<!DOCTYPE html>") and "Caselle PEC gestite" in page and UFFICIO in page
        assert hub.radar(now=SINCE).is_clear

        today = hub.today(SINCE)
        assert (today.report.mailboxes, today.report.well) == (2, 2)
        assert {day.client: (len(day.arrived), day.receipts) for day in today.report.clients} == {
            "Neri": (0, 2),
            UFFICIO: (1, 0),
        }
        assert "Contratto" in today.to_html() and today.to_csv("en").startswith(b"\xef\xbb\xbfwhat;client;")
        saved = today.save_attachments(tmp_path / "clienti")
        assert [it.withheld for it in saved] == [None]

        [entry] = office.archive.search("tipo:busta")
        path = hub.deliver_to_maildir(tmp_path / "Maildir", entry.id)
        assert path.read_bytes() == office.archive.get(entry.id)
        with hub.open(UFFICIO) as other:
            [gone] = other.delete_archived(entry.id)
            assert gone.problem is None and other.check().messages == 0
            [back] = other.take_in([entry.id])
            assert back.id == entry.id and back.read_back and other.check().messages == 1
        assert hub.remove(UFFICIO) and not hub.remove(UFFICIO)
        assert [it.mailbox for it in office.secrets.list()] == [ANNA]


def test_what_waits_is_sent_once(provider: Provider) -> None:
    archive = provider.office.archive
    envelope: dict[str, Any] = {"mailbox": ANNA, "sender": ANNA, "recipients": [UFFICIO]}
    archive.queue(letter(2), key="INV-1", **envelope)
    with provider.office.hub() as hub:
        hub.add(ANNA, Credential(ANNA, "pec"), **provider.servers)
        told: list[tuple[int, int]] = []
        dispatch = hub.open(ANNA).send_queued(progress=lambda *values: told.append(values))
        assert (dispatch.sent, dispatch.refused, dispatch.unknown, dispatch.problem) == (("INV-1",), (), (), None)
        assert hub.open(ANNA).send_queued().sent == ()
        assert archive.ticket(ANNA, "INV-1").state == "sent"
    provider.sandbox.advance(timedelta(minutes=5))
    assert len(provider.sandbox.messages(UFFICIO)) == 1

    async def main() -> None:
        archive.queue(letter(3), key="INV-2", **envelope)
        async with provider.office.aio() as hub, await hub.open(ANNA) as mailbox:
            told: list[tuple[int, int]] = []
            assert (await mailbox.send_queued(progress=lambda *values: told.append(values))).sent == ("INV-2",)
            assert told == [(0, 0)]

    asyncio.run(main())


def test_what_comes_is_told_as_it_comes(provider: Provider) -> None:
    with provider.office.hub() as hub:
        hub.add(ANNA, Credential(ANNA, PASSWORD), **provider.servers)
        with hub.open(ANNA).watch(poll=0.2, all_folders=1.0) as watching:
            threading.Timer(0.5, provider.submit).start()
            new = 0
            for synced in watching:
                new += synced.new
                if new == 2:
                    break
        assert watching.problem is None and len(provider.office.archive) == 2
        assert list(watching) == []

    async def main() -> None:
        async with provider.office.aio() as hub, await hub.open(ANNA) as mailbox, mailbox.watch(poll=0.2) as watching:
            waiting = asyncio.ensure_future(watching.__anext__())
            await asyncio.sleep(0.3)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            watching.close()
            assert [it async for it in watching] == []

    asyncio.run(main())


def test_a_refused_password_is_asked_once(tmp_path: Path) -> None:
    office = Office(tmp_path)
    with Imap(refusal="[AUTHENTICATIONFAILED] no") as imap, office.hub() as hub:
        hub.add(ANNA, Credential(ANNA, PASSWORD), **imap.servers)
        with pytest.raises(pecpy.NoAccessError) as caught:
            hub.open(ANNA).check()
        error = caught.value
        assert (error.code, error.layer, error.access) == ("wire.access", "access", pecpy.AccessState.REJECTED)
        assert error.text("it") == pecpy.AccessState.REJECTED.advice("it") and isinstance(error, PermissionError)
        assert PASSWORD not in f"{error!r} {error} {error.evidence}"
        again = pickle.loads(pickle.dumps(error))
        assert (again.code, again.access, str(again)) == (error.code, error.access, str(error))
        [failed] = hub.refresh()
        assert failed.outcome == "failed" and failed.access == "rejected"
        assert isinstance(failed.problem, pecpy.NoAccessError) and failed.problem.access == "rejected"
        asked = imap.logins
        [spared] = hub.refresh()
        assert (spared.outcome, spared.problem, imap.logins) == ("spared", None, asked)
        with pytest.raises(pecpy.NoAccessError):
            hub.open(ANNA)
        assert [it.mailbox for it in hub.radar().access] == [ANNA]
        with pytest.raises(pecpy.NotInArchiveError):
            hub.rotate_credential(UFFICIO, Credential("x", "y"))
        imap.refusal = None
        hub.rotate_credential(ANNA, Credential(ANNA, "nuova"))
        assert hub.refresh().fresh == 1 and imap.passwords == [PASSWORD] * 2 + ["nuova"]


def test_a_watch_that_is_refused_says_so(tmp_path: Path) -> None:
    with Imap(refusal="[EXPIRED] no") as imap, Office(tmp_path).hub() as hub:
        hub.add(ANNA, Credential(ANNA, "x"), **imap.servers)
        watching = hub.open(ANNA).watch()
        with pytest.raises(pecpy.NoAccessError) as caught:
            next(watching)
        assert caught.value.access == "password-expired" and imap.logins == 1
        assert list(watching) == []


def test_every_wait_is_ended_by_ctrl_c(tmp_path: Path) -> None:
    with Imap(pause=60.0) as imap, Office(tmp_path).hub() as hub:
        hub.add(ANNA, Credential(ANNA, "x"), **imap.servers)
        mailbox = hub.open(ANNA)
        for call in (mailbox.check, mailbox.sync, lambda: next(mailbox.watch()), lambda: hub.refresh(budget=50.0)):
            begun = time.monotonic()
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt):
                call()
            assert time.monotonic() - begun < 5


def test_what_progress_raises_ends_the_work(provider: Provider) -> None:
    provider.submit()

    def stop(folder: str, done: int, total: int) -> None:
        raise RuntimeError(folder)

    with provider.office.hub() as hub:
        hub.add(ANNA, Credential(ANNA, PASSWORD), **provider.servers)
        with pytest.raises(RuntimeError, match="INBOX"):
            hub.open(ANNA).sync(progress=stop)
        assert hub.open(ANNA).sync().complete

    async def main() -> None:
        async with provider.office.aio() as hub:
            await hub.add(UFFICIO, Credential(UFFICIO, "pec"), **provider.servers)
            async with await hub.open(UFFICIO) as mailbox:
                with pytest.raises(RuntimeError, match="INBOX"):
                    await mailbox.sync(progress=stop)
                assert (await mailbox.sync()).complete

    asyncio.run(main())
    assert len(provider.office.archive) == 3, "what was stored stays"


def test_two_hundred_at_once_need_no_thread_each(tmp_path: Path) -> None:
    async def main() -> None:
        office = Office(tmp_path)
        with Imap(pause=1.0) as imap:
            async with office.aio() as hub:
                addresses = [f"casella{n}@pec.alfa.example" for n in range(200)]
                for address in addresses[:1]:
                    await hub.add(address, Credential(address, "x"), **imap.servers)
                table = "casella;imap;smtp;password\r\n" + "".join(
                    f"{it};{imap.servers['imap']};{imap.servers['smtp']};x\r\n" for it in addresses[1:]
                )
                assert len((await hub.import_csv(table.encode())).added) == 199
                opened = [await hub.open(address) for address in addresses]
                before = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0
                checks = asyncio.gather(*(mailbox.check() for mailbox in opened))
                await asyncio.sleep(0.8)
                during = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0
                assert {it.mailbox for it in await checks} == set(addresses)
                assert imap.most > 100, "they really were at the same time"
                assert during - before < 70, f"{before} threads before, {during} meanwhile"

    asyncio.run(main())


def test_cancelling_a_task_ends_its_connection(tmp_path: Path) -> None:
    async def main() -> None:
        with Imap(pause=60.0) as imap:
            async with Office(tmp_path).aio() as hub:
                await hub.add(ANNA, Credential(ANNA, "x"), **imap.servers)
                mailbox = await hub.open(ANNA)
                for call in (mailbox.check, mailbox.sync, lambda: hub.refresh(budget=50.0)):
                    with pytest.raises((asyncio.TimeoutError, TimeoutError)):
                        await asyncio.wait_for(call(), 0.3)
                    for _ in range(100):
                        if imap.open == 0:
                            break
                        await asyncio.sleep(0.05)
                    assert imap.open == 0

    asyncio.run(main())


def test_others_work_meanwhile(tmp_path: Path) -> None:
    with Imap(pause=1.0) as imap, Office(tmp_path).hub() as hub:
        hub.add(ANNA, Credential(ANNA, "x"), **imap.servers)
        mailbox, count = hub.open(ANNA), 0
        waiting = threading.Thread(target=mailbox.check)
        waiting.start()
        while waiting.is_alive():
            count += 1
            time.sleep(0.001)
        assert count > 100


def test_a_table_is_judged_as_a_whole(tmp_path: Path) -> None:
    with Office(tmp_path, capacity=1).hub() as hub:
        table = b"casella;imap;smtp;password;codice fiscale;foglio\r\na@x.example;h:1;h:1;segreta;1;\r\nb@x.example;h:1;h:1;y;;\r\n"
        judged = hub.import_csv(table)
        assert (judged.added, judged.ignored, [(it.row, it.column) for it in judged.errors]) == (
            (),
            ("foglio",),
            [(2, "codice fiscale")],
        )
        assert "servono" in judged.errors[0].it and "segreta" not in judged.to_json()
        assert hub.import_csv(table, right_rows=True).added == ("b@x.example",)
        with pytest.raises(pecpy.WireError) as caught:
            hub.add("c@x.example", Credential("c", "y"), imap="h:1", smtp="h:1")
        assert caught.value.code == "hub.capacity" and caught.value.access is None


def test_mandates(tmp_path: Path) -> None:
    now = datetime.now(timezone.utc)
    with Office(tmp_path, mandates="required").hub() as hub:
        servers: dict[str, Any] = {"imap": "h:1", "smtp": "starttls://h:2"}
        with pytest.raises(pecpy.NoAccessError, match="hub.mandate"):
            hub.add(ANNA, Credential(ANNA, "x"), **servers)
        ended = now - timedelta(days=1)
        hub.add(
            ANNA,
            Credential(ANNA, "x", expires=now + timedelta(days=3), renewal="il titolare"),
            mandate_from=SINCE,
            mandate_until=ended,
            mandate_evidence="ab" * 32,
            tax_id="00743110157",
            overrides={"per_minute": 6},
            **servers,
        )
        [mailbox] = hub.mailboxes()
        assert mailbox.mandate == pecpy.Mandate(SINCE, ended, "ab" * 32) and mailbox.tax_id == "00743110157"
        with pytest.raises(pecpy.NoAccessError, match="hub.mandate"):
            hub.open(ANNA)
        radar = hub.radar()
        assert [it.mailbox for it in radar.mandates] == [it.mailbox for it in radar.passwords] == [ANNA]
        for wrong in ({"per_week": 1}, {"per_minute": -1}):
            with pytest.raises((pecpy.ArgumentError, OverflowError)):
                hub.add(ANNA, Credential(ANNA, "x"), mandate_from=SINCE, overrides=wrong, **servers)


def test_the_stores_of_passwords(tmp_path: Path) -> None:
    path = tmp_path / "segreti"
    secrets = Secrets(path, passphrase="cavallo batteria graffetta")
    secrets.put(ANNA, Credential(ANNA, PASSWORD, origin="generated", expires=SINCE), "submission")
    [kept] = secrets.list()
    assert (kept.mailbox, kept.field, kept.origin, kept.expires) == (ANNA, "submission", "generated", SINCE)
    assert secrets.get(ANNA) is None
    found = Secrets(path, passphrase="cavallo batteria graffetta").get(ANNA, "submission")
    assert found is not None and found.reveal() == PASSWORD and PASSWORD not in repr(found)
    made: Any = Secrets
    for wrong in ({"passphrase": "altra"}, {"key": bytes(32)}):
        with pytest.raises(pecpy.SecretError) as caught:
            made(path, **wrong)
        assert caught.value.code == "secret.key"
    for both in ({}, {"key": bytes(32), "passphrase": "x"}):
        with pytest.raises(TypeError):
            made(path, **both)
    with pytest.raises(pecpy.ArchiveError):
        Secrets(path, key=b"short")

    class Broken:
        def get(self, mailbox: str, field: str) -> Credential | None:
            raise LookupError(PASSWORD)

        put = remove = get

    host = Secrets.host(Broken())  # type: ignore[arg-type]
    with pytest.raises(pecpy.SecretError) as caught:
        host.get(ANNA)
    assert caught.value.code == "secret.store" and "LookupError" in str(caught.value)
    assert PASSWORD not in str(caught.value)
    with pytest.raises(pecpy.SecretError):
        host.list()


def test_the_keyring_of_the_system_keeps_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(pecpy.SecretError) as caught:
        Secrets.keyring()
    assert caught.value.code == "secret.unsupported"

    kept: dict[tuple[str, str], str] = {}
    keyring: Any = types.ModuleType("keyring")
    keyring.get_password = lambda service, user: kept.get((service, user))
    keyring.set_password = lambda service, user, password: kept.update({(service, user): password})
    keyring.delete_password = lambda service, user: kept.pop((service, user))
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    secrets = Secrets.keyring("gestionale")
    assert secrets.get(ANNA) is None and not secrets.remove(ANNA)
    secrets.put(ANNA.upper(), Credential(ANNA, PASSWORD, origin="generated", expires=SINCE, renewal="il titolare"))
    secrets.put(ANNA, Credential("altra", "x"), "submission")
    found = secrets.get(ANNA)
    assert found is not None and (found.login, found.reveal(), found.origin) == (ANNA, PASSWORD, "generated")
    assert (found.expires, found.renewal) == (SINCE, "il titolare")
    assert set(kept) == {("gestionale", f"access {ANNA}"), ("gestionale", f"submission {ANNA}")}
    # Two services know nothing of each other; what is odd in it is told without what it holds.
    assert Secrets.keyring("altro").get(ANNA) is None
    kept["gestionale", f"access {ANNA}"] = PASSWORD
    with pytest.raises(pecpy.SecretError) as caught:
        secrets.get(ANNA)
    assert PASSWORD not in str(caught.value)
    assert secrets.remove(ANNA) and not secrets.remove(ANNA)


def test_options_that_cannot_be_used(tmp_path: Path) -> None:
    office = Office(tmp_path)
    wrong: list[dict[str, Any]] = [
        {"proxy": "ftp://u:segreta@h:1"},
        {"roots": b"no certificate"},
        {"profiles": b"[[provider]]\nname = 1\n"},
        {"mandates": "some"},
    ]
    for options in wrong:
        with pytest.raises(pecpy.ArgumentError) as caught:
            Hub(office.archive, secrets=office.secrets, **options)
        assert "segreta" not in f"{caught.value!r}"
    with pytest.raises(TypeError):
        Hub(office.archive, secrets=office.secrets, capacity="many")  # type: ignore[arg-type]
    with office.hub() as hub:
        with pytest.raises(pecpy.ArgumentError):
            hub.mailboxes(only="old")  # type: ignore[arg-type]
        with pytest.raises(ValueError):
            hub.refresh(budget=-1.0)
    with pytest.raises(ValueError, match="closed"):
        hub.mailboxes()
    hub.close()
    assert "closed" in repr(hub)


def test_a_dead_server_is_unreachable(tmp_path: Path) -> None:
    with Imap() as imap:
        port = imap.port
    with Office(tmp_path).hub() as hub:
        hub.add(ANNA, Credential(ANNA, "x"), imap=f"127.0.0.1:{port}", smtp=f"127.0.0.1:{port}")
        with pytest.raises(pecpy.UnreachableError) as caught:
            hub.open(ANNA).check()
        assert caught.value.code == "wire.unreachable" and isinstance(caught.value, ConnectionError)
        assert caught.value.access == "unreachable"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_after_a_fork_the_child_opens_its_own(tmp_path: Path) -> None:
    office = Office(tmp_path)
    with Imap() as imap, office.hub() as hub:
        hub.add(ANNA, Credential(ANNA, "x"), **imap.servers)
        mailbox = hub.open(ANNA)
        assert mailbox.check().messages == 0
        child = os.fork()
        if child == 0:
            code = 1
            try:
                codes = []
                for call in (hub.mailboxes, mailbox.check):
                    try:
                        call()
                    except pecpy.PecError as error:
                        codes.append(error.code)
                with pecpy.Archive(tmp_path / "posta.pecarchive") as own:
                    with Hub(own, secrets=Secrets(tmp_path / "segreti", key=bytes(range(32)))) as again:
                        fine = again.open(ANNA).check().messages == 0
                code = 0 if codes == ["process.forked"] * 2 and fine else 2
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        assert mailbox.check().messages == 0 and len(hub.mailboxes()) == 1


def example(name: str, *arguments: object, provider: Provider) -> subprocess.CompletedProcess[str]:
    """Runs an example as it is."""
    roots = [str(root) for root in provider.office.more["roots"]]
    environment = {
        **os.environ,
        "PEC_PASSPHRASE": "cavallo batteria",
        "PEC_ROOTS": os.pathsep.join(roots),
        "PEC_ANCHOR": str(provider.server.anchor),
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, str(ROOT / "pec-py" / "examples" / name), *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=60)


def test_the_examples_run(provider: Provider, tmp_path: Path) -> None:
    provider.submit()
    table, path, folder = tmp_path / "caselle.csv", tmp_path / "studio.pecarchive", tmp_path / "clienti"
    rows = [(ANNA, PASSWORD.replace('"', '""'), "Neri"), (UFFICIO, "pec", "Bianchi")]
    servers = f"{provider.servers['imap']};{provider.servers['smtp']}"
    text = "casella;imap;smtp;password;cliente\r\n" + "".join(f'{a};{servers};"{p}";{c}\r\n' for a, p, c in rows)
    table.write_bytes(text.encode())
    done = example("hub.py", path, table, folder, provider=provider)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("2 caselle su 2, "), done
    assert '<html lang="it">' in (folder / "oggi.html").read_text(encoding="utf-8")
    with pecpy.Archive(path) as archive:
        archive.queue(reply(), mailbox=UFFICIO, key="R-1", sender=UFFICIO, recipients=[ANNA])
    done = example("send.py", path, UFFICIO, provider=provider)
    assert done.returncode == 0 and done.stdout.splitlines()[0] == "sent R-1" and "ricevuti" in done.stdout, done


def test_both_faces_of_the_wire_have_the_same_calls() -> None:
    import inspect

    for blocking, awaited in ((Hub, aio.Hub), (pecpy.Mailbox, aio.Mailbox), (pecpy.Today, aio.Today)):
        calls = {name for name in dir(blocking) if not name.startswith("_")}
        assert calls == {name for name in dir(awaited) if not name.startswith("_")}
        for name in calls:
            if callable(getattr(blocking, name)):
                theirs = list(inspect.signature(getattr(awaited, name)).parameters)
                assert theirs == list(inspect.signature(getattr(blocking, name)).parameters), name



ENDING = """
import asyncio, os, sys, time
import pecpy
from pecpy import aio

class Slow(asyncio.SelectorEventLoop):
    # The thread that says what came of the work is not done with the interpreter when the program ends.
    def call_soon_threadsafe(self, *arguments, **named):
        handle = super().call_soon_threadsafe(*arguments, **named)
        time.sleep(0.2)
        os.write(1, b"out\\n")
        return handle

class Late:
    def __del__(self, write=os.write):
        write(1, b"taken down\\n")

async def main(path):
    with pecpy.Archive.create(path) as archive:
        print(await aio.Hub(archive, secrets=pecpy.Secrets(path + ".secrets", passphrase="x" * 20)).mailboxes(), flush=True)

late = Late()
Slow().run_until_complete(main(sys.argv[1]))
"""


def test_the_interpreter_does_not_end_under_a_thread_that_is_in_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ENDING, str(tmp_path / "a.pecarchive")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    # Otherwise it ends in the middle: nothing is taken down, or the process is aborted.
    assert (done.returncode, done.stdout) == (0, "[]\nout\ntaken down\n"), done
