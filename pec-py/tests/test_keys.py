"""Encrypted archives: keys that are right, wrong, missing and changed; messages that are read a piece at a time."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import pecpy

SENT = b"Message-ID: <9@ditta.example>\r\nSubject: Riservata\r\n\r\nNon si deve leggere.\r\n"
KEY, OTHER = bytes(range(32)), bytearray(range(32, 64))


def refused(path: Path, key: bytes | bytearray | list[bytes] | None) -> None:
    for mode in ("write", "read"):
        with pytest.raises(pecpy.ArchiveError) as caught:
            pecpy.Archive(path, mode=mode, key=key)
        assert caught.value.code == "archive.key"


def test_what_is_encrypted_is_read_with_its_key_alone(tmp_path: Path) -> None:
    path = tmp_path / "riservata è.pecarchive"
    with pecpy.Archive.create(path, key=KEY) as archive:
        id = archive.put(SENT).id
        assert (len(list(archive.search("tipo:ordinario"))), len(archive)) == (1, 1)
        with pytest.raises(pecpy.QueryError):
            list(archive.search("oggetto:riservata"))
    assert b"Riservata" not in path.read_bytes() and b"leggere" not in path.read_bytes()
    for key in (None, OTHER):
        refused(path, key)
    # A new key in front: from then on both are needed.
    for mode in ("write", "read"):
        with pecpy.Archive(path, mode=mode, key=(OTHER, KEY)) as archive:
            assert archive.get(id) == SENT
    refused(path, KEY)
    with pytest.raises(pecpy.ArchiveError):
        pecpy.Archive.salvage(path, tmp_path / "salvata.pecarchive", key=KEY)
    assert pecpy.Archive.salvage(path, tmp_path / "salvata.pecarchive", key=(OTHER, KEY)).messages == 1
    refused(tmp_path / "salvata.pecarchive", None)
    # One that is not encrypted is not opened as if it were.
    with pecpy.Archive.create(tmp_path / "aperta.pecarchive") as archive:
        archive.put(SENT)
    refused(tmp_path / "aperta.pecarchive", KEY)


def test_words_are_searched_where_it_was_said_so(tmp_path: Path) -> None:
    with pecpy.Archive.create(tmp_path / "a.pecarchive", key=KEY, searchable="words") as archive:
        archive.put(SENT)
        assert [entry.subject for entry in archive.search("leggere")] == ["Riservata"]
    with pytest.raises(pecpy.ArgumentError):
        pecpy.Archive.create(tmp_path / "b.pecarchive", key=KEY, searchable="all")  # type: ignore[arg-type]


def test_what_is_no_key_is_refused_and_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.pecarchive"
    for key in (b"secret", b"", [KEY, b"secret"], []):
        with pytest.raises(pecpy.ArchiveError) as caught:
            pecpy.Archive.create(path, key=key)
        assert caught.value.code == "archive.value" and "secret" not in str(caught.value)
    for wrong in ("x" * 32, 32, [KEY, "x" * 32], [32]):
        with pytest.raises(TypeError):
            pecpy.Archive.create(path, key=wrong)  # type: ignore[arg-type]
    assert not path.exists()


def test_a_message_is_read_a_piece_at_a_time(tmp_path: Path) -> None:
    long = SENT + b"x" * 3_000_000
    with pecpy.Archive.create(tmp_path / "a.pecarchive") as archive:
        for limits, verdict in ((None, "not-pec"), (pecpy.Limits(message_bytes=1000), "unverifiable")):
            message = long + verdict.encode()
            put = archive.put_from(io.BytesIO(message), mailbox="ufficio", limits=limits)
            assert (put.stored, archive.get(put.id) == message) == ("new", True)
            entry = archive.entry(put.id)
            assert (entry.verdict, entry.mailboxes) == (verdict, ("ufficio",))
            assert archive.put_from(io.BytesIO(message), limits=limits).stored == "known"


def test_what_a_source_raises_stores_nothing(tmp_path: Path) -> None:
    class Broken:
        def __init__(self) -> None:
            self.pieces = [SENT, SENT]

        def read(self, size: int) -> bytes:
            return self.pieces.pop()

    class Text:
        def read(self, size: int) -> str:
            return "x"

    with pecpy.Archive.create(tmp_path / "a.pecarchive") as archive:
        for limits in (None, pecpy.Limits(message_bytes=10)):
            with pytest.raises(IndexError):
                archive.put_from(Broken(), limits=limits)
            with pytest.raises(TypeError):
                archive.put_from(Text(), limits=limits)  # type: ignore[arg-type]
        with pytest.raises(AttributeError):
            archive.put_from(SENT)  # type: ignore[arg-type]
        assert len(archive) == 0
