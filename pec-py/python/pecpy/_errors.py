"""Exceptions. A verdict is never one: a forged message is verified without any."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pecpy._compose import Refusal
    from pecpy._enums import AccessState


class PecError(Exception):
    """Why a call failed.

    >>> import pecpy
    >>> try:
    ...     pecpy.TrustStore.from_json("{}")
    ... except pecpy.PecError as error:
    ...     print(error.code, error.layer)
    ...     print(error.text("it"))
    trust.data trust
    I dati di fiducia non si possono usare: la forma è quella di `pec trust show --json`.
    """

    code: str
    """The name of the code, such as `file.access`. Stable, the same as in C."""
    layer: str
    """Where it arose: `argument`, `file`, `trust`, `message`, `signature`, `compose`, `link`, `sandbox`, `archive`, `device`,
    `network`, `access`, `server`, `secret`, `process` or `internal`."""
    evidence: str
    """The values that show it: a parameter, a file name, a position. May be empty."""

    def __init__(self, code: str, layer: str, evidence: str, it: str, en: str) -> None:
        Exception.__init__(self, code, layer, evidence, it, en)
        self.code = code
        self.layer = layer
        self.evidence = evidence
        self._texts: dict[str, str] = {"it": it, "en": en}

    def text(self, language: Literal["it", "en"] = "it") -> str:
        """What it means and what can be done, in Italian (`"it"`) or English (`"en"`)."""
        return self._texts[language]

    def __str__(self) -> str:
        evidence = f": {self.evidence}" if self.evidence else ""
        return f"{self._texts['en']} [{self.code}{evidence}]"


class ArgumentError(PecError, ValueError):
    """A value is none of those that a parameter knows, or there is no such thing."""


class FileError(PecError, OSError):
    """A file cannot be read or written: an `OSError` with `errno` and `filename`."""

    def __init__(
        self, code: str, layer: str, evidence: str, it: str, en: str, number: int | None = None, path: str | None = None
    ) -> None:
        OSError.__init__(self, number, en, path)
        PecError.__init__(self, code, layer, evidence, it, en)
        self.errno = number
        self.strerror = en
        self.filename = path

    def __reduce__(self) -> tuple[type[FileError], tuple[object, ...]]:
        texts = (self._texts["it"], self._texts["en"])
        return type(self), (self.code, self.layer, self.evidence, *texts, self.errno, self.filename)


class MissingFileError(FileError, FileNotFoundError):
    """There is no such file: a `FileNotFoundError`."""


class SeveralMessagesError(FileError):
    """A file holds several messages (mbox) where one is wanted."""


class TooLargeError(PecError, ValueError):
    """A message is larger than 256 MiB, or than the limit that was given."""


class NotCertifiedError(PecError):
    """The message is no proof: its data can be read as claims only."""


class TrustDataError(PecError, ValueError):
    """Trust data cannot be used."""


class CertificateError(PecError, ValueError):
    """This is no certificate that can be read."""


class EvidenceError(PecError, ValueError):
    """A revocation list or an OCSP answer cannot be read."""


class DirectoryError(PecError, ValueError):
    """A directory of providers cannot be read."""


class SignedFileError(PecError, ValueError):
    """This is no signed file that can be opened: `.code` says whether it is none, damaged, or too much."""


class RefusedError(PecError, ValueError):
    """A provider would not take what is to be sent, or it cannot be written. Nothing was sent or stored."""

    refusals: tuple[Refusal, ...] = ()
    """Every reason, and what a person should know beside them."""


class LedgerFullError(PecError):
    """A ledger holds as much as it can."""


class ArchiveError(PecError):
    """An archive cannot do this: `.code` says why (`archive.missing`, `archive.full`, ...), `.text()` what can be done."""


class NotInArchiveError(ArchiveError, LookupError):
    """The archive has nothing of this name."""


class QueryError(ArchiveError, ValueError):
    """A query cannot be understood: the evidence says where, `explain_query` shows a person."""


class DamagedError(ArchiveError):
    """The data are not what was stored: `Archive.check` says which."""


class LockedError(ArchiveError):
    """Another process is writing to the archive, or reading an older state: try again."""


class DeniedError(ArchiveError, PermissionError):
    """It is not permitted, or cannot be done: `.reason` says why. What was attempted is in the log of the archive."""

    reason: str = ""
    """The code of the refusal, such as `permission.missing` or `org.not_found`. Stable, the same as in C."""
    detail: str = ""
    """What it is about: a code, an address, a state. May be empty."""
    missing: str | None = None
    """The permission that was missing, such as `send`."""
    limit: dict[str, int] | None = None
    """The numbers, where one would be exceeded or is in the way: `most` there may be, `active` there are, `asked` for more."""
    rule: str = ""
    """The rule that the refusal enforces."""

    def _because(self, denied: str) -> None:
        it = json.loads(denied)
        self.reason, self.detail, self.missing = it["code"], it["detail"], it["missing"]
        self.limit, self.rule = it["limit"], it["rule"]
        self._reasons = {"it": it["it"], "en": it["en"]}

    def reason_text(self, language: Literal["it", "en"] = "it") -> str:
        """What the code of the refusal means, in Italian (`"it"`) or English (`"en"`)."""
        return self._reasons[language]


class TimeStampError(ArchiveError):
    """A time-stamp that proves nothing, or none. Nothing was written."""


class WireError(PecError):
    """A server was not reached, does not let the user in, or does not do what it was asked: `.code` says which (`wire.unreachable`,
    `wire.access`, `wire.refused`, ...), `.text()` what can be done. What had been confirmed before stays.
    """

    access: AccessState | None = None
    """What it says of the access to the mailbox: `rejected`, `second-factor-required`, `password-expired`, `throttled` or
    `unreachable`; `None` where it says nothing."""

    def __reduce__(self) -> tuple[type[WireError], tuple[object, ...], dict[str, object]]:
        texts = (self._texts["it"], self._texts["en"])
        return type(self), (self.code, self.layer, self.evidence, *texts), {"access": self.access}


class NoAccessError(WireError, PermissionError):
    """Nobody is let into the mailbox: its provider refuses the password (`.access` says in which way), none is kept, or there is no
    mandate that holds. A provider that has refused is not asked again until another password was set: a `PermissionError`.
    """


class UnreachableError(WireError, ConnectionError):
    """A server is not reached, or not safely, or has stopped to answer. It may be tried again: a `ConnectionError`."""


class SecretError(PecError):
    """The store of passwords has not done what was asked. No text of it has a password in it."""


class SandboxError(PecError):
    """The sandbox cannot do this: no such mailbox, refused by SMTP, a clock that goes forward only, settings."""


class InternalError(PecError):
    """A fault of the library: report it with the evidence. The process can go on."""


_CLASSES: dict[str, type[PecError]] = {
    "file.access": FileError,
    "file.several_messages": SeveralMessagesError,
    "message.too_large": TooLargeError,
    "message.not_certified": NotCertifiedError,
    "trust.data": TrustDataError,
    "trust.certificate": CertificateError,
    "trust.evidence": EvidenceError,
    "trust.directory": DirectoryError,
    "link.full": LedgerFullError,
    "internal.panic": InternalError,
    "archive.missing": ArchiveError,
    "archive.exists": ArchiveError,
    "archive.not_an_archive": ArchiveError,
    "archive.moved": ArchiveError,
    "archive.newer": ArchiveError,
    "archive.network": ArchiveError,
    "archive.locked": LockedError,
    "archive.full": ArchiveError,
    "archive.read_only": ArchiveError,
    "archive.damaged": DamagedError,
    "archive.not_found": NotInArchiveError,
    "archive.query": QueryError,
    "archive.value": ArchiveError,
    "archive.time_stamp": TimeStampError,
    "archive.bundle": ArchiveError,
    "archive.report": ArchiveError,
    "archive.file": ArchiveError,
    "archive.device": ArchiveError,
    "archive.internal": ArchiveError,
    "archive.key": ArchiveError,
    "archive.unsupported": ArchiveError,
    "archive.key_reused": ArchiveError,
    "archive.denied": DeniedError,
    "compose.refused": RefusedError,
    "wire.access": NoAccessError,
    "wire.refused": WireError,
    "wire.protocol": WireError,
    "wire.file": FileError,
    "wire.cancelled": WireError,
    "wire.internal": InternalError,
    "hub.capacity": WireError,
    "secret.internal": InternalError,
}
_LAYERS: dict[str, type[PecError]] = {
    "access": NoAccessError,
    "argument": ArgumentError,
    "network": UnreachableError,
    "secret": SecretError,
    "sandbox": SandboxError,
    "signature": SignedFileError,
}


def failure(
    code: str,
    layer: str,
    evidence: str,
    it: str,
    en: str,
    number: int | None = None,
    path: str | None = None,
    access: str | None = None,
) -> PecError:
    """The exception of a code; called by the module in Rust."""
    cls = _CLASSES.get(code) or _LAYERS.get(layer, PecError)
    if issubclass(cls, FileError):
        if number == errno.ENOENT:
            cls = MissingFileError
        return cls(code, layer, evidence, it, en, number, path)
    error = cls(code, layer, evidence, it, en)
    if isinstance(error, WireError) and access is not None:
        from pecpy._enums import AccessState

        error.access = AccessState(access)
    return error


for _class in list(globals().values()):
    if isinstance(_class, type) and issubclass(_class, PecError):
        _class.__module__ = "pecpy"
del _class
