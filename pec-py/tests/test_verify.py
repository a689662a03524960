"""One message: what can be given, what comes out, what is refused."""

from __future__ import annotations

import io
import json
import pathlib
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from conftest import CONFORMANCE, ROOT, artefact

import pecpy

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def test_everything_that_gives_bytes(delivery: bytes, anchored: pecpy.TrustStore, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "ricevuta con spazi e perché.eml"
    path.write_bytes(delivery)
    with path.open("rb") as file:
        given: list[Any] = [
            delivery,
            bytearray(delivery),
            memoryview(delivery),
            memoryview(b" ".join(bytes([byte]) for byte in delivery))[::2],
            str(path),
            path,
            io.BytesIO(delivery),
            file,
            pecpy.Message(delivery),
        ]
        verifications = [pecpy.verify(one, now=NOW, trust=anchored) for one in given]
    reports = {it.to_json("same") for it in verifications}
    assert len(reports) == 1
    assert {it.verdict for it in verifications} == {pecpy.Verdict.CERTIFIED}
    assert [it.name for it in verifications[4:8]] == [str(path), str(path), "<bytes>", str(path)]
    assert all(it.message.data == delivery for it in verifications)


def test_a_change_of_one_bit_is_seen(delivery: bytes, anchored: pecpy.TrustStore) -> None:
    inside = delivery.index(b"Content-Type: message/rfc822") + 400
    changed = bytearray(delivery)
    changed[inside] ^= 1
    verification = pecpy.verify(changed, now=NOW, trust=anchored)
    assert verification.verdict is pecpy.Verdict.ALTERED
    with pytest.raises(pecpy.NotCertifiedError) as caught:
        verification.certified()
    assert (caught.value.code, caught.value.layer, caught.value.evidence) == (
        "message.not_certified",
        "message",
        "altered",
    )
    # The bytearray may be changed afterwards: what was verified stays.
    before = verification.message.data
    changed[inside] ^= 1
    assert verification.message.data == before != bytes(changed)


@pytest.mark.parametrize("wrong", [None, 7, 3.5, [b"x"], object(), io.StringIO("text")])
def test_what_gives_no_bytes_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="bytes|rb"):
        pecpy.verify(wrong)
    with pytest.raises(TypeError):
        pecpy.Message(wrong)


def test_what_read_raises_comes_through() -> None:
    class Broken:
        def read(self) -> bytes:
            raise RuntimeError("the network is gone")

    with pytest.raises(RuntimeError, match="the network is gone"):
        pecpy.verify(Broken())


def test_files_that_cannot_be_read(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        pecpy.verify(tmp_path / "è mancante.eml")
    error = caught.value
    assert isinstance(error, pecpy.MissingFileError) and isinstance(error, pecpy.FileError)
    assert error.code == "file.access" and error.errno == 2 and error.filename.endswith("è mancante.eml")
    assert "è mancante.eml" in error.evidence
    with pytest.raises(pecpy.FileError) as folder:
        pecpy.verify(tmp_path)
    assert not isinstance(folder.value, FileNotFoundError)
    mbox = tmp_path / "several.mbox"
    separator = b"From a@b.example Mon Feb  9 10:15:30 2026\n"
    mbox.write_bytes(separator + b"Subject: a\n\na\n\n" + separator + b"Subject: b\n\nb\n")
    with pytest.raises(pecpy.SeveralMessagesError):
        pecpy.verify(mbox)
    with pytest.raises(pecpy.FileError, match="NUL byte"):
        pecpy.verify("a\0b")


def test_a_message_beyond_the_limit_is_refused_before_it_is_read(tmp_path: pathlib.Path) -> None:
    large = tmp_path / "large.eml"
    with large.open("wb") as file:
        file.truncate((256 << 20) + 1)
    with pytest.raises(pecpy.TooLargeError) as caught:
        pecpy.verify(large)
    assert "large.eml: is larger than 256 MiB" in caught.value.evidence


def test_times(delivery: bytes, anchored: pecpy.TrustStore) -> None:
    rome = timezone(timedelta(hours=1))
    same = [pecpy.verify(delivery, now=now, trust=anchored).to_json() for now in (NOW, NOW.astimezone(rome))]
    assert same[0] == same[1]
    with pytest.raises(ValueError, match="time zone"):
        pecpy.verify(delivery, now=datetime(2026, 3, 1))
    with pytest.raises(TypeError, match="datetime"):
        pecpy.verify(delivery, now="2026-03-01")  # type: ignore[arg-type]
    late = datetime(2060, 1, 1, tzinfo=timezone.utc)
    for judged_at, trust in (("signing", "trusted"), ("now", "untrusted"), (late, "untrusted")):
        it = pecpy.verify(delivery, now=late, trust=anchored, judged_at=judged_at)  # type: ignore[arg-type]
        assert it.trust_at_signing == trust, judged_at
    for wrong in ({"judged_at": "once"}, {"mailbox": "mine"}):
        with pytest.raises(pecpy.ArgumentError) as caught:
            pecpy.verify(delivery, **wrong)  # type: ignore[arg-type]
        assert isinstance(caught.value, ValueError) and caught.value.code == "argument.value"


def test_the_clock_is_asked_where_no_time_is_given(delivery: bytes, anchored: pecpy.TrustStore) -> None:
    before = pecpy.verify(delivery, trust=anchored, now=datetime.now(timezone.utc)).to_json()
    assert pecpy.verify(delivery, trust=anchored).to_json() == before


def test_only_verification_makes_proof(delivery: bytes, anchored: pecpy.TrustStore) -> None:
    for cls in (pecpy.Certdata, pecpy.Verification, pecpy.Finding, pecpy.Signer):
        with pytest.raises(TypeError):
            cls()
        with pytest.raises(TypeError):
            type("Mine", (cls,), {})
    data = pecpy.verify(delivery, now=NOW, trust=anchored).certified()
    with pytest.raises(AttributeError):
        data.sender = "somebody@else.example"  # type: ignore[misc]
    assert data.delivered_to == "ufficio@cert.beta.example"


def test_trust(delivery: bytes, anchored: pecpy.TrustStore) -> None:
    assert pecpy.verify(delivery, now=NOW).verdict is not pecpy.Verdict.CERTIFIED
    root = artefact("root.crt")
    assert pecpy.TrustStore().with_host_anchor(root.read_bytes()) == anchored != pecpy.TrustStore()
    assert hash(pecpy.TrustStore().with_host_anchor(str(root))) == hash(anchored)
    assert anchored.host_anchors[0].startswith("host:")
    anchor = pecpy.verify(delivery, now=NOW, trust=anchored).anchor
    assert anchor in anchored.host_anchors
    assert pecpy.TrustStore.from_json(pecpy.TrustStore().to_json()).id == pecpy.TrustStore().id
    with pytest.raises(pecpy.TrustDataError):
        pecpy.TrustStore.from_json("[]")
    with pytest.raises(pecpy.CertificateError):
        pecpy.TrustStore().with_intermediate(b"-----BEGIN")
    with pytest.raises(pecpy.EvidenceError):
        pecpy.Evidence().with_crl(b"")
    with pytest.raises(pecpy.EvidenceError):
        pecpy.Evidence().with_ocsp(b"x")
    with pytest.raises(pecpy.DirectoryError) as caught:
        pecpy.Directory(b"not an LDIF")
    assert caught.value.evidence


def test_a_message_and_its_parts(delivery: bytes) -> None:
    message = pecpy.Message(delivery, name="receipt")
    assert (message.name, len(message), bytes(message)) == ("receipt", len(delivery), delivery)
    root = message.root
    assert root.media_type == "multipart/signed" and root.parent is None and root.is_multipart
    parts = message.parts()
    assert [part.range for part in parts] == sorted(part.range for part in parts)
    assert all(delivery[slice(*part.range)] == part.raw for part in parts)
    assert {child.range for child in root.children} <= {part.range for part in parts}
    assert all(child.parent is not None and child.parent.range == root.range for child in root.children)
    assert root.header("SUBJECT") == dict((name.lower(), value) for name, value in root.headers)["subject"]
    assert root.header("no-such") is None
    original = message.original()
    assert original is not None and original.data in delivery and original.name == "receipt/postacert.eml"
    [data] = message.extract("daticert")
    assert data.name == "daticert.xml" and bytes(data).startswith(b"<?xml") and not data.is_message
    assert message.extract("nested") == [] and message.restored() is None and message.nested() == []
    with pytest.raises(pecpy.ArgumentError):
        message.extract("everything")  # type: ignore[arg-type]
    # A part keeps its message alive.
    part = pecpy.Message(b"Subject: a\r\n\r\n" + b"b" * 1000).root
    assert part.body == b"b" * 1000


def test_nested_messages_are_verified_on_their_own(anchored: pecpy.TrustStore) -> None:
    found = [path for path in sorted(CONFORMANCE.glob("quirk-*.eml")) if pecpy.Message(path).nested()]
    assert found
    inner = pecpy.Message(found[0]).nested()[0]
    assert pecpy.verify(inner, now=NOW, trust=anchored).name == f"{found[0]}/nested.eml"


def test_findings_explain_themselves() -> None:
    verification = pecpy.verify(CONFORMANCE / "impersonation-self-signed.eml", now=NOW)
    fatal = [finding for finding in verification.findings if finding.severity is pecpy.Severity.FATAL]
    assert verification.verdict is pecpy.Verdict.FORGED and fatal
    for finding in verification.findings:
        assert finding.explain("it") == pecpy.explain(finding.code, "it") != finding.explain("en")
        assert finding.rule and finding.code in repr(finding)
        assert finding.explain("en") in verification.explain("en")
    assert len({*verification.findings, *verification.findings}) == len(set(verification.findings))
    assert verification.explain().startswith("FALSO\n") and verification.explain("en").startswith("FORGED\n")
    # The document is made from the table of the core.
    document = (ROOT / "docs" / "FINDINGS.md").read_text(encoding="utf-8")
    names = re.findall(r"^\| `([a-z0-9_.]+)` \|", document, re.MULTILINE)
    assert len(names) > 100 and sorted(name for name, *_ in pecpy.codes()) == sorted(names)
    for name, severity, layer, rule in pecpy.codes():
        assert severity in set(pecpy.Severity) and layer in set(pecpy.Layer) and rule
        assert pecpy.explain(name, "it") != pecpy.explain(name, "en")


def test_words_are_what_stands_in_json() -> None:
    verdict = pecpy.Verdict.CERTIFIED
    assert f"{verdict}" == str(verdict) == verdict == "certified" and f"{verdict:>12}" == "   certified"
    assert json.dumps({"verdict": verdict}) == '{"verdict": "certified"}'
    for verdict in pecpy.Verdict:
        assert verdict.title("it").isupper() and verdict.explanation("en").endswith(".")
    for state in pecpy.State:
        assert state.title("it").isupper() and state.explanation("en") and state.mark


def test_html_is_text_and_nothing_else() -> None:
    hostile = b'Subject: ACCETTAZIONE: <script>alert(1)</script>\r\nX-Ricevuta: <img src=x onerror=y>\r\n\r\nx'
    html = pecpy.verify(hostile, name='<b>"evil".eml\u202e')._repr_html_()
    assert "<script" not in html and "<img" not in html and "<b>&" not in html and "\u202e" not in html
    assert "&lt;b&gt;&quot;evil&quot;.eml\ufffd" in html


def test_reprs_are_one_line(delivery: bytes, anchored: pecpy.TrustStore) -> None:
    it = pecpy.verify(delivery, now=NOW, trust=anchored)
    things: list[object] = [
        anchored,
        pecpy.Verifier(trust=anchored),
        pecpy.Evidence(),
        it,
        it.certified(),
        it.claimed(),
        it.signer,
        it.message,
        it.message.root,
        it.findings[0],
        pecpy.Ledger(),
        pecpy.link([]),
    ]
    for thing in things:
        assert repr(thing).startswith("<pecpy.") and "\n" not in repr(thing) and len(repr(thing)) < 200
    assert "AgID CA1" in str(anchored)
