"""Signed files that travel inside, the directory of providers, and limits."""

from __future__ import annotations

import io
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import CONFORMANCE, ROOT

import pecpy

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
LDIF = ROOT / "pec-core" / "src" / "directory" / "tests" / "igpec.ldif"


def signed() -> bytes:
    """A message of the conformance files that is signed around its content, not beside it."""
    [file] = pecpy.Message(CONFORMANCE / "cms-opaque-der.eml").extract("signature")
    return file.data


def test_a_signed_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "atto è firmato.p7m"
    path.write_bytes(signed())
    for given in (signed(), path, io.BytesIO(signed())):
        opened = pecpy.SignedFile(given)
        assert opened.content.startswith(b"Content-Type: multipart/mixed")
        [[signer]] = opened.layers
        assert (signer.integrity, signer.subject, signer.digest_algorithm) == ("intact", "Alfa PEC S.p.A.", "sha256")
        assert signer.signing_time == datetime(2026, 2, 9, 9, 15, 30, tzinfo=timezone.utc)
        assert signer.certificate is not None and signer.certificate.startswith(b"\x30\x82")
        assert isinstance(signer.names_certificate, bool)
        assert repr(opened).startswith("<pecpy.SignedFile, 1 signers") and "Alfa PEC" in repr(signer)


def test_a_changed_document_is_no_longer_what_was_signed() -> None:
    changed = signed().replace(b"Preventivo", b"Preventivi", 1)
    assert changed != signed()
    [[signer]] = pecpy.SignedFile(changed).layers
    assert signer.integrity == "altered"


def test_what_is_no_signed_file_is_refused(delivery: bytes) -> None:
    [beside] = pecpy.Message(delivery).extract("signature")
    for given, code in [
        (b"%PDF-1.7", "signature.none"),
        (b"", "signature.none"),
        (beside.data, "signature.none"),
        (signed()[:2000], "signature.damaged"),
    ]:
        with pytest.raises(pecpy.SignedFileError) as caught:
            pecpy.SignedFile(given)
        assert (caught.value.code, caught.value.layer) == (code, "signature")
        assert isinstance(caught.value, ValueError) and caught.value.evidence


def test_the_directory_says_who_signs_for_whom() -> None:
    directory = pecpy.Directory(LDIF)
    alfa, secondary = directory.providers[:2]
    assert (alfa.unit, secondary.unit) == (None, "Ambiente secondario")
    [shared] = secondary.certificate_data
    assert shared in alfa.certificate_data and len(alfa.certificate_data) == len(alfa.certificates) == 2
    assert [it.unit for it in directory.providers_of_certificate(shared)] == [None, "Ambiente secondario"]
    assert directory.providers_of_certificate(b"another") == []
    assert directory.manages(shared, "PEC.alfa.example") is True
    assert directory.manages(shared, "elsewhere.example") is False
    assert directory.manages(b"another", "pec.alfa.example") is None


def test_remarks_name_the_line() -> None:
    poor = b"version: 1\n\ndn: providerName=X,o=postacert\nobjectClass: provider\nproviderName: Y\n"
    remarks = pecpy.Directory(poor).remarks
    assert (3, "the record has no mailReceipt") in remarks
    assert (5, "providerName is not that of the name of the record") in remarks


def test_limits_are_a_value() -> None:
    usual = pecpy.Limits()
    assert usual == pecpy.Limits(depth=64) != pecpy.Limits(depth=12)
    assert len({usual, pecpy.Limits(), pecpy.Limits(parts=1)}) == 2
    assert usual.message_bytes == 256 << 20
    assert repr(pecpy.Limits(parts=7)) == "<pecpy.Limits(parts=7)>"
    with pytest.raises(pecpy.ArgumentError):
        pecpy.Limits(message_bytes=1 << 32)
    with pytest.raises(OverflowError):
        pecpy.Limits(parts=-1)


def test_every_limit_of_the_core_is_here() -> None:
    source = (ROOT / "pec-core" / "src" / "limits.rs").read_text(encoding="utf-8")
    core = re.findall(r"^    pub (\w+): usize,$", source, re.MULTILINE)
    assert len(core) > 10 and sorted(core) == [name for name in dir(pecpy.Limits) if not name.startswith("_")]


def test_what_is_beyond_a_limit_is_a_finding(delivery: bytes, anchored: pecpy.TrustStore, tmp_path: Path) -> None:
    few = pecpy.Limits(parts=2)
    path = tmp_path / "ricevuta.eml"
    path.write_bytes(delivery)

    def is_cut(it: pecpy.Verification) -> bool:
        cut = "mime.limits" in [finding.code for finding in it.findings]
        assert cut == (it.verdict is pecpy.Verdict.UNVERIFIABLE) == (it.verdict is not pecpy.Verdict.CERTIFIED)
        return cut

    assert not is_cut(pecpy.verify(delivery, now=NOW, trust=anchored))
    assert is_cut(pecpy.verify(delivery, now=NOW, trust=anchored, limits=few))
    assert is_cut(pecpy.Verifier(trust=anchored, limits=few).verify(path, now=NOW))
    # A verifier has the last word; without limits of its own a message keeps those that it was parsed with.
    message = pecpy.Message(delivery, limits=few)
    assert is_cut(pecpy.verify(message, now=NOW, trust=anchored))
    assert not is_cut(pecpy.verify(message, now=NOW, trust=anchored, limits=pecpy.Limits()))
    assert is_cut(pecpy.verify(pecpy.Message(delivery), now=NOW, trust=anchored, limits=few))
    assert [is_cut(it) for it in pecpy.verify_many([delivery, path], now=NOW, trust=anchored, limits=few)] == [True, True]


def test_what_is_too_large_is_not_read(delivery: bytes, anchored: pecpy.TrustStore, tmp_path: Path) -> None:
    path = tmp_path / "ricevuta.eml"
    path.write_bytes(delivery)
    small, enough = pecpy.Limits(message_bytes=len(delivery) - 1), pecpy.Limits(message_bytes=len(delivery))
    for given in (delivery, path):
        with pytest.raises(pecpy.TooLargeError):
            pecpy.Message(given, limits=small)
        with pytest.raises(pecpy.TooLargeError):
            pecpy.verify(given, now=NOW, limits=small)
        assert pecpy.verify(given, now=NOW, trust=anchored, limits=enough).is_certified
    many = pecpy.verify_many(path, now=NOW, trust=anchored, limits=small)
    assert list(many) == [] and [error.code for _, error in many.unread] == ["message.too_large"]
    dossiers = pecpy.link(path, now=NOW, trust=anchored, limits=small)
    assert len(dossiers) == 0 and len(dossiers.unread) == 1
    assert len(pecpy.link(path, now=NOW, trust=anchored, limits=enough)) == 1
