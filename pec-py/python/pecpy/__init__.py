"""Reads, verifies and reconciles Italian certified e-mail (PEC, posta elettronica certificata), offline.

    verify, verify_many   what a message is, who certified it, whether it is genuine, altered or forged, and why
    link                  the receipts of mailboxes tied to the messages they speak of: what is proven for each recipient
    explain               what a finding means and what to do
    Sandbox               PEC providers in the process, so that a script can be tested without a mailbox

Only what `Verification.certified()` gives is proof. Every function that takes a time takes a `datetime` with a time zone, and
the machine's clock where none is given. Errors are `PecError`s with `code`, `layer`, `evidence` and a text in Italian and
English. What could not be read in a mailbox is told to the log `pecpy`. All classes may be shared by threads, which really
work at the same time.

>>> import pecpy
>>> message = b"Subject: ACCETTAZIONE: x\\r\\nX-Ricevuta: accettazione\\r\\n\\r\\nnot signed\\r\\n"
>>> verification = pecpy.verify(message)
>>> verification.verdict
<Verdict.NOT_PEC: 'not-pec'>
>>> for finding in verification.findings:
...     print(finding.severity, finding.code)
fatal mime.root.not_signed
error kind.claimed_unsigned
>>> verification.certified()
Traceback (most recent call last):
    ...
pecpy.NotCertifiedError: The message is no proof: its data can be read as claims only. [message.not_certified: not-pec]
"""

from pecpy._dossier import (
    Attachment,
    Bounce,
    Check,
    Claim,
    Content,
    Dossier,
    Event,
    Instant,
    Recipient,
    Remark,
    Silence,
    Stray,
)
from pecpy._enums import (
    Carried,
    Checked,
    EventKind,
    Integrity,
    Layer,
    Owed,
    Proven,
    Revocation,
    Severity,
    Side,
    Standing,
    State,
    TimeProof,
    TrustAtSigning,
    TrustNow,
    Verdict,
)
from pecpy._errors import (
    ArgumentError,
    CertificateError,
    DirectoryError,
    EvidenceError,
    FileError,
    InternalError,
    LedgerFullError,
    MissingFileError,
    NotCertifiedError,
    PecError,
    SandboxError,
    SeveralMessagesError,
    SignedFileError,
    TooLargeError,
    TrustDataError,
)
from pecpy._pecpy import (
    Certdata,
    Directory,
    Dossiers,
    Evidence,
    Extracted,
    FileSigner,
    Finding,
    Ledger,
    Limits,
    Message,
    Outcome,
    Part,
    Provider,
    Sandbox,
    Server,
    SignedFile,
    Signer,
    Stored,
    Submitted,
    TrustStore,
    Verification,
    Verifications,
    Verifier,
    codes,
    explain,
    failures,
    link,
    verify,
    verify_many,
)

__all__ = [
    "ArgumentError",
    "Attachment",
    "Bounce",
    "Carried",
    "Certdata",
    "CertificateError",
    "Check",
    "Checked",
    "Claim",
    "Content",
    "Directory",
    "DirectoryError",
    "Dossier",
    "Dossiers",
    "Event",
    "EventKind",
    "Evidence",
    "EvidenceError",
    "Extracted",
    "FileError",
    "FileSigner",
    "Finding",
    "Instant",
    "Integrity",
    "InternalError",
    "Layer",
    "Ledger",
    "LedgerFullError",
    "Limits",
    "Message",
    "MissingFileError",
    "NotCertifiedError",
    "Outcome",
    "Owed",
    "Part",
    "PecError",
    "Proven",
    "Provider",
    "Recipient",
    "Remark",
    "Revocation",
    "Sandbox",
    "SandboxError",
    "Server",
    "SeveralMessagesError",
    "Severity",
    "Side",
    "SignedFile",
    "SignedFileError",
    "Signer",
    "Silence",
    "Standing",
    "State",
    "Stored",
    "Stray",
    "Submitted",
    "TimeProof",
    "TooLargeError",
    "TrustAtSigning",
    "TrustDataError",
    "TrustNow",
    "TrustStore",
    "Verdict",
    "Verification",
    "Verifications",
    "Verifier",
    "codes",
    "explain",
    "failures",
    "link",
    "verify",
    "verify_many",
]
