"""Everything that proves one transaction, in one file, and what such a file proves: offline, without the archive.

>>> import pecpy, tempfile
>>> sent = b"Message-ID: <1@ditta.example>\\r\\nSubject: Preventivo\\r\\n\\r\\nBuongiorno.\\r\\n"
>>> with tempfile.TemporaryDirectory() as folder, pecpy.Archive.create(folder + "/posta.pecarchive") as archive:
...     _ = archive.put(sent)
...     bundle = pecpy.proof.make(archive, "1@ditta.example")
>>> pecpy.proof.verify(bundle).is_intact
True
>>> pecpy.proof.verify(bundle.replace(b"Buongiorno", b"Buonasera!")).faults[0]["fault"]
'object'
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pecpy._archive import LookupProof, MessageProof, ProofReport, Witnessed
from pecpy._pecpy import Archive, Evidence, TrustStore, check_proof
from pecpy._pecpy import expert_commands as _commands
from pecpy._pecpy import time_stamp_request as _request

if TYPE_CHECKING:
    from pecpy._pecpy import _Bytes

__all__ = ["LookupProof", "MessageProof", "ProofReport", "Witnessed", "expert_commands", "make", "time_stamp_request", "verify"]


def make(archive: Archive, identifier: str, *, now: datetime | None = None, trust: TrustStore | None = None) -> bytes:
    """Everything that proves the transaction of this identificativo or msgid, as the bytes of one ZIP: what `Archive.bundle`
    gives.

    Raises `NotInArchiveError` when nothing speaks of it.
    """
    return archive.bundle(identifier, now=now, trust=trust)


def verify(
    bundle: _Bytes, *, now: datetime | None = None, trust: TrustStore | None = None, evidence: Evidence | None = None
) -> ProofReport:
    """Checks a bundle, a path, bytes or a file, by the trust data of the caller at `now`: nothing that it says of itself counts.
    `evidence` about revocation counts beside that which the bundle carries: whoever made it may have left something out. A file that
    was damaged, or is none, raises nothing: the report says so.
    """
    return ProofReport._of(*check_proof(bundle, now=now, trust=trust, evidence=evidence))


def expert_commands(bundle: _Bytes) -> str | None:
    """How an expert of a court does every step of a bundle once more, with OpenSSL and nothing of ours: lines that begin with `$ `,
    continued by those that begin with `> `, are commands for one shell. `None` where the file is no bundle.

    >>> expert_commands(b"no bundle") is None
    True
    """
    return _commands(bundle)


def time_stamp_request(note: bytes) -> bytes:
    """The request for a token over `note`, the text of a checkpoint (RFC 3161): what `Archive.stamp` gives to its `ask`, which sends
    this to an authority as `application/timestamp-query`. By SHA-256, with the authority's certificate, without a nonce.

    >>> len(time_stamp_request(b"pec-archive\\n"))
    59
    """
    return _request(note)
