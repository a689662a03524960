"""The words of results. Each member is a `str`, the word that stands in JSON: `verdict == "certified"` holds."""

from __future__ import annotations

import enum
from typing import Literal

from pecpy import _pecpy


class _Word(str, enum.Enum):
    def __new__(cls, value: str) -> _Word:
        word = str.__new__(cls, value)
        word._value_ = value
        return word

    def __str__(self) -> str:
        return self.value

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)


class Verdict(_Word):
    """What one message is worth as proof. Only the first two are proof that a licensed PEC provider signed these very bytes.

    >>> Verdict("forged").title("en")
    'FORGED'
    >>> Verdict.FORGED == "forged", Verdict.FORGED.is_certified
    (True, False)
    """

    CERTIFIED = "certified"
    """Genuine, nothing contradicts it."""
    CERTIFIED_WITH_PROBLEMS = "certified-with-problems"
    """Genuine, but something around the signed data contradicts them."""
    INTACT_BUT_UNTRUSTED = "intact-but-untrusted"
    """Intact, signed by somebody whom no PEC authority vouches for at the judged time."""
    ANOMALY = "anomaly"
    """A genuine provider wrapped a message that is not certified (busta di anomalia)."""
    CONTAINS_PEC = "contains-pec"
    """Not a PEC at its root; a PEC stands inside and can be extracted and verified on its own."""
    ALTERED = "altered"
    """The signed bytes have changed since they were signed."""
    FORGED = "forged"
    """Built to deceive."""
    UNVERIFIABLE = "unverifiable"
    """The signature could not be judged."""
    NOT_PEC = "not-pec"
    """An ordinary message."""

    @property
    def is_certified(self) -> bool:
        """Whether the message is proof."""
        return self in (Verdict.CERTIFIED, Verdict.CERTIFIED_WITH_PROBLEMS)

    # `str.title` is another thing, which nobody wants of a verdict.
    def title(self, language: Literal["it", "en"] = "it") -> str:  # type: ignore[override]
        """The verdict in a few words, in Italian (`"it"`) or English (`"en"`)."""
        return _pecpy.verdict(self.value, language)[0]

    def explanation(self, language: Literal["it", "en"] = "it") -> str:
        """What the verdict means."""
        return _pecpy.verdict(self.value, language)[1]


class Integrity(_Word):
    """Are the signed bytes the ones that were signed?"""

    INTACT = "intact"
    """Yes: digest and signature hold. Says nothing about who signed."""
    ALTERED = "altered"
    """No."""
    UNSIGNED = "unsigned"
    """There is no signature."""
    UNKNOWN = "unknown"
    """The signature cannot be read, or needs what is missing or not supported."""


class TrustAtSigning(_Word):
    """Was the signer trusted at the judged time?"""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    UNKNOWN = "unknown"


class TrustNow(_Word):
    """Is the signer trusted now?"""

    TRUSTED = "trusted"
    EXPIRED = "expired"
    UNTRUSTED = "untrusted"
    UNKNOWN = "unknown"


class TimeProof(_Word):
    """What the time of signing rests on."""

    PROVEN = "proven"
    """A time-stamp under an authority that the caller trusts."""
    CLAIMED = "claimed"
    """Only the provider itself says so."""


class Revocation(_Word):
    """What the given evidence says about revocation, for the judged time."""

    GOOD = "good"
    REVOKED = "revoked"
    NOT_CHECKED = "not-checked"
    """No evidence covers that time."""


class Severity(_Word):
    """How grave a finding is."""

    INFO = "info"
    """Worth knowing; changes nothing."""
    WARNING = "warning"
    """Unusual or weak; the proof stands."""
    ERROR = "error"
    """The proof stands, but something around it contradicts it."""
    FATAL = "fatal"
    """No proof."""


class Layer(_Word):
    """Where in the way of a message a finding arose."""

    MIME = "mime"
    """Structure of the message."""
    CMS = "cms"
    """The signature object."""
    TRUST = "trust"
    """Certificates, trust and revocation."""
    TIME = "time"
    """Times and time-stamps."""
    IDENTITY = "identity"
    """Who signs and who is named."""
    KIND = "kind"
    """Which kind of message it is."""
    DATICERT = "daticert"
    """Certification data (`daticert.xml`)."""
    ORIGINAL = "original"
    """The original message inside."""
    RECEIPT = "receipt"
    """Receipts beside the message they speak of."""


class Side(_Word):
    """From which side a transaction is seen."""

    SENT = "sent"
    """Its receipts are here, or the host submitted it."""
    RECEIVED = "received"
    """Its envelope is here and no receipt: a received message."""


class State(_Word):
    """Where a message stands with one recipient.

    >>> State.DELIVERED.title("en"), State.DELIVERED.mark
    ('DELIVERED', '✓')
    >>> State.DELAYED.is_final
    False
    """

    PENDING = "pending"
    AWAITING_DELIVERY = "awaiting-delivery"
    EXTERNAL_FINAL = "external-final"
    DELAYED = "delayed"
    TIMED_OUT = "timed-out"
    DELIVERED = "delivered"
    DELIVERED_LATE = "delivered-late"
    FAILED = "failed"
    FAILED_VIRUS = "failed-virus"
    REFUSED = "refused"
    CONFLICT = "conflict"

    # `str.title` is another thing, which nobody wants of a state.
    def title(self, language: Literal["it", "en"] = "it") -> str:  # type: ignore[override]
        """The state in a few words, in Italian (`"it"`) or English (`"en"`)."""
        return _pecpy.state(self.value, language)[0]

    def explanation(self, language: Literal["it", "en"] = "it") -> str:
        """What the state means."""
        return _pecpy.state(self.value, language)[1]

    @property
    def mark(self) -> str:
        """One character: a print may have no colour."""
        return _pecpy.state(self.value, "it")[2]

    @property
    def is_final(self) -> bool:
        """Whether no further receipt is expected."""
        return _pecpy.state(self.value, "it")[3]


class EventKind(_Word):
    """What a certified message says has happened."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    REFUSED_VIRUS = "refused-virus"
    ENVELOPE = "envelope"
    TAKEN_IN_CHARGE = "taken-in-charge"
    VIRUS_DETECTED = "virus-detected"
    DELIVERED = "delivered"
    FAILED = "failed"
    FAILED_VIRUS = "failed-virus"
    DELAY_12H = "delay-12h"
    TIMEOUT_24H = "timeout-24h"
    OTHER = "other"


class Standing(_Word):
    """Whether an event counts."""

    COUNTS = "counts"
    DUPLICATE = "duplicate"
    DISPUTED = "disputed"


class Carried(_Word):
    """What a receipt carries of the original message."""

    NOTHING = "nothing"
    ORIGINAL = "original"
    WHOLE = "whole"
    HASHES = "hashes"


class Checked(_Word):
    """Whether a delivery receipt was compared with what was sent."""

    COMPARED = "compared"
    NOTHING_SENT = "nothing-sent"
    """Neither the message that was sent nor its envelope is here."""
    UNREADABLE = "unreadable"
    """The receipt cannot be read any more."""


class Proven(_Word):
    """How much of the content a delivery receipt proves."""

    ALL = "all"
    NOT_ALL = "not-all"
    NOTHING = "nothing"


class Owed(_Word):
    """What should have come and has not."""

    ACCEPTANCE = "acceptance"
    TAKE_CHARGE = "take-charge"
    DELAY_NOTICE = "delay-notice"
    DELIVERY = "delivery"
    TIMEOUT_NOTICE = "timeout-notice"


class AccessState(_Word):
    """Whether a server lets the user in, and if not, in which of the ways that ask for different things.

    >>> AccessState("rejected").forbids_retry, AccessState.THROTTLED.forbids_retry
    (True, False)
    """

    OK = "ok"
    """The last login was accepted."""
    REJECTED = "rejected"
    """The password is not accepted: the holder may have changed it."""
    SECOND_FACTOR_REQUIRED = "second-factor-required"
    """The provider wants a second factor, or a password made for programs."""
    PASSWORD_EXPIRED = "password-expired"
    """The password has ended."""
    THROTTLED = "throttled"
    """Too many connections or logins: the provider asks to wait."""
    UNREACHABLE = "unreachable"
    """Nobody answers, or not safely."""

    @property
    def forbids_retry(self) -> bool:
        """Whether another login with the same password could make it worse: providers lock accounts after a few of them."""
        return self in (AccessState.REJECTED, AccessState.SECOND_FACTOR_REQUIRED, AccessState.PASSWORD_EXPIRED)

    def advice(self, language: Literal["it", "en"] = "it") -> str:
        """What to do, in Italian (`"it"`) or English (`"en"`)."""
        return _pecpy.access_advice(self.value, language)


for _class in list(globals().values()):
    if isinstance(_class, type) and issubclass(_class, _Word):
        _class.__module__ = "pecpy"
del _class
