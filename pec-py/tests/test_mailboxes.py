"""Whole mailboxes: order, what cannot be read, progress, Ctrl-C, threads, processes."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest
from conftest import CONFORMANCE

import pecpy

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.fixture
def mailbox(tmp_path: pathlib.Path, delivery: bytes) -> pathlib.Path:
    """A Maildir beside a folder with accents; hidden and foreign files in both."""
    for place in ("Maildir/cur", "Maildir/new", "Maildir/tmp", "già letti"):
        (tmp_path / place).mkdir(parents=True)
    for name in ("Maildir/cur/1:2,S", "Maildir/new/2", "già letti/à è.eml", "già letti/b.eml"):
        (tmp_path / name).write_bytes(delivery)
    for name in ("Maildir/tmp/3", "Maildir/dovecot.index", "già letti/.hidden"):
        (tmp_path / name).write_bytes(b"no message")
    return tmp_path


def test_a_folder_in_the_order_of_the_names(mailbox: pathlib.Path, anchored: pecpy.TrustStore) -> None:
    run = pecpy.verify_many(mailbox, now=NOW, trust=anchored)
    found = [(pathlib.Path(it.name).relative_to(mailbox).as_posix(), it.verdict.value) for it in run]
    names = ["Maildir/cur/1:2,S", "Maildir/new/2", "già letti/b.eml", "già letti/à è.eml"]
    assert found == [(name, "certified") for name in names]
    assert run.unread == [] and list(run) == []


@pytest.mark.parametrize("threads", [None, 1, 7])
def test_the_order_is_that_of_the_sources(threads: int | None) -> None:
    paths = sorted(path for path in CONFORMANCE.glob("*.eml") if path.stat().st_size)
    run = pecpy.verify_many(iter(paths), now=NOW, threads=threads)
    assert [it.name for it in run] == [str(path) for path in paths]


def test_an_iterable_is_read_as_it_is_needed(delivery: bytes) -> None:
    given = 0

    def messages() -> Iterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield delivery

    run = pecpy.verify_many(messages(), threads=2)
    assert [next(run).verdict for _ in range(3)] and given <= 64


def test_what_cannot_be_read_does_not_end_it(
    mailbox: pathlib.Path, delivery: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (mailbox / "empty.eml").touch()
    (mailbox / "nothing").mkdir()
    sources: list[pathlib.Path | bytes] = [mailbox / "missing", mailbox / "empty.eml", delivery, mailbox / "nothing"]
    with caplog.at_level(logging.WARNING, logger="pecpy"):
        run = pecpy.verify_many(sources)
        assert [it.name for it in run] == ["<bytes>"]
        dossiers = pecpy.link(sources)
    for unread in (run.unread, dossiers.unread):
        assert [(name, type(error)) for name, error in unread] == [
            (str(mailbox / "missing"), pecpy.MissingFileError),
            (str(mailbox / "empty.eml"), pecpy.FileError),
            (str(mailbox / "nothing"), pecpy.FileError),
        ]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 6
    assert "empty.eml: file.access: " in caplog.text


FROM = b"From anna@pec.alfa.example Mon Feb  9 10:15:30 2026\n"


def test_an_mbox(tmp_path: pathlib.Path, sandbox: pecpy.Sandbox) -> None:
    """Each message of it is the one that was signed, though a line of it begins with `From `, in the place of the mbox."""
    head = b"From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n"
    for number in range(40):
        own = b"Message-ID: <%d@ditta.example>\r\n\r\nFrom then on\r\n>From here\r\n" % number
        sandbox.submit("anna@pec.alfa.example", ["ufficio@cert.beta.example"], head + own)
    sandbox.settle()
    received = [stored.data for stored in sandbox.messages("ufficio@cert.beta.example")]
    assert len(received) == 40 and all(b"\nFrom then" in data and b"\n>From here" in data for data in received)
    quoted = [data.replace(b"\nFrom ", b"\n>From ").rstrip() + b"\r\n\r\n" for data in received]
    (tmp_path / "b.mbox").write_bytes(b"".join(FROM + data for data in quoted))
    for name, data in (("a.eml", received[0]), ("c.eml", received[1]), ("one.mbox", FROM + quoted[2])):
        (tmp_path / name).write_bytes(data)
    for threads in (1, 3):
        found = list(pecpy.verify_many(tmp_path, trust=sandbox.trust, now=sandbox.now, threads=threads))
        names = ["a.eml", *(f"b.mbox#{number}" for number in range(1, 41)), "c.eml", "one.mbox"]
        assert [pathlib.Path(it.name).name for it in found] == names
        assert {it.verdict for it in found} == {pecpy.Verdict.CERTIFIED}
    with pytest.raises(pecpy.SeveralMessagesError):
        pecpy.verify(tmp_path / "b.mbox")
    assert pecpy.verify(tmp_path / "one.mbox", trust=sandbox.trust, now=sandbox.now).is_certified
    dossiers = pecpy.link(tmp_path / "b.mbox", trust=sandbox.trust, now=sandbox.now)
    sources = [event.source for dossier in dossiers for event in dossier.events]
    assert sorted(sources) == sorted(f"{tmp_path}/b.mbox#{number}" for number in range(1, 41))


def test_wrong_sources() -> None:
    with pytest.raises(TypeError):
        pecpy.verify_many(7)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        list(pecpy.verify_many([7]))  # type: ignore[list-item]

    def broken() -> Iterator[bytes]:
        yield b""
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        list(pecpy.verify_many(broken()))
    with pytest.raises(LookupError, match="no more"):
        pecpy.link(broken())


def test_progress_and_what_it_raises() -> None:
    paths = sorted(CONFORMANCE.glob("kind-*.eml"))
    seen: list[int] = []
    pecpy.link(paths, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == len(paths)

    def enough(done: int) -> None:
        if done >= 3:
            raise StopAsyncIteration(f"after {done}")

    with pytest.raises(StopAsyncIteration, match="after 3"):
        pecpy.link(paths, progress=enough)
    with pytest.raises(TypeError):
        pecpy.link(paths, progress=7)  # type: ignore[arg-type]


def test_rows(mailbox: pathlib.Path, anchored: pecpy.TrustStore, delivery: bytes) -> None:
    rows = pecpy.verify_many([delivery, b"Subject: x\r\n\r\n"], now=NOW, trust=anchored).to_dicts()
    assert [row["verdict"] for row in rows] == ["certified", "not-pec"]
    assert rows[0]["delivered_to"] == "ufficio@cert.beta.example" and rows[1]["sender"] is None
    assert isinstance(rows[0]["certified_at"], datetime) and rows[0].keys() == rows[1].keys()


def test_threads_share_a_verifier(anchored: pecpy.TrustStore) -> None:
    verifier = pecpy.Verifier(trust=anchored)
    messages = [path.read_bytes() for path in sorted(CONFORMANCE.glob("kind-*.eml"))]
    alone = [verifier.verify(message, now=NOW).to_json() for message in messages]

    def all_of_them(_: int) -> list[str]:
        return [verifier.verify(message, now=NOW).to_json() for message in messages]

    with ThreadPoolExecutor(8) as pool:
        assert all(found == alone for found in pool.map(all_of_them, range(40)))


def test_threads_share_a_ledger(anchored: pecpy.TrustStore) -> None:
    folder = CONFORMANCE / "reconcile" / "late-delivery"
    found = list(pecpy.verify_many(folder, now=NOW, trust=anchored))
    alone = pecpy.Ledger()
    for it in found:
        alone.add(it)
    shared = pecpy.Ledger()
    early = shared.dossiers(now=NOW)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(shared.add, found))
    assert len(early) == 0 and early.to_json() == ""
    assert [it.to_json() for it in shared.dossiers(now=NOW)] == [it.to_json() for it in alone.dossiers(now=NOW)]


def test_an_iterator_in_use_is_refused_to_another_thread(delivery: bytes) -> None:
    inside, leave = threading.Event(), threading.Event()

    def messages() -> Iterator[bytes]:
        inside.set()
        leave.wait()
        yield delivery

    run = pecpy.verify_many(messages())
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(next, run)
        inside.wait()
        with pytest.raises(RuntimeError, match="another thread"):
            next(run)
        leave.set()
        assert first.result().name == "<bytes>"


def in_child(path: str) -> str:
    return "\n".join(it.to_json() for it in pecpy.verify_many(path, now=NOW))


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_processes(how: str, tmp_path: pathlib.Path, delivery: bytes) -> None:
    """After a fork too, while other threads of the parent are verifying: no lock that they held is missed."""
    (tmp_path / "a.eml").write_bytes(delivery)
    expected = in_child(str(tmp_path))
    ended = threading.Event()

    def hammer() -> None:
        while not ended.is_set():
            pecpy.verify(delivery, now=NOW)

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        with multiprocessing.get_context(how).Pool(2) as pool:
            for _ in range(10):
                assert pool.map(in_child, [str(tmp_path)] * 4) == [expected] * 4
    finally:
        ended.set()
        for thread in threads:
            thread.join()


INTERRUPTED = """
import os, signal, sys, threading
import pecpy

message = open(sys.argv[1], "rb").read()
begun = threading.Event()

def messages():
    while True:
        begun.set()
        yield message

def interrupt():
    begun.wait()
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
try:
    pecpy.link(messages()) if sys.argv[2] == "link" else list(pecpy.verify_many(messages()))
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("what", ["link", "verify_many"])
def test_ctrl_c_ends_work_without_an_end(what: str) -> None:
    path = CONFORMANCE / "kind-delivery-a.eml"
    ran = subprocess.run([sys.executable, "-c", INTERRUPTED, path, what], capture_output=True, text=True, timeout=120)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("interrupted\n", "", 0)


def test_ctrl_c_reaches_work_in_the_module(tmp_path: pathlib.Path) -> None:
    """A signal is answered while the module works, not only between two lines of Python."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    opened = threading.Event()
    ends: list[int] = []

    def write() -> None:
        ends.append(os.open(fifo, os.O_WRONLY))
        opened.set()

    def on_alarm(*_: object) -> None:
        # Whoever reads the pipe gets its end, so that the thread that waits for it ends too.
        opened.wait()
        os.close(ends.pop())
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, on_alarm)
    writer = threading.Thread(target=write)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        writer.start()
        with pytest.raises(TimeoutError):
            list(pecpy.verify_many([fifo]))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        writer.join()
