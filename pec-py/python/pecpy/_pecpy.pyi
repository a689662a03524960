"""What `pecpy` is made of; import that."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, SupportsIndex, Union, final, overload

from typing_extensions import TypeAlias

from pecpy._archive import (
    ArchiveCheck,
    Changed,
    Collected,
    Deposit,
    DepositReport,
    Deposited,
    Ending,
    Entry,
    Erased,
    Imported,
    Lookup,
    Made,
    Page,
    Put,
    Retention,
    Salvaged,
    Stamped,
    Stats,
)
from pecpy._compose import Examined, Refusal, TaxId
from pecpy._dossier import Dossier, Stray
from pecpy._enums import (
    Integrity,
    Layer,
    Revocation,
    Severity,
    TimeProof,
    TrustAtSigning,
    TrustNow,
    Verdict,
)
from pecpy._errors import PecError
from pecpy._log import Challenge, EntryProof, GrowthProof, Kit, LogCheck, LogRow, Login, Right
from pecpy._outbox import Explained, Filed, Happened, Suggestion, Ticket
from pecpy._wire import (
    Deleted,
    Delivered,
    Dispatch,
    Forwarded,
    GatewayEvent,
    HubMailbox,
    ImportedMailboxes,
    KeptSecret,
    MailboxCheck,
    Radar,
    RefreshReport,
    Relayed,
    Saved,
    Synced,
    TodayReport,
)

__all__ = [
    "Archive",
    "Certdata",
    "Composed",
    "Conditions",
    "Credential",
    "Directory",
    "Dossiers",
    "Draft",
    "Evidence",
    "Extracted",
    "FileSigner",
    "Finding",
    "Found",
    "Gateway",
    "Hub",
    "KeptRoot",
    "Ledger",
    "Limits",
    "LogKey",
    "Mailbox",
    "Message",
    "Organisation",
    "Outcome",
    "Part",
    "Provider",
    "Rule",
    "Sandbox",
    "Secrets",
    "Server",
    "Sheet",
    "SignedFile",
    "Signer",
    "Stored",
    "Submitted",
    "Today",
    "TrustStore",
    "Verification",
    "Verifications",
    "Verifier",
    "Watching",
    "access_advice",
    "check_entry",
    "check_growth",
    "check_proof",
    "codes",
    "examine_attachment",
    "expert_commands",
    "explain",
    "explain_query",
    "failures",
    "is_address",
    "link",
    "preflight",
    "state",
    "tax_id",
    "time_stamp_request",
    "verdict",
    "verify",
    "verify_many",
]

class _File(Protocol):
    def read(self) -> bytes: ...

class _Sink(Protocol):
    def write(self, piece: bytes, /) -> int | None: ...

class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...

_Path: TypeAlias = Union[str, os.PathLike[str]]
_Source: TypeAlias = Union[_Path, bytes, bytearray, memoryview, _File, Message]
_Bytes: TypeAlias = Union[_Path, bytes, bytearray, memoryview, _File]
_Sources: TypeAlias = Union[_Path, Iterable[_Source]]
_JudgedAt: TypeAlias = Union[Literal["signing", "now"], datetime]
_Roots: TypeAlias = Union[_Bytes, Iterable[_Bytes]]
_SecretField: TypeAlias = Literal["access", "submission", "gateway"]
_Key: TypeAlias = Union[bytes, bytearray, Sequence[Union[bytes, bytearray]]]
_Mailbox: TypeAlias = Union[str, tuple[str, str]]
_Mailboxes: TypeAlias = Union[str, Iterable[_Mailbox]]
_Attachment: TypeAlias = Union[_Path, tuple[str, _Bytes], tuple[str, str, _Bytes]]
_Attachments: TypeAlias = Union[_Path, Iterable[_Attachment]]
_Receipt: TypeAlias = Literal["completa", "breve", "sintetica"]
_Action: TypeAlias = tuple[Literal["file", "tag", "assign", "hold", "forward"], str]
_TicketState: TypeAlias = Literal["queued", "sending", "sent", "refused", "unknown"]
_Ids: TypeAlias = Union[str, Iterable[str]]
_Progress: TypeAlias = Callable[[int, int], object]
_FormKind: TypeAlias = Literal["document", "digest", "outcome", "reason", "name", "time", "accepted", "refused"]
_Language: TypeAlias = Literal["it", "en"]
_Role: TypeAlias = Literal["user", "service"]
_What: TypeAlias = Literal["original", "daticert", "attachments", "signature", "nested", "restored"]
_ServiceReceipts: TypeAlias = Literal["hidden", "visible"]
_Reading: TypeAlias = Literal["plain", "art-147"]
_MailboxState: TypeAlias = Literal["active", "full", "disabled"]
_Point: TypeAlias = Literal["incoming", "delivery"]
_Host: TypeAlias = Literal["pec.alfa.example", "cert.beta.example", "pec.gamma.example"]

@final
class Message:
    r"""A message: its bytes as they were received, and the tree of its parts.

    `source` is a path, bytes or a file object opened with "rb". Anything can be read: what is no message has the verdict for
    it. `name` is what the message is called in reports; the path, unless given. `limits` say how much of it is read, now and
    later.

    Raises `MissingFileError` or `FileError` when a file cannot be read, `SeveralMessagesError` for an mbox, `TooLargeError`
    beyond 256 MiB, or the limit that is given.

    >>> message = Message(b"Subject: x\r\n\r\nbody")
    >>> message.root.header("subject")
    'x'
    >>> Message("no such file")
    Traceback (most recent call last):
        ...
    pecpy.MissingFileError: ...
    """

    def __new__(cls, source: _Source, *, name: str | None = None, limits: Limits | None = None) -> Message: ...
    @property
    def name(self) -> str:
        """What the message is called in reports."""
    @property
    def data(self) -> bytes:
        """The bytes as they were received."""
    @property
    def root(self) -> Part:
        """The message itself, as the part that holds all others."""
    def __bytes__(self) -> bytes: ...
    def __len__(self) -> int: ...
    def parts(self) -> list[Part]:
        """Every part, the root first, depth first; parts of nested messages too."""
    def original(self) -> Message | None:
        """The original message (`postacert.eml`) inside an envelope or a complete delivery receipt; `None` where there is none.

        That something stands where an original stands proves nothing: the verdict on the message does.
        """
    def attachments(self) -> list[Extracted]:
        """The attachments of the original message; of the message itself when it carries none."""
    def nested(self) -> list[Message]:
        """The PECs inside an ordinary message, each to be verified on its own."""
    def restored(self) -> Message | None:
        """The whole message as it was before a program transcoded it, to be verified on its own; `None` where it was not."""
    def extract(self, what: _What) -> list[Extracted]:
        """Takes something out: `"original"`, `"daticert"`, `"attachments"`, `"signature"`, `"nested"` or `"restored"`. The list
        may be empty.

        Raises `ArgumentError` for another word.
        """

@final
class Extracted:
    """Something that was taken out of a message."""

    @property
    def name(self) -> str | None:
        """The usual name (`postacert.eml`), or what an attachment calls itself; `None` when it has none.

        The sender of the message chose the name of an attachment, it may hold anything (`../../etc/passwd`): never use it as
        a path.
        """
    @property
    def is_message(self) -> bool:
        """Whether it is a message."""
    @property
    def data(self) -> bytes:
        """The bytes, without transfer encoding."""
    def __bytes__(self) -> bytes: ...
    def __len__(self) -> int: ...

@final
class Part:
    """One part of a message: a header and a body. It keeps its message alive."""

    @property
    def media_type(self) -> str:
        """The media type in lower case; `text/plain` where none is given (RFC 2045 §5.2)."""
    @property
    def file_name(self) -> str | None:
        """The file name, decoded; `None` where there is none. Its sender chose it, it may hold anything."""
    @property
    def headers(self) -> list[tuple[str, str]]:
        """The header fields in their order: name and value as they were received, unfolded, bytes that are not UTF-8 replaced."""
    @property
    def raw(self) -> bytes:
        """Header and body, as they were received."""
    @property
    def body(self) -> bytes:
        """The body, as it was received."""
    @property
    def content(self) -> bytes:
        """The body without its transfer encoding."""
    @property
    def text(self) -> str:
        """The content as text, in the character set that the part names."""
    @property
    def range(self) -> tuple[int, int]:
        """Where it stands in the bytes of the message: first position, and the one after the last."""
    @property
    def transfer_encoding(self) -> Literal["identity", "quoted-printable", "base64"]:
        """How the body travels: `"quoted-printable"`, `"base64"`, or `"identity"`: 7bit, 8bit, binary, or unknown."""
    @property
    def is_multipart(self) -> bool:
        """Whether it has parts of its own."""
    @property
    def is_message(self) -> bool:
        """Whether it is a message inside the message."""
    @property
    def is_nested(self) -> bool:
        """Whether it stands inside such a message."""
    @property
    def parent(self) -> Part | None:
        """The part that holds it; `None` for the root."""
    @property
    def children(self) -> list[Part]:
        """The parts of a multipart; the one root part of a nested message."""
    def header(self, name: str) -> str | None:
        """The first header field of this name, upper and lower case alike, decoded as unstructured text (RFC 2047); `None` where
        there is none.
        """

@final
class Limits:
    r"""How much of a message is read: bounds, all inclusive. What is not given is as for mail that comes from the Internet. One that
    is hit is a finding (`mime.limits`, `cms.limits`, `daticert.limits`), but for `message_bytes`, which is a `TooLargeError`.

    A lower one makes less of hostile mail cost anything; it may also refuse genuine mail, which is then `unverifiable`, never
    `forged`.

    Raises `ArgumentError` for messages beyond 4 GiB.

    >>> Limits(parts=100).parts, Limits().depth
    (100, 64)
    >>> verify(b"Subject: x\r\n\r\nx", limits=Limits(message_bytes=10))
    Traceback (most recent call last):
        ...
    pecpy.TooLargeError: ...
    """

    def __new__(
        cls,
        *,
        message_bytes: int | None = None,
        header_bytes: int | None = None,
        header_fields: int | None = None,
        parts: int | None = None,
        depth: int | None = None,
        boundary_bytes: int | None = None,
        signature_bytes: int | None = None,
        signers: int | None = None,
        certificates: int | None = None,
        attributes: int | None = None,
        path_signatures: int | None = None,
        path_length: int | None = None,
        daticert_bytes: int | None = None,
        recipients: int | None = None,
        daticert_text_bytes: int | None = None,
        daticert_depth: int | None = None,
        decoded_bytes: int | None = None,
    ) -> Limits: ...
    @property
    def message_bytes(self) -> int:
        """Bytes of one message: it is held whole."""
    @property
    def header_bytes(self) -> int:
        """Bytes of one header block."""
    @property
    def header_fields(self) -> int:
        """Fields of one header block."""
    @property
    def parts(self) -> int:
        """Parts of one message, those of nested messages included."""
    @property
    def depth(self) -> int:
        """Depth of nested parts and messages."""
    @property
    def boundary_bytes(self) -> int:
        """Characters of a boundary."""
    @property
    def signature_bytes(self) -> int:
        """Bytes of the decoded signature (`smime.p7s`)."""
    @property
    def signers(self) -> int:
        """Signers of one signature."""
    @property
    def certificates(self) -> int:
        """Certificates that travel in one signature."""
    @property
    def attributes(self) -> int:
        """Attributes of one signer."""
    @property
    def path_signatures(self) -> int:
        """Signature checks spent on the search of one certification path."""
    @property
    def path_length(self) -> int:
        """Certificates of one path."""
    @property
    def daticert_bytes(self) -> int:
        """Bytes of the decoded certification data (`daticert.xml`)."""
    @property
    def recipients(self) -> int:
        """Recipients in the certification data."""
    @property
    def daticert_text_bytes(self) -> int:
        """Bytes of one text of the certification data."""
    @property
    def daticert_depth(self) -> int:
        """Levels of the certification data."""
    @property
    def decoded_bytes(self) -> int:
        """Bytes of one decoded attachment or nested message."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class SignedFile:
    """A signed file (CAdES, `.p7m`), opened: a path, bytes or a file, such as the `data` of an attachment; DER or BER, as bytes,
    as base64 text or as PEM, also several around each other.

    It proves at most that the document is the one that the key in the file signed. It does not prove who signed, or when, or
    that the signature has any legal effect: no certificate is judged.

    Raises `SignedFileError` when it is no such file or holds no document (a detached `.p7s`), when it is damaged, or when there
    is too much of it.

    >>> SignedFile(b"%PDF-1.7 is not signed")
    Traceback (most recent call last):
        ...
    pecpy.SignedFileError: ...
    """

    def __new__(cls, source: _Bytes) -> SignedFile: ...
    @property
    def content(self) -> bytes:
        """The document inside all signatures. Where the integrity of a signer is anything but `intact`, it is not known to be the
        document that was signed.
        """
    @property
    def layers(self) -> list[list[FileSigner]]:
        """The signatures around each other, the outermost first; of each the signers, in the order of the file."""

@final
class FileSigner:
    """Somebody who signed a file, as the file itself says. Nothing vouches for it."""

    @property
    def integrity(self) -> Literal["intact", "altered", "unsupported", "certificate-missing"]:
        """Whether the document is the one that the key signed: `intact`, `altered`, `unsupported` (the algorithm is not known, or
        nobody should rely on it any more), or `certificate-missing`.
        """
    @property
    def subject(self) -> str | None:
        """The subject of the certificate that the file holds, for display: a claim."""
    @property
    def digest_algorithm(self) -> str | None:
        """The digest over the document, such as `sha256`; `None` where it is not known."""
    @property
    def signing_time(self) -> datetime | None:
        """When it was signed, as the signer states it, in UTC: a claim."""
    @property
    def names_certificate(self) -> bool:
        """Whether the signature names its certificate by a digest, as CAdES asks (ETSI EN 319 122-1 §5.2.2)."""
    @property
    def certificate(self) -> bytes | None:
        """The certificate that the signer names, DER; `None` when the file does not hold it. It is not judged."""

@final
class TrustStore:
    """Whom a judgement trusts: the pinned PEC authorities, their known issues, and what the host adds.

    A value: `with_...` gives another store and leaves this one as it is. `TrustStore()` is what is built into this version:
    AgID CA1 and DigitPA CA1, their issues, the hosts of the providers.

    >>> TrustStore().host_anchors
    []
    >>> TrustStore().with_host_anchor(b"no certificate")
    Traceback (most recent call last):
        ...
    pecpy.CertificateError: ...
    """

    def __new__(cls) -> TrustStore: ...
    @staticmethod
    def from_json(json: str) -> TrustStore:
        """Trust data of another date, in the form of `to_json` and of `pec trust show --json`.

        Raises `TrustDataError` when they have another form.
        """
    @property
    def id(self) -> str:
        """SHA-256 over everything in it, lower-case hexadecimal: two stores with the same one give the same answers."""
    @property
    def data_date(self) -> str:
        """The date of the trust data, `yyyy-mm-dd`."""
    @property
    def host_anchors(self) -> list[str]:
        """The authorities that the host has added, as results name them."""
    def with_host_anchor(self, certificate: _Bytes) -> TrustStore:
        """With an authority of the host's own; a path, bytes or a file, DER or PEM. Every result that rests on it names it
        (`host:...`): such a message is no PEC of the Italian system.

        Raises `CertificateError` when nothing can be read.
        """
    def with_time_stamp_anchor(self, certificate: _Bytes) -> TrustStore:
        """With an authority whose time-stamps (marche temporali) are believed; a path, bytes or a file, DER or PEM.

        Raises `CertificateError` when nothing can be read.
        """
    def with_login_anchor(self, certificate: _Bytes) -> TrustStore:
        """With an authority whose cards (carta nazionale dei servizi) open mailboxes of this host (`Archive.login`); a path, bytes or a file,
        DER or PEM. It vouches for nothing else, and no other authority does for cards.

        Raises `CertificateError` when nothing can be read.
        """
    def with_intermediate(self, certificate: _Bytes) -> TrustStore:
        """With a certificate that may stand between signer and authority and is not trusted by itself; a path, bytes or a file,
        DER or PEM.

        Raises `CertificateError` when nothing can be read.
        """
    def to_json(self) -> str:
        """The trust data as JSON, without what the host has added."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Evidence:
    """Revocation lists and OCSP answers that the host gives.

    A value: `with_...` gives other evidence and leaves this as it is. `Evidence()` is none: every answer about revocation is
    "not-checked", never "good".
    """

    def __new__(cls) -> Evidence: ...
    @property
    def id(self) -> str | None:
        """SHA-256 over everything in it, lower-case hexadecimal; `None` when there is nothing."""
    def with_crl(self, data: _Bytes) -> Evidence:
        """With a certificate revocation list (CRL); a path, bytes or a file, DER or PEM.

        Raises `EvidenceError` when it cannot be read.
        """
    def with_ocsp(self, data: _Bytes) -> Evidence:
        """With an OCSP response; a path, bytes or a file, DER or PEM.

        Raises `EvidenceError` when it cannot be read.
        """

@final
class Directory:
    """The directory of providers (indice dei gestori), which only licensed providers can fetch, from an LDIF file: a path, bytes
    or a file.

    Raises `DirectoryError` with the line when it cannot be read.
    """

    def __new__(cls, ldif: _Bytes) -> Directory: ...
    @property
    def providers(self) -> list[Provider]:
        """The providers, in the order of the file."""
    def provider_of_domain(self, domain: str) -> Provider | None:
        """The provider that manages a mail domain; `None` where none does."""
    def providers_of_certificate(self, certificate: _Bytes) -> list[Provider]:
        """The providers that list a certificate: a path, bytes or a file, DER."""
    def manages(self, certificate: _Bytes, domain: str) -> bool | None:
        """Whether a provider that lists a certificate (a path, bytes or a file, DER) manages a mail domain; `None` when none lists
        it. `False` does not prove a fraud: the directory may be of another day than the message.
        """
    @property
    def remarks(self) -> list[tuple[int, str]]:
        """Departures from RFC 6109 that do not keep the directory from being used, the first thousand: line of the file, from 1, and
        what it is, in English.
        """
    def __len__(self) -> int: ...

@final
class Provider:
    """A provider (gestore), as the directory describes it."""

    @property
    def name(self) -> str:
        """Name of the provider."""
    @property
    def unit(self) -> str | None:
        """Unit of the provider; `None` for the provider itself."""
    @property
    def mail_receipt(self) -> str | None:
        """Where take-charge receipts go."""
    @property
    def managed_domains(self) -> list[str]:
        """The mail domains that it manages."""
    @property
    def certificates(self) -> list[str]:
        """SHA-256 of each of its certificates, lower-case hexadecimal."""
    @property
    def certificate_data(self) -> list[bytes]:
        """Its certificates, DER, in the same order. Nothing of them was checked but their outermost shape."""

@final
class Verifier:
    r"""Trust data, evidence and policy, to verify any number of messages on any number of threads.

    `trust` is what is built in, unless given. Without `evidence` revocation is "not-checked", never "good". `directory` is for
    those who have it. `judged_at` is the time at which the signer is judged: `"signing"`, as the law asks, `"now"`, or a
    `datetime`; every other check stays as it is. `mailbox` is where the messages were found: a `"user"`'s, or a `"service"`
    mailbox of a provider (casella di servizio). `limits` say how much of a message is read, whatever it was parsed with; unless
    they are given, a `Message` keeps its own.

    Certification paths that were found good are kept with the trust store for the next message; they never change an answer.

    >>> verifier = Verifier()
    >>> verifier.verify(b"Subject: ACCETTAZIONE: x\r\n\r\nnot signed").verdict
    <Verdict.NOT_PEC: 'not-pec'>
    >>> Verifier(mailbox="mine")
    Traceback (most recent call last):
        ...
    pecpy.ArgumentError: ...
    """

    def __new__(
        cls,
        *,
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
        directory: Directory | None = None,
        judged_at: _JudgedAt | None = None,
        mailbox: _Role = "user",
        limits: Limits | None = None,
    ) -> Verifier: ...
    def verify(self, source: _Source, *, now: datetime | None = None, name: str | None = None) -> Verification:
        """Verifies one message: a path, bytes, a file object opened with "rb", or a `Message`. It never fails for what is in
        the message: that is a verdict, with its findings.

        `now` is the caller's time, a `datetime` with a time zone; the machine's clock, unless given. `name` is what the
        message is called in reports; the path, unless given.

        What the verdict `certified` proves: a licensed PEC provider signed these very bytes. It does not prove that the
        content is true, that anybody read it, or that no other message exists.

        Raises as `Message`.
        """
    def verify_many(
        self, sources: _Sources, *, now: datetime | None = None, threads: int | None = None
    ) -> Verifications:
        """Verifies whole mailboxes, message by message: see `verify_many`."""

@final
class Verification:
    """Everything that was found out about one message. It never changes; it holds the message.

    The answers are separate, the verdict sums them up. It proves what the verdict says; it does not prove that nothing was
    left out of a mailbox, that a recipient read the message, or that a time is true which only the provider states (`time` is
    `claimed`).
    """

    @property
    def name(self) -> str:
        """What the message is called: its path, or the name that was given."""
    @property
    def message(self) -> Message:
        """The message that was verified."""
    @property
    def verdict(self) -> Verdict:
        """What the message is worth as proof: a `Verdict`."""
    @property
    def is_certified(self) -> bool:
        """Whether the message is proof: the verdict is `certified` or `certified-with-problems`."""
    @property
    def kind(self) -> str:
        """What kind of message it is, by its signed part: the value of `tipo` such as `avvenuta-consegna`, `anomalia`, or
        `ordinary`.
        """
    @property
    def integrity(self) -> Integrity:
        """Are the signed bytes the ones that were signed? An `Integrity`."""
    @property
    def trust_at_signing(self) -> TrustAtSigning:
        """Was the signer trusted at the judged time? A `TrustAtSigning`."""
    @property
    def trust_now(self) -> TrustNow:
        """Is the signer trusted now? A `TrustNow`."""
    @property
    def time(self) -> TimeProof:
        """What the time of signing rests on: a `TimeProof`."""
    @property
    def revocation(self) -> Revocation:
        """What the given evidence says about revocation, for the judged time: a `Revocation`."""
    @property
    def anchor(self) -> str | None:
        """The authority at the end of the path; one that the host has added begins with `host:`. `None` where no path was found."""
    @property
    def signed_at(self) -> datetime | None:
        """When it was signed, in UTC: the proven time, else the time in the signature, else that of the certification data."""
    @property
    def signer(self) -> Signer | None:
        """Who signed, as the certificate says; `None` when there is no signature that can be read."""
    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found, in the order of the checks."""
    def kind_title(self, language: _Language = "it") -> str:
        """The kind for a person, in Italian (`"it"`) or English (`"en"`)."""
    def certified(self) -> Certdata:
        """The certified data: what a licensed PEC provider signed.

        This proves that the provider signed exactly these data and was trusted at the judged time. It does not prove that the
        content is true, that the recipient read it, or, where `time` is `claimed`, that the time is another than the one the
        provider states.

        Raises `NotCertifiedError` for every verdict but `certified` and `certified-with-problems`.
        """
    def claimed(self) -> Certdata | None:
        """What the message claims, whatever the verdict: proof of nothing, anybody can write it. `None` when it holds no data
        that can be read.
        """
    def explain(self, language: _Language = "it") -> str:
        """The verdict and every finding with its reason, for a person, in Italian (`"it"`) or English (`"en"`)."""
    def to_json(self, name: str | None = None) -> str:
        """The verification as one JSON object, byte for byte as `pec verify --json` prints it: keys in fixed order, times in UTC
        (RFC 3339), absent values null. `name` is what the message is called in it; `Verification.name`, unless given.
        """
    def to_dict(self, name: str | None = None) -> dict[str, Any]:
        """The same as a `dict`, for `json`, `pandas` and the like: words, numbers, `None`, lists and `dict`s."""
    def _repr_html_(self) -> str: ...

@final
class Finding:
    """One thing that a check has to say about one message."""

    @property
    def code(self) -> str:
        """The name of the code, such as `cms.digest_mismatch`. Stable."""
    @property
    def severity(self) -> Severity:
        """How grave it is here: a `Severity`."""
    @property
    def layer(self) -> Layer:
        """Where it arose: a `Layer`."""
    @property
    def detail(self) -> str:
        """The evidence. May be empty. Parts of it may come from the message."""
    @property
    def rule(self) -> str:
        """The rule that the check enforces."""
    def explain(self, language: _Language = "it") -> str:
        """What it means for the proof and what to do, in Italian (`"it"`) or English (`"en"`)."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Signer:
    """Who signed, as the certificate says."""

    @property
    def subject(self) -> str:
        """Subject of the certificate, for display."""
    @property
    def name(self) -> str | None:
        """Organisation or common name."""
    @property
    def email(self) -> str | None:
        """First rfc822Name of the certificate."""
    @property
    def issuer(self) -> str:
        """Issuer of the certificate, for display."""
    @property
    def not_after(self) -> datetime | None:
        """End of the certificate's life, in UTC."""
    @property
    def sha256(self) -> str:
        """SHA-256 of the certificate, lower-case hexadecimal."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Certdata:
    """Certification data (dati di certificazione, `daticert.xml`): what a provider states about one message.

    They are proof only when they come from `Verification.certified()`; `is_certified` says so. Nobody can make them by hand.
    """

    @property
    def is_certified(self) -> bool:
        """Whether a licensed PEC provider signed exactly these data; where not, they are a claim that anybody can write."""
    @property
    def kind(self) -> str:
        """Which message this is (`tipo`), such as `avvenuta-consegna`."""
    @property
    def error(self) -> str:
        """What went wrong (`errore`); `nessuno` for nothing."""
    @property
    def sender(self) -> str | None:
        """The sender (`mittente`)."""
    @property
    def recipients(self) -> list[tuple[str, str]]:
        """Every recipient of the original message (`destinatari`), with its class: `certificato` or `esterno`."""
    @property
    def reply_to(self) -> str | None:
        """Where answers go (`risposte`)."""
    @property
    def subject(self) -> str | None:
        """Subject of the original message (`oggetto`)."""
    @property
    def issuer(self) -> str | None:
        """Name of the provider that certifies (`gestore-emittente`)."""
    @property
    def time(self) -> datetime | None:
        """The instant that the provider states (`data`), in UTC; `None` when what is printed is no date and time."""
    @property
    def printed_time(self) -> tuple[str, str, str] | None:
        """Local date, local time and offset from UTC as printed (`giorno`, `ora`, `zona`): `dd/mm/yyyy`, `hh:mm:ss`, `+hhmm`."""
    @property
    def pec_id(self) -> str | None:
        """Identifier of the transaction (`identificativo`)."""
    @property
    def client_message_id(self) -> str | None:
        """Message-ID of the sender's program (`msgid`), as printed: with its angle brackets."""
    @property
    def receipt(self) -> str | None:
        """Form of receipt that was asked for (`ricevuta`): `completa`, `breve` or `sintetica`."""
    @property
    def delivered_to(self) -> str | None:
        """Recipient to whom delivery was done or tried (`consegna`)."""
    @property
    def received_for(self) -> list[str]:
        """Recipients that a take-charge receipt covers (`ricezione`)."""
    @property
    def error_detail(self) -> str | None:
        """Description of the error as printed (`errore-esteso`)."""
    @property
    def error_parts(self) -> tuple[str, str, str] | None:
        """Code, provider and text of that description, where it has this form."""
    @property
    def unknown(self) -> list[tuple[str, str]]:
        """Elements and attributes that RFC 6109 does not know: path and value, in the order of the document, at most 64."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Verifications(Iterator[Verification]):
    """The verifications of whole mailboxes, in the order of the sources: an iterator, made by `verify_many`.

    What cannot be read does not end it: it is told to the log `pecpy`, as a warning, and kept in `unread`.
    """

    @property
    def unread(self) -> list[tuple[str, PecError]]:
        """What could not be read so far: the name of each source, and why, as an exception."""
    def to_dicts(self) -> list[dict[str, Any]]:
        """One flat row for each message that is left, for `pandas.DataFrame` and the like: verdict, kind, and what is certified."""
    def __iter__(self) -> Verifications: ...
    def __next__(self) -> Verification: ...

@final
class Ledger:
    r"""Verified messages, tied to each other by what they are about. It may be shared by threads.

    `own_mailboxes` are the caller's own addresses: receipts of messages that others sent are then pointed out.
    `service_receipts` says whether take-charge receipts are expected among the messages: `"hidden"`, the mailboxes are users',
    or `"visible"`, those of a provider's service mailbox are there too.

    It keeps every message that is a receipt, an envelope or a copy of what was sent, with its bytes: their sum is the memory
    that it takes. `link` ties mailboxes that are on disk without holding them.

    >>> ledger = Ledger()
    >>> ledger.add(verify(b"Subject: not of any transaction\r\n\r\n"))
    False
    >>> len(ledger.dossiers())
    0
    >>> Ledger(service_receipts="some")
    Traceback (most recent call last):
        ...
    pecpy.ArgumentError: ...
    """

    def __new__(
        cls, *, own_mailboxes: Sequence[str] = ..., service_receipts: _ServiceReceipts = "hidden"
    ) -> Ledger: ...
    def add(self, verification: Verification, *, name: str | None = None) -> bool:
        """Adds a verified message, which the dossiers call `name`; `Verification.name`, unless given. Says whether it is of any
        transaction; one that is not is passed over. The order in which messages are added changes nothing.

        Only what is certified moves the state of a recipient; the rest is listed as a claim.

        Raises `LedgerFullError` when the ledger holds as much as it can.
        """
    def add_submission(
        self, message: _Source, *, sender: str, recipients: Sequence[str], at: datetime, name: str | None = None
    ) -> None:
        """Adds what the host itself submitted: `message`, whatever `Message` takes, was handed to the access point at the instant
        `at` for these SMTP `recipients`, with `sender` as the reverse path. Until a certified event comes, its recipients are
        `pending`.

        A message without Message-ID can never be tied to its receipts (RFC 6109 §2.2.1): it stays pending for ever.

        Raises as `Message`, and `LedgerFullError`.
        """
    def dossiers(self, *, now: datetime | None = None, reading: _Reading = "plain") -> Dossiers:
        """The dossiers, each worked out from the set of the messages: states of the recipients, events, contents, legal
        instants. `now` measures silence and nothing else; the machine's clock, unless given. `reading` is `"plain"`, or
        `"art-147"` for notifications: also when a delivery counts by art. 147 c.p.c.
        """

@final
class Dossiers:
    """The dossiers of a ledger, one for each message that was sent, in the order in which they became known: a sequence of
    `Dossier`. It never changes and lives without the ledger.
    """

    @property
    def strays(self) -> list[Stray]:
        """Receipts and bounces that speak of no transaction that is known: a list of `Stray`."""
    @property
    def unread(self) -> list[tuple[str, PecError]]:
        """What could not be read: the name of each source, and why, as an exception."""
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Dossier: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[Dossier]: ...
    def __iter__(self) -> Iterator[Dossier]: ...
    def to_json(self) -> str:
        """The dossiers and strays as lines of JSON, byte for byte as `pec link --json` prints them: keys in fixed order, times in
        UTC (RFC 3339) beside the certified local time, absent values null. Each line ends with a line feed.
        """
    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each recipient of each dossier, for `pandas.DataFrame` and the like: what was sent, to whom, and where it
        stands.
        """
    def page(self, language: _Language = "it") -> str:
        """The dossiers as one page of HTML for a person, to be read in a browser and printed, in Italian (`"it"`) or English
        (`"en"`).
        """
    def _repr_html_(self) -> str:
        """The page in a frame of its own, in which no script runs: its style leaves the notebook alone."""

@final
class Sandbox:
    r"""Two or three PEC providers in this process, with mailboxes and a clock that is turned: for tests and trials. Whoever trusts
    its authority trusts everybody: its keys are public.

    The clock stands at `start`, from 2025-03-23 to 2028-08-31; at 2026-02-09 10:15:30 in Rome, unless given: the machine's
    clock is not asked. The same `seed` and calls give the same bytes. `providers` are the first 1 to 3 of `pec.alfa.example`,
    `cert.beta.example` and `pec.gamma.example`, each managing the domain of that name.

    Raises `SandboxError` for settings that make no sandbox.

    >>> sandbox = Sandbox()
    >>> sandbox.set_mailbox("anna@pec.alfa.example")
    >>> sandbox.set_mailbox("ufficio@cert.beta.example")
    >>> head = b"From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\n"
    >>> message = head + b"Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nSubject: Ciao\r\n\r\nCiao\r\n"
    >>> sent = sandbox.submit("anna@pec.alfa.example", ["ufficio@cert.beta.example"], message)
    >>> sent.answer
    'accepted'
    >>> sandbox.settle()
    >>> for stored in sandbox.messages("anna@pec.alfa.example"):
    ...     verification = verify(stored.data, trust=sandbox.trust, now=sandbox.now)
    ...     print(verification.verdict, verification.kind)
    certified accettazione
    certified avvenuta-consegna
    >>> sandbox.submit("nobody@pec.alfa.example", ["ufficio@cert.beta.example"], message)
    Traceback (most recent call last):
        ...
    pecpy.SandboxError: ...
    """

    def __new__(
        cls, *, start: datetime | None = None, seed: int = 1, providers: Literal[1, 2, 3] = 2
    ) -> Sandbox: ...
    @property
    def mailboxes(self) -> list[tuple[str, _MailboxState]]:
        """Every mailbox by address, the providers' service mailboxes too, with its state: `active`, `full` or `disabled`."""
    @property
    def now(self) -> datetime:
        """Where the clock stands, in UTC."""
    @property
    def trust(self) -> TrustStore:
        """The trust data of this version and the sandbox's authority, for `verify`. For trials alone: never verify mail of the
        world with it.
        """
    @property
    def anchor(self) -> str:
        """The certificate of the sandbox's authority in PEM, for `pec verify --anchor`."""
    def set_mailbox(self, address: str, *, state: _MailboxState = "active") -> None:
        """Adds a mailbox, or changes the state of one that is there: `"active"`, `"full"` (nothing fits in any more), or
        `"disabled"` (it takes nothing and cannot send). Below a domain of a provider it is a PEC mailbox, elsewhere an
        ordinary one.

        Raises `SandboxError` when the address is none.
        """
    def submit(self, sender: str, recipients: Sequence[str], message: _Source) -> Submitted:
        """Hands a message, whatever `Message` takes, to the access point of the sender's provider, at the sandbox's time.
        `sender` and `recipients` are the SMTP paths.

        Acceptance or refusal lies in the sender's mailbox when this returns; the rest takes seconds of the sandbox's clock:
        see `settle`.

        Raises `SandboxError` when there is no such mailbox, or for what an SMTP server answers before it takes a message.
        """
    def receive(self, path: str, recipients: Sequence[str], message: _Source) -> None:
        """Hands a message from the Internet to the incoming points of the recipients' providers. `path` is the reverse path."""
    def settle(self) -> None:
        """Turns the clock forward, by a minute at most, until no message moves: the receipts of what was submitted have arrived,
        unless a fault or a stopped point keeps them.
        """
    def advance(self, duration: timedelta) -> None:
        """Turns the clock forward by a `timedelta`; what is due until then happens at its own time.

        Raises `SandboxError` for a negative one, and beyond two years from the start.
        """
    def messages(self, address: str) -> list[Stored]:
        """What lies in a mailbox, oldest first.

        Raises `SandboxError` when there is no such mailbox.
        """
    def write_mailbox(self, address: str, folder: _Path) -> int:
        """Writes every message of a mailbox into a folder, which is made where it does not exist, one file each: `00001.eml` is the
        oldest. A file that stands there is written over. The number of files.

        Raises `SandboxError` when there is no such mailbox, `FileError` when the folder cannot be written.
        """
    def stop_point(self, provider: _Host, point: _Point) -> None:
        """Puts a point of a provider, named by its host, out of order: `"incoming"`, nothing reaches the provider, or
        `"delivery"`, envelopes are taken in charge and wait.
        """
    def restart_point(self, provider: _Host, point: _Point) -> None:
        """Puts it in order again: what waited goes on at the sandbox's time."""
    def add_fault(
        self,
        fault: Literal["lost", "late", "duplicated", "reordered", "foreign", "forged"],
        *,
        by: timedelta | None = None,
        kind: str | None = None,
        recipient: str | None = None,
        times: int | None = None,
        one_in: int | None = None,
    ) -> None:
        """Something goes wrong from now on, beside what goes wrong already: with a message between who issues it and the
        mailbox. `fault` is `"lost"`, `"late"` (`by` a `timedelta`), `"duplicated"`, `"reordered"` (it waits for the next one),
        `"foreign"` (a genuine receipt about somebody else's message is put beside it), or `"forged"` (a forged one is).

        `kind` is the kind of message that it applies to by its name in `daticert.xml`, such as `avvenuta-consegna`; every
        receipt and notice, unless given. `recipient` is the one of whom the message speaks; anybody, unless given. It applies
        each time, the next `times` times, or once in `one_in`, the same in every run.
        """
    def add_edit(
        self,
        header: str,
        value: str,
        *,
        kind: str | None = None,
        recipient: str | None = None,
        times: int | None = None,
        one_in: int | None = None,
    ) -> None:
        """In the mailbox the outer header field `header`, which nobody signs, has another `value`. The other parameters are those
        of `add_fault`.
        """
    def clear_faults(self) -> None:
        """Nothing goes wrong any more; what is under way keeps its faults."""
    def outcome(self, pec_id: str, recipient: str) -> Outcome | None:
        """What became of a message for one of its recipients, in truth: what the receipts should come to. `None` when there was
        no such submission.
        """
    def forged_delivery(self, pec_id: str, recipient: str) -> bytes:
        """A delivery receipt as a forger would make it: right in every word, at the sandbox's time, signed with a self-made
        certificate that names the recipient's provider. It is not put anywhere.

        Raises `ArgumentError` when there was no such submission, `SandboxError` when no provider manages the address.
        """
    def serve(
        self, folder: _Path, *, password: str = "pec", clock: Literal["turned", "system"] = "turned"
    ) -> Server:
        """Puts the sandbox behind an SMTP server on free ports of 127.0.0.1, and its mailboxes into Maildirs below `folder`, which
        is made where it does not exist: for programs that send by SMTP and read files or IMAP. The address of a mailbox is its
        user name, `password` that of all. `clock` is `"turned"`, or `"system"`: it goes with the machine's.

        The server ends with the block of a `with` statement, or by `stop()`; the sandbox goes on without.

        Raises `SandboxError` when it serves already or no socket can be opened, `FileError` for the folder.
        """

@final
class Submitted:
    """What the access point answered. In each case the sender's mailbox has a message that says it."""

    @property
    def pec_id(self) -> str:
        """Identifier of the transaction (identificativo), also of a refused one."""
    @property
    def answer(self) -> Literal["accepted", "refused", "infected"]:
        """`accepted`, `refused` for a formal reason, or `infected`: refused because of a virus."""
    @property
    def reason(self) -> str | None:
        """The reason of a refusal, in the words of the notice."""

@final
class Stored:
    """A message in a mailbox of the sandbox."""

    @property
    def at(self) -> datetime:
        """When it was put there, in UTC."""
    @property
    def data(self) -> bytes:
        """Its bytes, as a mail program finds them."""
    @property
    def origin(self) -> Literal["genuine", "edited", "copy", "foreign", "forged", "ordinary"]:
        """What it is in truth: `genuine`, `edited` (its outer header), `copy`, `foreign` (about somebody else's message), `forged`,
        or `ordinary`. A mail program does not know it; a test does.
        """
    def __bytes__(self) -> bytes: ...

@final
class Outcome:
    """What became of a message for one recipient, in truth."""

    @property
    def word(
        self,
    ) -> Literal["refused", "underway", "delivered", "failed", "infected", "external", "bounced", "lost"]:
        """`refused`, `underway`, `delivered`, `failed`, `infected`, `external` (it left the certified network), `bounced`, or
        `lost`.
        """
    @property
    def at(self) -> datetime | None:
        """When, in UTC; `None` for what was refused or is under way."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Server:
    """A sandbox that serves: made by `Sandbox.serve`, ended by `stop()` or with the block of a `with` statement."""

    @property
    def smtps(self) -> tuple[str, int]:
        """Host and port of the socket with implicit TLS."""
    @property
    def submission(self) -> tuple[str, int]:
        """Host and port of the socket with STARTTLS."""
    @property
    def tls_authority(self) -> Path:
        """File of the authority that mail clients have to trust for TLS, in PEM; made anew at each start."""
    @property
    def anchor(self) -> Path:
        """File of the authority of the providers, in PEM, for `pec verify --anchor`."""
    def maildir(self, address: str) -> Path:
        """The Maildir of an address.

        Raises `ArgumentError` when the server has ended.
        """
    def problem(self) -> str | None:
        """What went wrong since it was last asked, while nobody was there to be told; `None` when nothing did."""
    def stop(self) -> None:
        """Cuts the connections, ends and joins the threads of the server; the sandbox goes on without. Nothing when it has ended."""
    def __enter__(self) -> Server: ...
    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

@final
class Draft:
    r"""What a person wants to send (bozza). It never changes: what is written is written from its values.

    Addresses are texts, or pairs of a name and an address. Each of `to` gets the receipt that is asked for: `receipt` is `"completa"`,
    `"breve"`, with digests in the place of attachments, or `"sintetica"`; those of `cc` always get a concise one (RFC 6109 §3.3.2).
    PEC knows no blind copies. `attachments` are paths, pairs of a name and bytes, or of three with the media type between them;
    `carried` are messages, whatever `Message` takes, that go along byte for byte. Message-IDs (`in_reply_to`, `references`) are
    given without brackets.

    Raises `FileError` when a file cannot be read, `ArgumentError` for a receipt that there is not.

    >>> draft = Draft("ditta@pec.alfa.example", "Fattura 42/2026", to=["ufficio@cert.beta.example"], text="Si trasmette.\n")
    >>> draft.refusals()
    []
    >>> composed = draft.compose()
    >>> composed.recipients, composed.data.endswith(b"\r\n")
    (['ufficio@cert.beta.example'], True)
    >>> [refusal.code for refusal in Draft("ditta@pec.alfa.example", "Fattura").refusals()]
    ['send.no_to']
    """

    def __new__(
        cls,
        sender: _Mailbox,
        subject: str,
        *,
        to: _Mailboxes | None = None,
        cc: _Mailboxes | None = None,
        text: str = "",
        html: str | None = None,
        attachments: _Attachments | None = None,
        carried: _Source | Iterable[_Source] | None = None,
        receipt: _Receipt = "completa",
        in_reply_to: str | None = None,
        references: Sequence[str] | None = None,
    ) -> Draft: ...
    @staticmethod
    def reply(
        sender: _Mailbox,
        message: _Source,
        *,
        to: _Mailboxes | None = None,
        cc: _Mailboxes | None = None,
        text: str = "",
        html: str | None = None,
        attachments: _Attachments | None = None,
        carried: _Source | Iterable[_Source] | None = None,
        receipt: _Receipt = "completa",
    ) -> Draft:
        """An answer to a message, whatever `Message` takes, which goes along byte for byte: unless `to` says otherwise, to whoever asks for
        answers, else to its sender. In the envelope of a PEC that is the sender of the original, never the provider. The message need
        not be certified: what it says of its sender may be a lie.
        """
    @staticmethod
    def forward(
        sender: _Mailbox,
        message: _Source,
        *,
        to: _Mailboxes | None = None,
        cc: _Mailboxes | None = None,
        text: str = "",
        html: str | None = None,
        attachments: _Attachments | None = None,
        carried: _Source | Iterable[_Source] | None = None,
        receipt: _Receipt = "completa",
    ) -> Draft:
        """A message, whatever `Message` takes, handed on byte for byte: a PEC inside keeps its proof."""
    @property
    def sender(self) -> str:
        """The address of the mailbox from which it goes."""
    @property
    def to(self) -> list[str]:
        """To whom it is addressed."""
    @property
    def cc(self) -> list[str]:
        """Who gets a copy."""
    @property
    def subject(self) -> str:
        """The subject."""
    @property
    def text(self) -> str:
        """The text."""
    @property
    def html(self) -> str | None:
        """The text as HTML as well."""
    @property
    def attachments(self) -> list[str]:
        """The names of its files."""
    @property
    def carried(self) -> list[str]:
        """The names of the messages that go along."""
    @property
    def receipt(self) -> str:
        """Which delivery receipt is asked for."""
    @property
    def in_reply_to(self) -> str | None:
        """The Message-ID of what is answered."""
    @property
    def references(self) -> list[str]:
        """The Message-IDs of what went before."""
    def compose(self, *, now: datetime | None = None, message_id: str | None = None, seed: bytes | None = None) -> Composed:
        """Writes it. Its date is `now` as clocks in Italy show it. Of `seed`, 32 bytes that are used for this message alone, are made its
        boundaries and, unless one is given, its Message-ID: the same seed and time write the same bytes. Without one it is
        drawn at random.

        Raises `RefusedError` for values that cannot be written, with all of them in `refusals`. Whether a provider takes what is
        written, `refusals()` says.
        """
    def refusals(self, conditions: Conditions | None = None, *, message_id: str | None = None) -> list[Refusal]:
        """Everything that keeps it from being sent under these conditions, those of the law unless given, and what a person should
        know: a `Refusal` each. It proves as little as `preflight` that a provider takes it.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Composed:
    """A message ready to be sent: bytes that nothing may change any more, and for whom they are. Made by `Draft.compose`."""

    @property
    def data(self) -> bytes:
        """The exact bytes: CRLF throughout and at the end, 7-bit."""
    @property
    def message_id(self) -> str:
        """Its Message-ID, without brackets."""
    @property
    def sender(self) -> str:
        """The SMTP sender."""
    @property
    def recipients(self) -> list[str]:
        """The SMTP recipients: To and Cc, each once."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Conditions:
    """What the provider of a sender takes, as far as it is known: `message_bytes`, `product` (bytes times recipients), `recipients`;
    what is beyond them is refused. Beyond `attachment_bytes` an attachment is remarked. `kept` says whether what is sent is kept byte
    for byte, as an archive does. Where nothing is given, what is beyond the 30 MB times recipients and the 50 recipients of the law
    (DM 2/11/2005 art. 12) is a warning, since most providers take more.

    >>> Conditions(recipients=500).recipients
    500
    """

    def __new__(
        cls,
        *,
        message_bytes: int | None = None,
        product: int | None = None,
        recipients: int | None = None,
        attachment_bytes: int | None = None,
        kept: bool = True,
    ) -> Conditions: ...
    @property
    def message_bytes(self) -> int | None:
        """Bytes of one message."""
    @property
    def product(self) -> int | None:
        """Bytes of the message times recipients."""
    @property
    def recipients(self) -> int | None:
        """Recipients of one message."""
    @property
    def attachment_bytes(self) -> int | None:
        """Bytes of one attachment, decoded, from which on it is remarked."""
    @property
    def kept(self) -> bool:
        """Whether what is sent is kept."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Sheet:
    """A table about mailboxes, in Italian: what `Archive.report` gives. `len` is the number of its rows."""

    @property
    def name(self) -> str:
        """Its name, which is that of the report."""
    @property
    def title(self) -> str:
        """Its title."""
    @property
    def warning(self) -> str | None:
        """`"Attenzione: nessun dato estratto"` where it has no rows; `None` where it has."""
    @property
    def rows(self) -> list[dict[str, str | int | None]]:
        """Its rows, each a `dict` by the names of `to_json`: texts, numbers, months (`"2026-01"`), times (RFC 3339, UTC), or `None`."""
    def to_csv(self, *, bom: bool = False) -> bytes:
        """As CSV (RFC 4180, UTF-8), with Italian titles; no cell is a formula to a spreadsheet. With `bom` it begins with the mark by
        which spreadsheets know UTF-8.
        """
    def to_json(self) -> str:
        """As one JSON object (docs/schema/sheet-1.json), byte for byte as `pec report --json` prints it."""
    def to_html(self) -> str:
        """As a page to be printed: self-contained HTML, without scripts."""
    def __len__(self) -> int: ...

@final
class Rule:
    """What is done with every message that a query finds, by itself or when somebody agrees. Its name is its identity: it acts once on
    each message, under whatever conditions it has later. An empty query finds all. `actions` are pairs of what is done and a value:
    `"file"` puts it into a folder of the host's (fascicolo), the tag `fascicolo/VALUE`; `"tag"` gives it a tag; `"assign"` assigns it
    to somebody, the tag `assegnato/VALUE`; `"hold"` holds it for a case; `"forward"` asks whoever follows the events to forward it
    to an address. A rule that is `suggesting` waits for somebody to decide.

    Raises `QueryError`, `ArchiveError` (`archive.value`) for an empty name or value, `ArgumentError` for an action that there is not.

    >>> Rule("fatture", "oggetto:fattura", [("file", "Fatture")]).actions
    (('file', 'Fatture'),)
    >>> Rule("errata", "da:", [])
    Traceback (most recent call last):
        ...
    pecpy.QueryError: ...
    """

    def __new__(cls, name: str, query: str, actions: Iterable[_Action], *, suggesting: bool = False) -> Rule: ...
    @staticmethod
    def read(rules: _Bytes) -> list[Rule]:
        r"""Rules in the form in which `pec` reads them, TOML, a path or bytes: `[[rule]]` with `name`, `query`, lists `file`, `tag`, `assign`,
        `hold`, `forward`, and `suggest = true` where somebody has to decide.

        Raises `ArgumentError` (`wire.value`), which says what is wrong and where: also two rules of one name.

        >>> Rule.read(b'[[rule]]\nname = "fatture"\nquery = "oggetto:fattura"\nfile = ["Fatture"]\n')
        [<pecpy.Rule "fatture" "oggetto:fattura">]
        """
    @property
    def name(self) -> str:
        """Its name."""
    @property
    def query(self) -> str:
        """What it looks for."""
    @property
    def actions(self) -> tuple[tuple[str, str], ...]:
        """What it does: pairs of what is done and a value."""
    @property
    def suggesting(self) -> bool:
        """Whether it only suggests, and waits for somebody to decide."""

@final
class Archive:
    r"""Everything that was received and sent, kept for as long as it has to be (archivio): one file.

    `path` is an archive that is there; `Archive.create` makes one. `mode` is `"write"`, or `"read"` for a handle through which
    nobody may change anything, also where the disk cannot be written. Use it as a context manager, or call `close`. Threads share
    it: they read side by side and write one after the other; other processes may have it open too. After a fork the child
    opens its own. `key` opens one that is encrypted: the 32 bytes with which it was made. Where keys were changed it is several,
    the one first under which what comes in is encrypted from now on, behind it the older ones, which have to be kept.

    What is stored is the bytes as they came; verdicts, states and the index are worked out from them. An archive proves nothing
    by itself: it gives back the bytes, which are verified again wherever it matters.

    Whatever verifies takes `trust` and `evidence` as `verify` does, and `now`, the machine's clock, unless given. What was stored
    when a call returns is on stable storage.

    Raises `ArchiveError`; `.code` says what: `archive.missing`, `archive.not_an_archive`, `archive.newer`, `archive.network`,
    `archive.read_only`, `archive.key` where a key is missing, wrong or not wanted.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Archive.create(folder + "/posta.pecarchive") as archive:
    ...     put = archive.put(b"Message-ID: <1@ditta.example>\r\nSubject: Preventivo\r\n\r\nBuongiorno.\r\n")
    ...     print(put.stored, len(archive), put.id in archive)
    ...     for entry in archive.search("oggetto:preventivo"):
    ...         print(entry.subject, entry.verdict)
    new 1 True
    Preventivo not-pec
    >>> Archive("no such file")
    Traceback (most recent call last):
        ...
    pecpy.ArchiveError: ...
    """

    def __new__(cls, path: _Path, *, mode: Literal["write", "read"] = "write", key: _Key | None = None) -> Archive: ...
    @staticmethod
    def create(path: _Path, *, key: _Key | None = None, searchable: Literal["fields", "words"] = "fields") -> Archive:
        """Makes an empty archive and opens it. With a `key`, 32 random bytes that the host keeps (`secrets.token_bytes(32)`), what is
        stored in it is encrypted: without the key nobody opens it again. The index cannot be encrypted; `searchable` says what of an
        encrypted archive it has: `"fields"` are kinds, verdicts, states, dates, identifiers, addresses, mailboxes, tags and digests of
        attachments, but no subject, no text and no name of an attachment; `"words"` has all these too, for whoever has the file.
        Identifiers are digests: whoever has the file can see whether something that he has is in it.

        Raises `ArchiveError`: `archive.exists` where anything is there, `archive.network` on a network file system,
        `archive.value` for a key that is not 32 bytes.

        >>> import secrets, tempfile
        >>> folder, key = tempfile.TemporaryDirectory(), secrets.token_bytes(32)
        >>> path = folder.name + "/riservata.pecarchive"
        >>> with Archive.create(path, key=key) as archive:
        ...     id = archive.put(b"Subject: Riservata").id
        >>> with Archive(path, key=key) as archive:
        ...     archive.get(id)
        b'Subject: Riservata'
        >>> Archive(path)
        Traceback (most recent call last):
            ...
        pecpy.ArchiveError: The keys are not those of the archive: ...
        >>> folder.cleanup()
        """
    def acting_as(self, name: str) -> Archive:
        """The same open archive, used in the name of a user of the host's, which stands in the log beside whatever he changes;
        otherwise it is "host". Once anything was done to the `organisation`, every call is judged by what he may do, and raises
        `DeniedError` where he may not, which stands in the log too. The host vouches for who it is. Each is closed by itself.
        """
    def acting_as_operator(self, name: str, *, client: str | None = None, account: str | None = None) -> Archive:
        """The same open archive, used in the name of somebody who administers (operatore): all of a `client`, one `account`, or
        everything where neither is given. The host vouches for who it is. To administer is not to read: for that an operator needs
        grants as a user. Each is closed by itself.

        Raises `ArgumentError` for a name or a code that cannot be one.
        """
    @property
    def organisation(self) -> Organisation:
        """Who may do what in which mailbox: an `Organisation`."""
    @property
    def actor(self) -> str:
        """In whose name it is used."""
    @property
    def path(self) -> Path:
        """Where it is: the path by which it was opened, absolute."""
    def close(self) -> None:
        """Ends its use; calls that go on end first. Closing again does nothing."""
    def __enter__(self) -> Archive: ...
    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None: ...
    def put(
        self, message: _Source, *, mailbox: str = "", now: datetime | None = None, trust: TrustStore | None = None, evidence: Evidence | None = None
    ) -> Put:
        """Stores one message, whatever `Message` takes, as it was received; `mailbox` is where it was found: an address, or whatever
        name the host has for it. Nothing is refused for what it says: what is wrong with it is kept beside it.

        Raises as `Message`, and `ArchiveError`: then nothing was stored.
        """
    def put_many(
        self, messages: Iterable[_Source], *, batch: int = 100, mailbox: str = "", now: datetime | None = None, trust: TrustStore | None = None, evidence: Evidence | None = None
    ) -> list[Put]:
        """Stores messages, whatever `Message` takes, `batch` in one transaction: all of these, or none. About a hundred at a time cost
        a tenth of one by one. The rest is as for `put`.
        """
    def put_submitted(
        self,
        message: _Source,
        *,
        sender: str,
        recipients: Sequence[str],
        at: datetime,
        mailbox: str = "",
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
    ) -> Put:
        """Stores the message that the host has just submitted, at the instant `at`, for these SMTP `recipients`, with `sender` as the
        reverse path: its recipients are pending until a certified event comes. The rest is as for `put`.
        """
    def put_from(
        self,
        file: _Reader,
        *,
        mailbox: str = "",
        now: datetime | None = None,
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
        limits: Limits | None = None,
    ) -> Put:
        """Stores one message that is read from a file opened with "rb", a piece at a time. One within `limits` is as one that was
        `put`. One beyond them is not lost: it goes into the archive piece by piece, up to 1 TiB, judged as what is too long to be
        verified, and `get_to` gives it back. While the rest of it is read nobody else can write, so give a file, not a slow
        connection, and nothing that itself writes to this archive. What the file raises ends the call: then nothing was stored.

        The rest is as for `put`.
        """
    def get(self, id: str) -> bytes:
        """The exact bytes of a message, by its identifier: 64 hexadecimal digits.

        Raises `NotInArchiveError`, and `DamagedError` where they are no longer what was stored.
        """
    def get_to(self, id: str, file: _Sink) -> None:
        """Writes the exact bytes of a message to a file that was opened with "wb", a piece at a time, so that a large one is never
        held whole. What was written counts only when the call returns. The rest is as for `get`.
        """
    def __len__(self) -> int: ...
    def __contains__(self, id: str, /) -> bool: ...
    def search(self, query: str = "", *, page_size: int = 100) -> Found:
        """What a query finds, newest first: an iterator of `Entry`, which reads `page_size` entries at a time. A query is what a person
        types, such as `da:acme stato:consegnato dopo:2026-01-01 "contratto quadro"`; an empty one finds everything.

        Raises `QueryError` when it cannot be understood; `explain_query` shows where.
        """
    def page(self, query: str = "", *, start: int | None = None, limit: int = 20) -> Page:
        """One page of what a query finds: a `Page` of `limit` entries at most. `start` is what the page before says as `next`: a number
        that a host may keep.

        Raises as `search`.
        """
    def entry(self, id: str) -> Entry:
        """What the index knows of a message, by its identifier: an `Entry`.

        Raises `NotInArchiveError`; `DamagedError` where the index has lost it, which `rebuild_index` mends.
        """
    def messages_about(self, identifier: str) -> list[str]:
        """The identifiers of the messages that speak of the transaction of this identificativo or msgid, oldest first."""
    def ledger(
        self, identifier: str, *, now: datetime | None = None, trust: TrustStore | None = None, evidence: Evidence | None = None
    ) -> Ledger:
        """Everything that speaks of the transaction of this identificativo or msgid, as a `Ledger`: its dossiers are worked out from the
        bytes, not from what is stored beside them; messages are called by their identifiers.

        Raises `DamagedError` where a message of it cannot be read.
        """
    def queue(
        self,
        message: Composed | _Source,
        *,
        mailbox: str,
        key: str,
        sender: str | None = None,
        recipients: Sequence[str] | None = None,
        conditions: Conditions | None = None,
        now: datetime | None = None,
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
    ) -> Ticket:
        """Takes a message to be sent from a mailbox, by whoever sends next: a `Composed`, or whatever `Message` takes with its SMTP `sender`
        and `recipients`. Its exact bytes are archived; when this returns, they and the `Ticket` are on stable storage. `key` is your own
        name for it, up to 500 bytes (an invoice number): within the mailbox it stands for one message, for ever. The same key with
        the same message and envelope gives the same ticket, whatever has become of it, so that whoever does not know whether he was
        heard can ask again.

        Raises `RefusedError` where a provider of these `conditions`, those of the law unless given, would not take it: all reasons are in
        its `refusals`. Raises `ArchiveError`: `archive.key_reused` where the key stands for another message, `archive.value` for
        an empty or odd key, or no recipients. Nothing was stored then.
        """
    def ticket(self, mailbox: str, key: str) -> Ticket:
        """The `Ticket` of this key: where what was given to be sent stands, and what the server said.

        Raises `NotInArchiveError`.
        """
    def tickets(self, mailbox: str, state: _TicketState, *, after: int = 0, limit: int = 1000) -> list[Ticket]:
        """At most `limit` tickets of a mailbox in a state (`"queued"`, `"sending"`, `"sent"`, `"refused"`, `"unknown"`), in the order in which
        they were given, behind the one of this `number`.
        """
    def tickets_of(self, id: str) -> list[Ticket]:
        """The tickets of a message, by its identifier, in the order in which they were given: none for one that nobody has given to be
        sent.

        Raises `NotInArchiveError`.
        """
    def resolve(
        self,
        mailbox: str,
        key: str,
        resolution: Literal["sent", "not-sent"],
        *,
        now: datetime | None = None,
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
    ) -> Ticket:
        """Ends that nobody knows of a message whether it has gone: `"sent"` where somebody has found out that it has, `"not-sent"` where it
        has not, and waits to be sent. Whoever says so wrongly sends it twice. Gives its `Ticket`.

        Raises `ArchiveError` (`archive.value`) where it is known, `NotInArchiveError`.
        """
    def file(self, rules: Sequence[Rule], ids: _Ids, *, now: datetime | None = None) -> list[Filed]:
        """Lets rules act on messages, by one identifier or several, each rule once on each message, in the order in which they are given;
        all of it or nothing. What is done is logged as if somebody had done it by hand. A `Filed` for each rule and message that it has
        acted on, or for which it suggests something.

        Raises `NotInArchiveError` for a message that is not here: then nothing was done.
        """
    def explain(self, rule: Rule, id: str) -> Explained:
        """Why a rule acts on a message of the archive, or does not: an `Explained`. Nothing is done.

        Raises `NotInArchiveError`.
        """
    def explain_bytes(
        self,
        rule: Rule,
        message: _Source,
        *,
        mailbox: str = "",
        now: datetime | None = None,
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
    ) -> Explained:
        r"""Why a rule would act on a message, whatever `Message` takes, or would not, if it came into this mailbox now: it is judged
        beside everything that is in the archive, in a transaction that is taken back, so that nothing is kept of it. A message that
        is here already has its tags. An `Explained`.

        Raises `ArchiveError` (`archive.read_only`) where the archive is open for reading alone.

        >>> import tempfile
        >>> rule = Rule("fatture", "oggetto:fattura", [("file", "Fatture")])
        >>> with tempfile.TemporaryDirectory() as folder, Archive.create(folder + "/posta.pecarchive") as archive:
        ...     archive.explain_bytes(rule, b"Subject: Preventivo\r\n\r\nBuongiorno.\r\n").conditions
        (('oggetto:fattura', False),)
        """
    def suggestions(self, limit: int = 1000) -> list[Suggestion]:
        """What waits for somebody to decide, oldest first: a `Suggestion` each, at most `limit`."""
    def accept(self, id: str, rule: str, *, now: datetime | None = None) -> None:
        """Does what the rule of this name suggests for a message.

        Raises `NotInArchiveError` where it suggests nothing, or somebody has decided already.
        """
    def dismiss(self, id: str, rule: str) -> None:
        """Puts aside what the rule of this name suggests for a message: it is not suggested again. Raises as `accept`."""
    def events(self, after: int = 0, *, limit: int = 1000) -> list[Happened]:
        """The events after this number, in their order: a `Happened` each, at most `limit`; 0 is before the first."""
    def next_events(self, follower: str, *, limit: int = 1000) -> list[Happened]:
        r"""The events that the follower of this name has not `finished` yet: a `Happened` each, at most `limit`. They are given again until he
        says so, so that whoever is interrupted in his work on one is told once more; a new name begins with the first event that is
        kept.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, Archive.create(folder + "/posta.pecarchive") as archive:
        ...     put = archive.put(b"Subject: Preventivo\r\n\r\nBuongiorno.\r\n")
        ...     for event in archive.next_events("gestionale"):
        ...         print(event.what, event.id == put.id)
        ...         archive.finished("gestionale", event.n)
        ...     archive.next_events("gestionale")
        stored True
        []
        """
    def finished(self, follower: str, n: int) -> None:
        """Notes that a follower has finished everything up to the event of this number, on stable storage when it returns. He never goes
        backwards.

        Raises `ArchiveError` (`archive.value`) for an empty name.
        """
    def follow_from_now(self, follower: str) -> bool:
        """Lets the follower of this name begin behind everything that has happened so far, unless he has begun before. Says whether he is
        new.

        Raises `ArchiveError` (`archive.value`) for an empty name.
        """
    def forget_events(self, up_to: int) -> int:
        """Takes away the events up to the one of this number: whoever has not read them never will. Gives how many."""
    def set_term(self, class_: str, months: int, *, now: datetime | None = None) -> None:
        """Gives a class a term in months, or another term; the class `""` is that of everything that was put in no other, ten years at
        first.

        Raises `ArchiveError` (`archive.value`) for no months at all.
        """
    def terms(self) -> dict[str, int]:
        """The terms of the classes, in months."""
    def classify(self, ids: _Ids, class_: str, *, now: datetime | None = None) -> None:
        """Puts messages into a class, by one identifier or several.

        Raises `NotInArchiveError` for a message or a class that is not here: then nothing was changed.
        """
    def hold(self, ids: _Ids, case: str, *, now: datetime | None = None) -> None:
        """Holds messages for a case (a lawsuit, an inspection), by one identifier or several: none of them can be erased until the case
        is released.

        Raises `NotInArchiveError` for a message that is not here: then none is held.
        """
    def release(self, case: str, *, now: datetime | None = None) -> int:
        """Ends the hold of a case; gives the number of messages that it held.

        Raises `NotInArchiveError` when nothing is held for it.
        """
    def cases(self) -> dict[str, int]:
        """The cases for which messages are held, by name, and how many each holds."""
    def held(self, case: str) -> list[str]:
        """The identifiers of the messages that are held for a case, in the order of their dates.

        Raises `NotInArchiveError` when nothing is held for it.
        """
    def retention(self, id: str) -> Retention:
        """How long a message is kept, and what else keeps it: a `Retention`. It is what `erase` would say of it, before anybody asks to
        erase it.

        Raises `NotInArchiveError`.
        """
    def erase(self, ids: _Ids, reason: str, *, now: datetime | None = None) -> list[Erased]:
        """Erases messages whose term is over and which no case holds, by one identifier or several; the others stay. Gives an `Erased`
        for each: the entry of the log that is the certificate of its erasure, or what keeps it. What is erased is overwritten in the
        file; nothing is proven about copies elsewhere.

        Raises `NotInArchiveError` for a message that is not here, `ArchiveError` (`archive.value`) for an empty reason: then
        nothing was erased.
        """
    def scrub(self) -> None:
        """Overwrites what is left in the file of erased messages, by writing all of it anew without them: `erase` overwrites what it
        erases, but single values may be left in gaps of the file, or in its log while somebody reads an older state. When it returns,
        nothing is left. It takes as long as a copy, and room for two.

        Raises `LockedError` while somebody reads an older state.
        """
    def expiring(self, until: datetime, *, now: datetime | None = None, limit: int = 1000) -> list[Ending]:
        """What ends until `until`, at most `limit` of each kind: an `Ending` for each term, for each certificate on which a proof rests
        that no time-stamp covers yet, and for that of the authority which stamped the log last.
        """
    def tag(self, ids: _Ids, tag: str, *, now: datetime | None = None) -> None:
        """Gives messages a tag of the host's, by one identifier or several.

        Raises `NotInArchiveError` for a message that is not here, `ArchiveError` (`archive.value`) for an empty tag: then none is
        tagged.
        """
    def untag(self, ids: _Ids, tag: str, *, now: datetime | None = None) -> None:
        """Takes a tag away again."""
    def stats(self) -> Stats:
        """The archive in numbers: a `Stats`."""
    def report(
        self,
        kind: str,
        *,
        client: str | None = None,
        account: str | None = None,
        months: str | None = None,
        now: datetime | None = None,
    ) -> Sheet:
        """A report about mailboxes as a `Sheet`, in which nothing foreign is: `"active-mailboxes"`, `"revoked-mailboxes"`, `"service-use"`,
        `"delegates"`, `"delivery"`, `"traffic"`, `"access-lost"` or `"proof-expiring"`. `client` or `account` choose what belongs to
        one of them. `months` is `"2026-01"`, or `"2026-01..2026-03"`, as they are counted in Rome; without them it is this month, for
        proofs the next one too, for services now.

        Raises `ArchiveError` (`archive.value`) for months where the report takes none (`"delegates"`, `"access-lost"`),
        `NotInArchiveError` for a client or account that there is not, or that is not seen, `ArgumentError` for what is not understood.
        """
    def domain_report(
        self,
        records: str,
        *,
        anomalous_only: bool = False,
        client: str | None = None,
        account: str | None = None,
        now: datetime | None = None,
    ) -> Sheet:
        """The domains of the accounts that are administered, each with the date of its last check and with what was not as it should be, as a
        `Sheet`; with `anomalous_only` those alone that are not as they should be. `records` is what was found in the DNS, as JSON:
        `{"expected": {"mx": [], "txt": []}, "checks": [{"domain": "…", "checked_at": "…", "mx": [], "txt": []}]}`; nothing is asked of any
        server.

        Raises as `report` does.
        """
    def log_entry(self, index: int) -> str | None:
        """One entry of the log, from 0, as JSON, as it was logged; `None` beyond the last."""
    def log_root(self) -> tuple[int, str]:
        """The number of entries of the log, and the root over them (RFC 6962) in hexadecimal digits: whoever keeps it elsewhere sees later
        whether anything was changed.
        """
    def log(self, start: int = 0, *, limit: int = 1000) -> list[LogRow]:
        """Entries of the log from number `start` on, at most `limit`: who did what, when, to what. A `LogRow` each."""
    def export_log(
        self, file: _Sink, *, start: int = 0, format: Literal["ndjson", "csv", "csv-bom"] = "ndjson"
    ) -> int:
        """Writes the log out from number `start` on, to a file that was opened with "wb", and gives the number of the entry that comes
        next. `format` is `"ndjson"`, one JSON object a line; `"csv"`, a table in which what a sender wrote is no formula to a
        spreadsheet; or `"csv-bom"`, the same with the mark by which spreadsheets know UTF-8. Secrets and the text of messages are
        never in it. What was written counts only when the call returns.
        """
    def sign_log(self, key: LogKey, *, now: datetime | None = None) -> bytes:
        """The present root of the log as a checkpoint (C2SP), signed: to be kept where whoever writes the archive cannot change it. Given
        back to `verify_log` as a `KeptRoot`, it shows whether the entries before it are still those. That it was signed stands in the
        log.
        """
    def verify_log(self, *kept: KeptRoot, trust: TrustStore | None = None, now: datetime | None = None) -> LogCheck:
        r"""Works the tree of the log out anew from its entries, and compares it with the one that is stored, with the roots that were
        time-stamped, as `trust` judges at `now`, and with the `KeptRoot`s that were kept elsewhere. Gives a `LogCheck`: it names the
        first entry that was edited, removed, inserted or moved, and says how many at the end nobody else vouches for.

        It does not show what was done after the last root that somebody else vouches for, and a log does not bind whoever holds the
        file and its key to write down what he does.

        >>> import tempfile
        >>> key = LogKey("posta", bytes(range(32)))
        >>> with tempfile.TemporaryDirectory() as folder, Archive.create(folder + "/posta.pecarchive") as archive:
        ...     put = archive.put(b"Subject: Preventivo\r\n\r\nBuongiorno.\r\n")
        ...     kept = KeptRoot.signed(archive.sign_log(key), key.verifier)
        ...     check = archive.verify_log(kept)
        ...     print(check.is_clean, check.sound, check.unanchored, check.roots[0].by, check.roots[0].who)
        True 2 1 key posta
        """
    def prove_entry(self, n: int, *, size: int | None = None) -> EntryProof:
        """The proof that entry `n` is in the log as it was with `size` entries, all that it has now unless given: an `EntryProof`, which
        is checked without the archive.

        Raises `NotInArchiveError` where there is no such entry.
        """
    def prove_growth(self, start: int, end: int | None = None) -> GrowthProof:
        """The proof that the log with `end` entries, all that it has now unless given, holds all that it held with `start`, in the same
        order: a `GrowthProof`, which is checked without the archive.

        Raises `NotInArchiveError` where it never had that many.
        """
    def check(self, *, progress: _Progress | None = None) -> ArchiveCheck:
        """Reads every message again and compares its digest; checks structure, index, log and evidence. All damage is named in the
        `ArchiveCheck`, nothing is repaired. `progress` is called with what is done and what is to be done.

        Verdicts are not judged again: `reverify` does that. It proves that the bytes are those that were stored, not that nobody has
        written another archive in its place: that, only a time-stamped root kept elsewhere can show.
        """
    def collect(self) -> Collected:
        """Takes away what no message uses; it only takes room. Gives a `Collected`."""
    def backup(self, to: _Path) -> None:
        """Writes a copy of the archive as it is at this moment, while others read and write; the copy is compact, and an archive itself.

        Raises `ArchiveError` (`archive.exists`) where anything is there already.
        """
    def reverify(
        self, *, now: datetime | None = None, trust: TrustStore | None = None, evidence: Evidence | None = None, progress: _Progress | None = None
    ) -> list[Changed]:
        """Judges every message again, with newer trust data or a newer engine: a `Changed` for each verdict that has changed. `progress`
        is called with what is done and what is to be done.
        """
    def rebuild_index(
        self, *, now: datetime | None = None, trust: TrustStore | None = None, evidence: Evidence | None = None, progress: _Progress | None = None
    ) -> None:
        """Makes everything anew that is worked out from the bytes: verdicts, dossiers, the index. Nothing is hidden meanwhile. The
        parameters are those of `reverify`.
        """
    def import_mail(
        self,
        paths: _Path | Iterable[_Path],
        *,
        mailbox: str = "",
        now: datetime | None = None,
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
        progress: _Progress | None = None,
    ) -> Imported:
        """Takes in everything below these paths, one or several: files of one message, mbox files, ZIP files, folders of them, Maildir. What
        cannot be read stands in the `Imported` and stops nothing. A second import goes on where the first was ended, even by a
        crash. `mailbox` is where the messages were found; `progress` is called with the number of files that are done, and of all.

        Another archive that this process has open must not lie below these paths.
        """
    @staticmethod
    def salvage(
        source: _Path,
        target: _Path,
        *,
        actor: str = "host",
        now: datetime | None = None,
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
        key: _Key | None = None,
        progress: _Progress | None = None,
    ) -> Salvaged:
        """Brings everything that can still be read of the broken archive `source` into a new one, `target`, and says in the `Salvaged` what
        it could not. `source` is only read. `actor` is in whose name it is done; `key` is as for
        `Archive`, and encrypts the new one too; the other parameters are those of `reverify`.

        Raises `ArchiveError` (`archive.exists`) where anything is at `target`, `DamagedError` where not even the first page can be
        read: then nothing is left at `target`.
        """
    def begin_login(
        self, mailbox: str, audience: str, *, purpose: Literal["login", "registration"] = "login", now: datetime | None = None
    ) -> Challenge:
        """Gives out what a card has to sign to log in to this mailbox (`purpose` `"login"`), or to be registered with it
        (`"registration"`): a `Challenge`. It holds once, for five minutes. `audience` is the service that asks, by a name that the person
        knows and that no other service has. How often somebody may try is for the host to limit.

        Raises `DeniedError`: `login.mailbox_unknown`, `login.too_many_challenges`.
        """
    def login(
        self, mailbox: str, audience: str, challenge: str, *, trust: TrustStore, cms: _Bytes | None = None, signature: _Bytes | None = None, certificate: _Bytes | None = None,
        scheme: str | None = None, certificates: Sequence[_Bytes] | None = None, evidence: Evidence | None = None,
        revocation: Literal["required", "where-given"] = "required", now: datetime | None = None
    ) -> Login:
        """Lets somebody in who has answered a `challenge`, the text that was given out, with a signature kit: gives a `Login`, or raises. The
        challenge is used up, whatever comes of it, and the log says who came in, or who did not and why.

        The answer is `cms`, as the middleware of smart cards makes it (`.p7m`, `.p7s`), or a bare `signature` with the `certificate` of the
        card and its `scheme` (`"rsa-sha256"`, `"rsa-pss-sha256"`, `"ecdsa-sha256"`; or sha384, sha512). `certificates` stand between the
        card and an authority of `trust` for cards (`TrustStore.with_login_anchor`). `revocation` is `"required"`, or `"where-given"`: then
        what nobody says of it is `"not-checked"` in the answer, never good.

        It proves that somebody has the card and its PIN, now. It does not prove who that is beyond what the authority vouches for, is no
        qualified signature, and gives no right.

        Raises `DeniedError`: `.reason` is a code of its own for each thing that can be wrong (`login.*`).
        """
    def register_kit(
        self, mailbox: str, audience: str, challenge: str, *, name: str, user: str | None = None, trust: TrustStore, cms: _Bytes | None = None, signature: _Bytes | None = None, certificate: _Bytes | None = None,
        scheme: str | None = None, certificates: Sequence[_Bytes] | None = None, evidence: Evidence | None = None,
        revocation: Literal["required", "where-given"] = "required", now: datetime | None = None
    ) -> Kit:
        """Registers the kit that has answered a `challenge` for that under a `name`: for a `user`, a delegate of the mailbox, or for whoever
        it is held for. Whoever administers the mailbox does it. Gives the `Kit`. The rest is as for `login`; to remove one, and to list
        them: `archive.organisation.act("remove-kit", ...)`, and `kits` of `listing("mailboxes")`.

        Raises `DeniedError`: as `login`; `kit.not_needed` where the card is that of the holder, `org.exists`.
        """
    def note_lookup(self, ids: _Ids, lookup: Lookup, *, now: datetime | None = None) -> None:
        """Keeps beside messages, by one identifier or several, what a register answered about the address of a recipient, a `Lookup`: it
        goes into the bundles of their transactions, and is erased with them. It proves nothing about the register: the host says what
        it answered.

        Raises `NotInArchiveError` for a message that is not here, `ArchiveError` (`archive.value`) for what is no address, or was asked
        in the future: then none was kept.
        """
    def lookups(self, id: str) -> list[Lookup]:
        """What was looked up for a message, in the order of time: `Lookup` values.

        Raises `NotInArchiveError` for a message that is not here.
        """
    def stamp(
        self, ask: Callable[[bytes], _Bytes], *, trust: TrustStore | None = None, now: datetime | None = None
    ) -> Stamped:
        """Has the present root of the log time-stamped (RFC 3161): from then on every message that is here is proven to have existed at
        that time, whatever becomes of the certificate of its signer. `ask` is given the text of the checkpoint, and gives the token
        over it, or the whole response of the authority to `pecpy.proof.time_stamp_request`; `trust` names the authority (`TrustStore.with_time_stamp_anchor`).
        Stamping again renews. Gives a `Stamped`.

        It proves that the messages existed, not that the archive is complete.

        Raises what `ask` raises; `TimeStampError` when there is nothing to stamp, or the token is not over this root by an authority
        that `trust` names: then nothing was written.
        """
    def bundle(self, identifier: str, *, now: datetime | None = None, trust: TrustStore | None = None) -> bytes:
        """Everything that proves the transaction of this identificativo or msgid, as the bytes of one ZIP, which `pecpy.proof.verify` and
        `pec proof verify` check without the archive. The page inside is written as `trust` judges at `now`.

        Raises `NotInArchiveError` when nothing speaks of it.
        """
    def deposit(
        self,
        to: _Path,
        *,
        producer: str,
        query: str | None = None,
        messages: _Ids | None = None,
        transactions: Sequence[str] | None = None,
        now: datetime | None = None,
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
        progress: _Progress | None = None,
        **options: str | int | list[str] | tuple[str, ...],
    ) -> Made:
        """Makes packages ready for deposit (pacchetti di versamento) of what a query finds, of messages, or of transactions: one of the
        three is given. Whole transactions are packed; what a package has already is left out. `to` is a file where it ends in
        `.zip`, else a folder in which each package is a folder. `producer` is whose documents they are, as
        `"VATIT-12345678903=Ditta S.r.l."`; further `options` are those of `pec archive deposit make`, with `_` for `-`: `submitter`,
        `signer` (`"ROLE:ID=NAME"`, or several), `classification`, `classification_name`, `classification_plan`, `dossier`
        (`"ID=SUBJECT"`), `confidential` (`"yes"` or `"no"`), `retention` in years, `message_format`, `max_bytes`,
        `max_documents`. Gives a `Made`.

        A package is ready for deposit and nothing more: keeping by the rules of the law begins when a conservation service has
        accepted it.

        Raises `ArchiveError` (`archive.value`) for an option that cannot be; packages that were made before stay.
        """
    def deposit_again(
        self,
        package: str,
        to: _Path,
        *,
        producer: str,
        now: datetime | None = None,
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
        progress: _Progress | None = None,
        **options: str | int | list[str] | tuple[str, ...],
    ) -> Made:
        """Brings the refused documents of a package once more, in new packages that name it. The rest is as for `deposit`.

        Raises `NotInArchiveError` when there is no such package.
        """
    def withdraw_deposit(self, package: str, reason: str, *, now: datetime | None = None) -> int:
        """Gives up a package of which no report will speak, because it was lost on its way or sent back as a whole: its documents that
        wait still count as refused, for this reason, so that `deposit_again` brings them. Gives how many it will bring; where none waits
        nothing is changed. A report that comes later all the same overrules this. It proves nothing about what the conservation
        service has.

        Raises `NotInArchiveError` when there is no such package, `ArchiveError` (`archive.value`) for an empty reason.
        """
    def deposits(self) -> list[Deposit]:
        """The packages that were made, oldest first: a `Deposit` each."""
    def deposited(self, package: str) -> list[Deposited]:
        """The documents of a package and where they stand: a `Deposited` each.

        Raises `NotInArchiveError` when there is no such package.
        """
    def deposit_report(
        self,
        report: _Bytes,
        *,
        form: Mapping[_FormKind, str | Sequence[str]] | None = None,
        now: datetime | None = None,
    ) -> DepositReport:
        """Reads a report of deposit (rapporto di versamento), a path, bytes or a file, and writes down what it says of each document: a
        `DepositReport`. `form` adds names of elements and words to those that are known, by their kinds: `document`, `digest`,
        `outcome`, `reason`, `name`, `time`, `accepted`, `refused`.

        Nothing proves that a report is genuine: a signature on it is for the host to check.

        Raises `ArchiveError` (`archive.report`) when it cannot be read: then nothing is changed.
        """
    def _repr_html_(self) -> str:
        """The archive in numbers."""

@final
class Organisation:
    """Who may do what in which mailbox of an archive, who has what in charge, and how each mailbox lives: what the log of the archive
    says was done, and nothing else. Got by `Archive.organisation`; it acts in the name in which that archive is used
    (`Archive.acting_as`, `Archive.acting_as_operator`).

    What goes in and comes out are `dict`s, with the names of the JSON: `docs/schema/organisation-1.json`. Times go in as `datetime`s
    or texts, and come out as texts.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> archive = Archive.create(folder.name + "/posta.pecarchive")
    >>> organisation = archive.organisation
    >>> events = organisation.act("add-client", client={"code": "C1", "name": "Comune", "kind": "public-body"})
    >>> events[0]["event"]
    'client-added'
    >>> [client["name"] for client in organisation.listing("clients")]
    ['Comune']
    >>> organisation.act({"command": "suspend-user", "user": "anna"})
    Traceback (most recent call last):
        ...
    pecpy.DeniedError: ... [archive.denied: org.not_found: anna]
    >>> archive.close()
    >>> folder.cleanup()
    """

    def act(
        self, command: str | Mapping[str, Any], /, *, now: datetime | None = None, **fields: Any
    ) -> list[dict[str, Any]]:
        """Does this, if whoever asks may and it can be done: `command` is the name of a command and `fields` what it says, or a whole
        command as a `dict`, its name under `"command"`. It is decided on what the log has and written to the log in one step; when it
        returns it is on stable storage, and of several who claim the same at once, in threads and processes, one gets it. Gives each
        event that came of it; none where it was so already.

        Raises `DeniedError` where it is not permitted or cannot be done: `.reason` says why, the log says that it was attempted, and
        nothing else has changed. `ArchiveError` (`archive.value`) where it is no command.
        """
    def listing(
        self,
        listing: Literal[
            "policy",
            "roles",
            "clients",
            "accounts",
            "catalogues",
            "users",
            "mailboxes",
            "grants",
            "mandates",
            "shares",
            "work",
            "requests",
            "due",
        ],
        query: str | Mapping[str, Any] | None = None,
        *,
        client: str | None = None,
        account: str | None = None,
        now: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """What is known, as far as the `client` or `account` goes, else everything, and never further than whoever asks sees: a `dict`
        each. Mailboxes and requests take a query, as its JSON: `{"part": "gare"}`, `{"provider-user": "U1"}`, `{"in": "active"}`,
        `{"activated": {"from": …, "until": …}}`; `{"since": …}`, `{"reference": "R1"}`, `{"activation-code": …}`, `{"mailbox": …}`,
        `{"requester": …}`, `{"holder": …}`.

        Raises `DeniedError` for what is not for users, who see their grants, what they may read by a share, and the work where they may
        list; `ArgumentError` for a listing or a query that there is not.
        """
    def may(
        self,
        permission: str,
        mailbox: str,
        *,
        folder: str | None = None,
        tags: Sequence[str] | None = None,
        now: datetime | None = None,
    ) -> Right:
        """Whether whoever asks may do this in a mailbox now, by the name of the permission (`"send"`): a `Right`, which says by what, and
        under which mandate of the holder. `folder` and `tags` are those of a message; without them the mailbox as a whole is meant.
        It is asked for anew at each act: a right does not outlive a withdrawal. That it was asked is not in the log.

        Raises `DeniedError` where he may not: `.reason` and `.missing` say why.
        """
    def open_share(self, share: str, *, now: datetime | None = None) -> list[Entry]:
        """Opens a share (messa a disposizione) with whoever asks: the messages of its dossier that lie in its mailbox, oldest first, an
        `Entry` each. That it was opened, by whom and when, is on stable storage before they are given.

        Raises `DeniedError` where it is another's, over, withdrawn, or has not begun.
        """
    def get_shared(self, share: str, id: str, *, now: datetime | None = None) -> bytes:
        """The exact bytes of a message of a share, by its identifier. That it was read is on stable storage before they are given.

        Raises `NotInArchiveError` for a message that is not part of it, and as `open_share`.
        """
    @staticmethod
    def examine_document(
        kind: Literal["contract", "revoke-form"], name: str, document: _Bytes
    ) -> dict[str, Any]:
        """Looks at a document before it is uploaded (`stage-document`), bytes or a path: what it is by its first bytes, whatever its name
        says, and its digest, as the `document` of the command. `kind` is `"contract"` or `"revoke-form"`. That it is a PDF, a TIFF or a
        JPEG does not prove that it can be opened, nor what stands in it.

        Raises `DeniedError` (`document.format`) where it is none of the three.

        >>> Organisation.examine_document("contract", "contratto.exe", b"%PDF-1.7")["format"]
        'pdf'
        """

@final
class LogKey:
    """A key with which the host signs roots of the log (Ed25519), by a name without blanks or `+`, from 32 secret random bytes, which
    are always the same key. Where they are kept decides what a signature is worth: whoever has the file of the archive and this key
    can sign another log.

    Raises `ArchiveError` (`archive.value`) for another name, `ArgumentError` for another number of bytes.

    >>> LogKey("posta", bytes(range(32))).verifier
    'posta+...'
    >>> LogKey("la posta", bytes(32))
    Traceback (most recent call last):
        ...
    pecpy.ArchiveError: ...
    """

    def __new__(cls, name: str, secret: bytes) -> LogKey: ...
    @property
    def verifier(self) -> str:
        """What others check its signatures with, in one line (`name+id+key`). It is public, and belongs where nobody who can write the
        archive can change it.
        """

@final
class KeptRoot:
    """A root of the log as the host kept it, with whoever vouches for it: made by `signed` or `mailed`, for `Archive.verify_log`."""

    @staticmethod
    def signed(checkpoint: _Bytes, verifier: str) -> KeptRoot:
        """A checkpoint that `Archive.sign_log` gave, bytes or a path, whose signature `verifier` (`LogKey.verifier`) confirms.

        Raises `ArchiveError` (`archive.value`) where it is none, or is not signed so that this key says it is right.
        """
    @staticmethod
    def mailed(message: _Bytes, *, trust: TrustStore | None = None, now: datetime | None = None) -> KeptRoot:
        """The first checkpoint in the text of a message that was sent by PEC, bytes or a path: the provider certified that it was there
        then. It is the envelope or a complete receipt, as received. It does not say who sent it: give messages of which you know that.

        Raises `NotCertifiedError` where no provider certifies the message, `ArchiveError` (`archive.value`) where no checkpoint stands
        in it.
        """
    @property
    def size(self) -> int:
        """Entries under the root."""

@final
class Found(Iterator[Entry]):
    """What a search finds, newest first: an iterator of `Entry` that reads page after page. Messages that come in meanwhile neither
    repeat nor hide any.
    """

    def __iter__(self) -> Found: ...
    def __next__(self) -> Entry: ...

@final
class Credential:
    """Who enters a mailbox, and until when. No call of this library changes a password with the provider.

    `login` is the name of the user, mostly the address. `origin` is `"holder"`, the holder's own password, or `"generated"`,
    made by the provider for mail programs, as they ask where a second factor is on. `expires` is when it ends, `renewal` who
    renews it, or where: a hint for a person, and no secret.

    Its password is shown by nothing but `reveal`.

    >>> credential = Credential("ditta@pec.example", "pàsswörd", origin="generated")
    >>> credential
    <pecpy.Credential of 'ditta@pec.example', generated>
    >>> credential.reveal()
    'pàsswörd'
    >>> Credential("ditta@pec.example", "x", origin="found")
    Traceback (most recent call last):
        ...
    pecpy.ArgumentError: ...
    """

    def __new__(
        cls,
        login: str,
        password: str,
        *,
        origin: Literal["holder", "generated"] = "holder",
        expires: datetime | None = None,
        renewal: str | None = None,
    ) -> Credential: ...
    @property
    def login(self) -> str:
        """The name of the user."""
    @property
    def origin(self) -> Literal["holder", "generated"]:
        """Where the password comes from: `"holder"` or `"generated"`."""
    @property
    def expires(self) -> datetime | None:
        """When it ends, where that is known."""
    @property
    def renewal(self) -> str | None:
        """Who renews it, or where."""
    def reveal(self) -> str:
        """The password, for a host that keeps it. Whoever gets it has to take care of it."""

class _SecretStore(Protocol):
    """A store of passwords of the host's own."""

    def get(self, mailbox: str, field: str, /) -> Credential | None: ...
    def put(self, mailbox: str, field: str, credential: Credential, /) -> object: ...
    def remove(self, mailbox: str, field: str, /) -> object: ...

@final
class Secrets:
    """Where passwords are kept between two runs.

    `Secrets(path, key=…)` is a file that is encrypted under 32 bytes of the host's; with `passphrase=` under what a person can
    remember, which takes a third of a second to try. The first password makes the file. `Secrets.host(store)` asks an object of
    the host's, `Secrets.keyring()` the keyring of the system. Threads and processes share a store.

    It gives back what was put under exactly this name. It does not prove that it is the newest: whoever has the file can bring
    back an older one as a whole.

    Raises `SecretError`: `secret.key` where the key or passphrase is not the one of the file.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     secrets = Secrets(folder + "/segreti", key=bytes(32))
    ...     secrets.put("ditta@pec.example", Credential("ditta@pec.example", "segreta"))
    ...     kept = secrets.get("DITTA@pec.example").reveal()
    ...     hidden = b"segreta" in pathlib.Path(folder, "segreti").read_bytes()
    ...     Secrets(folder + "/segreti", key=bytes([1] * 32))
    Traceback (most recent call last):
        ...
    pecpy.SecretError: ...
    >>> kept, hidden
    ('segreta', False)
    """

    @overload
    def __new__(cls, path: _Path, *, key: bytes, passphrase: None = None) -> Secrets: ...
    @overload
    def __new__(cls, path: _Path, *, key: None = None, passphrase: str) -> Secrets: ...
    @staticmethod
    def host(store: _SecretStore) -> Secrets:
        """A store of the host's own: an object with these methods, which any thread calls. Mailboxes are in lower case, `field` is
        `"access"`, `"submission"` or `"gateway"`.

        - `get(mailbox, field)` gives a `Credential`, or `None`
        - `put(mailbox, field, credential)` keeps it, and returns when it is durable
        - `remove(mailbox, field)` forgets it, and says whether it was there

        What they raise becomes a `SecretError` that names the class of the exception and nothing of its text, in which a password
        could stand.

        >>> class Vault(dict):
        ...     def get(self, mailbox, field):
        ...         return super().get((mailbox, field))
        ...     def put(self, mailbox, field, credential):
        ...         self[mailbox, field] = credential
        ...     def remove(self, mailbox, field):
        ...         return self.pop((mailbox, field), None) is not None
        >>> secrets = Secrets.host(Vault())
        >>> secrets.put("ditta@pec.example", Credential("ditta@pec.example", "segreta"))
        >>> secrets.get("ditta@pec.example"), secrets.remove("ditta@pec.example"), secrets.get("ditta@pec.example")
        (<pecpy.Credential of 'ditta@pec.example', holder>, True, None)
        """
    @staticmethod
    def keyring(service: str = "pecpy") -> Secrets:
        """A store in the keyring of the system (Windows, macOS, the Secret Service of a desktop), which the package `keyring` from PyPI
        opens: each credential is an entry of this `service`. What that package raises becomes a `SecretError` as with `host`.

        Raises `SecretError` (`secret.unsupported`) where the package is not installed.
        """
    def get(self, mailbox: str, field: _SecretField = "access") -> Credential | None:
        """The credential of a mailbox; `None` where there is none."""
    def put(self, mailbox: str, credential: Credential, field: _SecretField = "access") -> None:
        """Keeps a credential in the place of what was there; when it returns, it is durable."""
    def remove(self, mailbox: str, field: _SecretField = "access") -> bool:
        """Forgets a credential; says whether it was there."""
    def list(self) -> list[KeptSecret]:
        """What is kept, without the passwords: a list of `KeptSecret`. What is damaged is there with its problem, and hides no other.

        Raises `SecretError`, also where the store is the host's, who knows what it holds.
        """

@final
class Hub:
    """Mailboxes of many holders with any provider, managed together (gestione di più caselle).

    `archive` is where mail comes in, and what is known of the mailboxes is kept; `secrets` where their passwords are. `proxy` is
    the way out of a corporate network, `socks5://[USER:PASSWORD@]HOST:PORT` or `http://…`. `roots` are certification authorities
    for TLS beside the public ones: paths or PEM; `public_roots=False` leaves those out. `profiles` is what is known of providers,
    in the place of what is built in: TOML, a path or bytes. Messages are judged by `trust` and `evidence`, as by `verify`.
    `capacity` is how many mailboxes are taken: a number, or `("blocks", n)` for fifty and twenty for each block. With
    `mandates="required"` none is opened without a mandate of its holder (mandato).

    Receiving changes nothing on a server, not even a mark. A provider that has refused a password is not asked again until
    another one was set (`rotate_credential`). Every wait has an end, and Ctrl-C ends it. `pecpy.aio` has the same for `asyncio`.

    Use it as a context manager, or call `close`. Threads share it. After a fork the child opens its own.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Archive.create(folder + "/posta.pecarchive") as archive:
    ...     with Hub(archive, secrets=Secrets(folder + "/segreti", key=bytes(32))) as hub:
    ...         hub.add("studio@pec.it", Credential("studio@pec.it", "segreta"), client="Verdi")
    ...         for mailbox in hub.mailboxes():
    ...             print(mailbox.mailbox, mailbox.provider, mailbox.client, mailbox.access)
    ...         hub.add("studio@sconosciuto.example", Credential("studio", "x"))
    Traceback (most recent call last):
        ...
    pecpy.ArgumentError: A value is not allowed. [wire.value: provider: : no IMAP server is known: give host and port]
    """

    def __new__(
        cls,
        archive: Archive,
        *,
        secrets: Secrets,
        proxy: str | None = None,
        roots: _Roots | None = None,
        public_roots: bool = True,
        profiles: _Bytes | None = None,
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
        capacity: int | tuple[Literal["blocks"], int] | None = None,
        mandates: Literal["optional", "required"] = "optional",
    ) -> Hub: ...
    def add(
        self,
        address: str,
        credential: Credential | None = None,
        *,
        provider: str | None = None,
        imap: str | None = None,
        smtp: str | None = None,
        description: str | None = None,
        client: str | None = None,
        tax_id: str | None = None,
        mandate_from: datetime | None = None,
        mandate_until: datetime | None = None,
        mandate_evidence: str | None = None,
        overrides: dict[str, int] | None = None,
    ) -> None:
        """Takes a mailbox into management, or changes what is known of it.

        `credential` may be left out where the store has it already. `provider` is the name of a profile, where the address does
        not tell it; `imap` and `smtp` are servers, `HOST:PORT` for TLS from the first byte or `starttls://HOST:PORT`.
        `mandate_from`, `mandate_until` and `mandate_evidence`, a SHA-256, are the right by which it is opened. `overrides` takes
        the place of limits of the profile: `message_bytes`, `bytes_by_recipients`, `attachment_bytes`, `recipients`,
        `per_minute`, `per_day`, `connections`.

        Raises `WireError` (`hub.capacity`), `NoAccessError` (`hub.mandate`, `hub.credential`), `ArgumentError`, `SecretError`.
        """
    def remove(self, address: str) -> bool:
        """Gives a mailbox up and forgets its passwords; what was brought in stays. Says whether it was managed."""
    def rotate_credential(self, address: str, credential: Credential) -> None:
        """Replaces the password that is kept, after the holder has given the new one: the only way back where the provider has
        refused the old one. Nothing changes with the provider.

        Raises `NotInArchiveError` where the mailbox is not managed.
        """
    def import_csv(self, table: _Bytes, *, right_rows: bool = False) -> ImportedMailboxes:
        """Takes over mailboxes from a table as spreadsheets write it, a path or bytes: CSV with `;`, `,` or tabs, its columns named
        in the first row (`casella`, `gestore`, `imap`, `smtp`, `utente`, `password`, `scadenza password`, `origine password`,
        `codice fiscale`, `cliente`, `descrizione`, `mandato dal`, `mandato al`, `impronta mandato`).

        Every row is judged and everything that is wrong told at once, in the `ImportedMailboxes` that are given; then nothing is
        taken over, unless `right_rows` asks for those that are right.
        """
    def mailboxes(
        self,
        *,
        only: Literal["all", "new", "unread"] = "all",
        sort: Literal["address", "client", "new", "unread", "fullest", "stalest"] = "address",
    ) -> list[HubMailbox]:
        """The mailboxes, as they stood at the last look: a list of `HubMailbox`. `only` is `"all"`, `"new"` or `"unread"`; `sort` is
        `"address"`, `"client"`, `"new"`, `"unread"`, `"fullest"` or `"stalest"`.
        """
    def summary(
        self,
        *,
        only: Literal["all", "new", "unread"] = "all",
        sort: Literal["address", "client", "new", "unread", "fullest", "stalest"] = "address",
    ) -> str:
        """The same, and what needs somebody now, as one page to be printed: self-contained HTML without scripts, in Italian, as
        `pec hub list --html` writes it.
        """
    def refresh(
        self,
        *,
        parallel: int = 16,
        per_provider: int = 8,
        budget: float = 60.0,
        patience: float = 15.0,
        pause: float = 300.0,
        receive: bool = True,
    ) -> RefreshReport:
        """Looks at every mailbox: its counters, and with `receive` what is new into the archive. A `RefreshReport`.

        `parallel` at a time, `per_provider` of one provider, fewer where its profile says so. After `budget` seconds the answer is
        given, and says what was not done by then. One mailbox has `patience` seconds to let us in; a provider that asked to wait
        is left in peace for `pause` seconds. What fails in one mailbox is in the report and is that one's affair.
        """
    def radar(
        self,
        *,
        now: datetime | None = None,
        passwords: timedelta | None = None,
        percent: int = 90,
        mandates: timedelta | None = None,
        proofs: timedelta | None = None,
        silence: timedelta | None = None,
        limit: int = 1000,
    ) -> Radar:
        """What needs somebody, by what is known: passwords and mandates that end, mailboxes that are nearly full or cannot be read,
        receipts that are overdue, proofs that weaken. A `Radar`.
        """
    def today(self, since: datetime) -> Today:
        """What has come in since some time, by client, by what the archive has: `refresh` brings it there. A `Today`, which writes
        itself as a page and as a table, and attachments into folders.
        """
    def seen(self, address: str) -> None:
        """Somebody has seen what is new in a mailbox: it is counted from here on."""
    def open(self, address: str) -> Mailbox:
        """A mailbox for somebody to work in without typing its password: a `Mailbox`. The log of the archive says who opened it,
        and by what right. No server is asked.

        Raises `NoAccessError` without a mandate or credential, and where the provider has refused the one that is kept;
        `NotInArchiveError` where it is not managed.
        """
    def _later(self) -> Hub:
        """The same hub, whose calls give awaitables."""
    def set_gateway_login(self, credential: Credential, *, every: bool = False) -> None:
        """Says under which password programs hand over mail to a gateway, never that of a mailbox: the login of `credential` is the address
        of the mailbox from which they send; with `every` any name, which sends from every mailbox that is managed (there is one such
        name). It takes the place of the one before.

        Raises `ArgumentError` for a password of fewer than twelve characters, or that of a mailbox; `NotInArchiveError` where the
        mailbox is not managed.
        """
    def remove_gateway_login(self, name: str, *, every: bool = False) -> bool:
        """Takes away what `set_gateway_login` has said of this name, with the same `every`. Says whether there was anything."""
    def gateway(
        self,
        listen: str = "127.0.0.1:2525",
        *,
        tls: tuple[_Bytes, _Bytes] | None = None,
        send: bool = True,
        deliver: Mapping[str, _Path] = ...,
        deliver_to: Mapping[str, tuple[str, str]] = ...,
        receive_every: float = 60.0,
        clients: int = 32,
        message_bytes: int = 100_000_000,
        memory_bytes: int = 512_000_000,
        recipients: int = 1000,
    ) -> Gateway:
        """Serves programs that know nothing of PEC, by SMTP: a `Gateway`, which listens when this returns. What a program hands over goes into
        the outbox under its Message-ID, byte for byte, or it is told every reason why not; with `send` it is sent in the background.
        Programs log in as `set_gateway_login` says.

        `listen` is where; port 0 is any free one. Beyond loopback only with `tls`, certificate and key (PEM, paths or bytes).
        `deliver` says of mailboxes into which Maildir what comes in is put as well, `deliver_to` into which folder of which mailbox
        that is managed, `(MAILBOX, FOLDER)`; they are looked at every `receive_every` seconds. At most `clients` connections,
        `message_bytes` a message, `memory_bytes` of all that are coming in, `recipients` a message.

        Raises `ArgumentError`; `WireError` (`wire.listen`) where the port cannot be taken.
        """
    def begin_rules(self) -> None:
        """From now on `apply_rules` acts on what comes in: what is in the archive already is left alone, unless somebody has begun before."""
    def apply_rules(self, rules: Sequence[Rule]) -> list[Filed]:
        """Lets rules act on what has come in since the last time, or since `begin_rules`: each rule once on each message. What is in the
        outbox has not come in. A `Filed` for each rule and message that it has acted on, or for which it suggests something.
        """
    def act_on_events(self) -> list[Forwarded]:
        """Puts into the outbox what rules hand on, also what somebody has accepted that they suggest: the message byte for byte, in a new
        one from the mailbox in which it lies, to the same address once and never round. `Mailbox.send_queued` sends it. A
        `Forwarded` a message, rule and address; what concerns one message is its `outcome`.
        """
    def relay_new(
        self, address: str, *, maildir: _Path | None = None, to: str | None = None, folder: str | None = None
    ) -> Delivered:
        """Puts what has come into a mailbox since the last time elsewhere as well, byte for byte: into a `maildir`, which is made where it
        does not exist; or into a `folder` (`"INBOX"`) of `to`, another mailbox that is managed. The first time nothing: it begins then.
        What was sent is left out. A `Delivered`: what is there now, what the other side does not take, which is passed over, and what
        ended it before its end.

        After a crash a message may come twice to a server; a Maildir has it once.
        """
    def deliver_to_maildir(self, folder: _Path, id: str) -> Path:
        """Puts a message of the archive, by its identifier, into a Maildir, byte for byte and on stable storage; gives the file.
        What is there already under its name is it: the name is the digest.
        """
    def close(self) -> None:
        """Ends its use; calls that go on end first. The archive stays open. Closing again does nothing."""
    def __enter__(self) -> Hub: ...
    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

@final
class Mailbox:
    """One mailbox of a provider, opened by `Hub.open` for somebody to work in.

    Each call connects, logs in once, works, and leaves. What raises `NoAccessError` with `.access` `"rejected"` is not tried
    again. Use it as a context manager, or call `close`, which forgets the password.
    """

    @property
    def address(self) -> str:
        """Its address."""
    def check(self) -> MailboxCheck:
        """Logs in once and looks around: folders, counts, room, when the password ends. Nothing changes by it. A `MailboxCheck`.

        Raises `NoAccessError`, which says in which way there is no access; `UnreachableError`; `WireError`.
        """
    def sync(self, *, progress: Callable[[str, int, int], object] | None = None) -> Synced:
        """Brings what is new in every folder into the archive: a `Synced`. A second run adds nothing, and nothing on the server
        changes. A folder or a message that the server does not give is in the report and stops nothing.

        `progress` is called with the folder, what was read of it and what is new in it; what it raises ends the work, and what
        was stored stays.

        Raises as `check`.
        """
    def watch(self, *, poll: float = 60.0, all_folders: float = 600.0, pause: float = 5.0) -> Watching:
        """Brings in what is there, then what comes, until it is closed: an iterator of `Synced`, one for each run that brought
        something or found something to look at. A connection that breaks is made anew after a pause; why it broke is told to the
        log `pecpy` and kept as `problem`.

        A server without IDLE is asked every `poll` seconds, all folders every `all_folders` seconds; after a connection that
        broke, the first pause is `pause` seconds.
        """
    def send_queued(
        self, *, partial: Literal["nothing", "rest"] = "nothing", progress: Callable[[int, int], object] | None = None
    ) -> Dispatch:
        """Sends what waits in the outbox of this mailbox, at the pace that its provider allows: a `Dispatch`. A message goes out
        once under its key, whatever happens; what nobody knows of waits for a receipt, or for somebody who knows.

        `partial` says what becomes of a message of which the server refuses some recipients: `"nothing"`, it goes to nobody, or
        `"rest"`. `progress` is called with the number of messages that were sent, and of those that ended otherwise. Who ends
        it, by Ctrl-C too, lets a message that is being handed over go to its end.

        Raises as `check`.
        """
    def delete_archived(self, ids: _Ids, *, now: datetime | None = None) -> list[Deleted]:
        """Takes messages, by identifier, from the server: a list of `Deleted`. The archive reads and hashes each anew, writes down
        that it is about to go, and only then the server lets go of exactly that one. What cannot go is in the list and stays.
        """
    def take_in(self, ids: _Ids, *, folder: str = "INBOX") -> list[Relayed]:
        """Puts messages of the archive, by identifier, into a folder of this mailbox, byte for byte: those of another mailbox, or
        what somebody has deleted here. A list of `Relayed`. Each is read back and compared, where the server says where it is.
        """
    def close(self) -> None:
        """Forgets the password. Closing again does nothing."""
    def __enter__(self) -> Mailbox: ...
    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

@final
class Watching(Iterator[Synced]):
    """What comes into a mailbox, as it comes: an iterator of `Synced`, made by `Mailbox.watch`. It waits until something comes;
    Ctrl-C and `close` end it, as does leaving the block of a `with` statement.

    Raises `NoAccessError` where the provider refuses the password, which is not tried again.
    """

    @property
    def problem(self) -> PecError | None:
        """Why the connection broke the last time, as an exception; `None` where it never did."""
    def close(self) -> None:
        """Ends it. Closing again does nothing."""
    def __iter__(self) -> Watching: ...
    def __next__(self) -> Synced: ...
    def __enter__(self) -> Watching: ...
    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

@final
class Gateway(Iterator[GatewayEvent]):
    """An SMTP server for programs that know nothing of PEC: made by `Hub.gateway`, ended by `close` or with the block of a `with`
    statement. It is an iterator of what happens, a `GatewayEvent` each, which waits until something does; it serves whether
    anybody iterates or not. A thousand events wait; what is older is passed over and counted in `missed`: the archive has all of it.
    """

    @property
    def address(self) -> tuple[str, int]:
        """Host and port where it listens."""
    @property
    def missed(self) -> int:
        """Events that were passed over, since nobody asked for them."""
    def close(self) -> None:
        """Ends it: connections are cut, which loses nothing, since what was not acknowledged the program still has. A message that is just
        being handed to a provider is waited for, ten seconds at most. Closing again does nothing.
        """
    def __iter__(self) -> Gateway: ...
    def __next__(self) -> GatewayEvent: ...
    def __enter__(self) -> Gateway: ...
    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

@final
class Today:
    """What an office needs to know in the morning, by client: what has arrived, what has failed, what ends. Made by `Hub.today`."""

    @property
    def report(self) -> TodayReport:
        """Its values: a `TodayReport`."""
    def to_json(self) -> str:
        """The report as one JSON object."""
    def to_html(self, language: _Language = "it") -> str:
        """One page: self-contained, without scripts, nothing fetched; in Italian (`"it"`) or English (`"en"`)."""
    def to_csv(self, language: _Language = "it", *, encoding: Literal["utf-8", "windows-1252"] = "utf-8") -> bytes:
        """The same as a table, a line each, with `;` between cells, for spreadsheets: in `"utf-8"` with a byte order mark, or in
        `"windows-1252"`.
        """
    def save_attachments(self, folder: _Path) -> list[Saved]:
        """Puts the attachments of what has arrived into a folder of each client below `folder`: a list of `Saved`. Names never lead
        out of it, nothing is written over, the same attachment is there once. Of a message that nothing certifies nothing is
        saved: who opens a folder cannot see whom its files are from.

        Raises `FileError`; what was saved before stays.
        """

def verify(
    source: _Source,
    *,
    now: datetime | None = None,
    name: str | None = None,
    trust: TrustStore | None = None,
    evidence: Evidence | None = None,
    directory: Directory | None = None,
    judged_at: _JudgedAt | None = None,
    mailbox: _Role = "user",
    limits: Limits | None = None,
) -> Verification:
    r"""Verifies one message: a path, bytes, a file object opened with "rb", or a `Message`. It never fails for what is in the
    message: that is a verdict, with its findings.

    `now` is the caller's time, a `datetime` with a time zone; the machine's clock, unless given. `name` is what the message
    is called in reports; the path, unless given. The other parameters are those of `Verifier`.

    What the verdict `certified` proves: a licensed PEC provider signed these very bytes. It does not prove that the content
    is true, that anybody read it, or that no other message exists.

    Raises as `Message`.

    >>> verification = verify(b"Subject: ACCETTAZIONE: x\r\n\r\nnot signed")
    >>> verification.verdict
    <Verdict.NOT_PEC: 'not-pec'>
    >>> verification.certified()
    Traceback (most recent call last):
        ...
    pecpy.NotCertifiedError: ...
    """
def verify_many(
    sources: _Sources,
    *,
    now: datetime | None = None,
    trust: TrustStore | None = None,
    evidence: Evidence | None = None,
    directory: Directory | None = None,
    judged_at: _JudgedAt | None = None,
    mailbox: _Role = "user",
    limits: Limits | None = None,
    threads: int | None = None,
) -> Verifications:
    r"""Verifies whole mailboxes, message by message, on all cores: an iterator of `Verification` in the order of the sources.

    `sources` is a path, or an iterable of whatever gives a message: paths of files, folders, Maildirs and mbox files, bytes, file
    objects. The messages of an mbox bear its name, `#` and their number.
    `threads` is one for each core, unless given. The other parameters are those of `Verifier`.

    What cannot be read does not end it: it is told to the log `pecpy`, as a warning, and kept in `unread`.

    >>> [verification.verdict.value for verification in verify_many([b"Subject: a\r\n\r\n", b"Subject: b\r\n\r\n"])]
    ['not-pec', 'not-pec']
    """
def link(
    sources: _Sources,
    *,
    now: datetime | None = None,
    trust: TrustStore | None = None,
    evidence: Evidence | None = None,
    directory: Directory | None = None,
    judged_at: _JudgedAt | None = None,
    mailbox: _Role = "user",
    limits: Limits | None = None,
    own_mailboxes: Sequence[str] = ...,
    service_receipts: _ServiceReceipts = "hidden",
    reading: _Reading = "plain",
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Dossiers:
    """Ties the receipts of mailboxes to the messages they speak of. `sources` is a path, or an iterable of whatever gives a
    message: paths of files, folders, Maildirs and mbox files, bytes, file objects. Files that hold one message are read again
    when a dossier is examined, not held.

    `progress` is called with the number of messages that were read, on the calling thread; what it raises ends the work.
    `reading` is `"plain"`, or `"art-147"` for notifications: also when a delivery counts by art. 147 c.p.c. `threads` is
    one for each core, unless given. The other parameters are those of `Verifier` and `Ledger`.

    What cannot be read does not end the work: it is told to the log `pecpy`, as a warning, and kept in `Dossiers.unread`.

    Only what is certified moves the state of a recipient; the rest is listed as a claim.

    >>> dossiers = link([])
    >>> len(dossiers), dossiers.strays
    (0, [])
    """
def explain(code: str, language: _Language = "it") -> str:
    """What a finding code means for the proof and what to do, in Italian (`"it"`) or English (`"en"`).

    Raises `ArgumentError` when no code has this name.

    >>> explain("cms.digest_mismatch", "en")
    '...'
    >>> explain("no.such_code")
    Traceback (most recent call last):
        ...
    pecpy.ArgumentError: ...
    """
def codes() -> list[tuple[str, str, str, str]]:
    """Every finding code: its name, usual severity, layer, and the rule that the check enforces.

    >>> "cms.digest_mismatch" in [name for name, severity, layer, rule in codes()]
    True
    """
def failures() -> list[tuple[str, str, str, str]]:
    """Every code of an exception: its name, layer, and what it means and what can be done, in Italian and English."""
def access_advice(word: str, language: _Language) -> str:
    """What to do about a state of the access to a mailbox."""
def verdict(word: str, language: _Language) -> tuple[str, str]:
    """A verdict for a person: title and explanation."""
def state(word: str, language: _Language) -> tuple[str, str, str, bool]:
    """A state for a person: title, explanation, a mark, and whether no further receipt is expected."""
def explain_query(query: str, language: _Language = "it") -> tuple[int, int, str] | None:
    """What is wrong with a query, for a person, in Italian (`"it"`) or English (`"en"`): where it begins and ends, in characters, and a
    text with a mark below the place. `None` when nothing is wrong.

    >>> print(explain_query("da:acme mittente:rossi", "en")[2].splitlines()[-1].strip())
    ^^^^^^^^^
    >>> explain_query("da:acme") is None
    True
    """
def check_entry(proof: str, root: str) -> bool:
    """Whether a proof, as JSON, leads to this root; for `pecpy.EntryProof`."""
def check_growth(proof: str, earlier: str, later: str) -> bool:
    """Whether a proof, as JSON, leads from one root to the other; for `pecpy.GrowthProof`."""
def check_proof(
    bundle: _Bytes, *, now: datetime | None = None, trust: TrustStore | None = None, evidence: Evidence | None = None
) -> tuple[str, bool, bool]:
    """The report on a bundle, as JSON, and whether it is intact and sound; for `pecpy.proof`."""
def expert_commands(bundle: _Bytes) -> str | None:
    """How an expert does every step of a bundle once more, with OpenSSL; for `pecpy.proof`."""
def time_stamp_request(note: bytes) -> bytes:
    """The request for a token over the text of a checkpoint; for `pecpy.proof`."""

def preflight(
    message: Composed | _Source,
    *,
    sender: str | None = None,
    recipients: Sequence[str] | None = None,
    conditions: Conditions | None = None,
) -> list[Refusal]:
    r"""Every reason why a provider would not take a message, a `Composed` or whatever `Message` takes, from this SMTP `sender` to these
    SMTP `recipients`, and what a person should know, whoever has written it: a `Refusal` each. Of a `Composed` the envelope is known.
    `conditions` are those of the law unless given.

    It does not prove that the provider takes it: he looks for viruses, knows the mailbox, and has limits of his own.

    >>> message = b"From: a@pec.alfa.example\r\nBcc: b@cert.beta.example\r\n\r\nx\r\n"
    >>> for refusal in preflight(message, sender="a@pec.alfa.example", recipients=["b@cert.beta.example"]):
    ...     print(refusal.weight, refusal.code)
    refused send.date
    warning send.no_message_id
    refused send.no_to
    refused send.not_addressed
    refused send.bcc
    """
def examine_attachment(
    name: str, data: _Bytes, *, large: int | None = None, legibility: tuple[int, int] | None = None
) -> Examined:
    """Looks at a file before it is sent, by its name and its bytes (a path, bytes or a file): an `Examined`. Beyond `large` bytes its size
    is remarked. `legibility` is how legible a person or a program found it, from 0 to 100, and below what it is remarked. Nothing is
    unpacked.

    It is no search for viruses. That nothing is found does not prove that a file is harmless.

    >>> examined = examine_attachment("fattura.pdf", b"MZ a program")
    >>> examined.kind, [refusal.code for refusal in examined.refusals]
    ('program', ['attachment.type_mismatch', 'attachment.executable'])
    """
def is_address(address: str) -> bool:
    """Whether this is an address that PEC takes: `local@domain` in ASCII, without quotes. It does not prove that there is such a mailbox.

    >>> is_address("ufficio@cert.beta.example"), is_address("ufficio")
    (True, False)
    """
def tax_id(text: str) -> TaxId:
    """A tax identifier (codice fiscale, partita IVA) in capitals and without blanks: a `TaxId`. That it is well formed proves that nobody
    mistyped it. It does not prove that it was ever given to anybody.

    Raises `ArgumentError` for what is none; the evidence says why.

    >>> tax_id("it 00743110157")
    TaxId(text='00743110157', kind='body')
    >>> tax_id("00743110158")
    Traceback (most recent call last):
        ...
    pecpy.ArgumentError: ... the last character would be 7]
    """
