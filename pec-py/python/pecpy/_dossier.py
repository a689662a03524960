"""Dossiers as values, with the names of the JSON report. Times are `datetime`s with a time zone."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pecpy._enums import (
    Carried,
    Checked,
    EventKind,
    Owed,
    Proven,
    Severity,
    Side,
    Standing,
    State,
    TimeProof,
    Verdict,
)


def _time(text: str | None) -> datetime | None:
    """A time of RFC 3339, to the microsecond."""
    if text is None:
        return None
    return datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", lambda it: it[1].ljust(7, "0"), text).replace("Z", "+00:00"))


def _known(text: str) -> datetime:
    """A time that is never absent."""
    time = _time(text)
    assert time is not None
    return time


def _named(cls: type[Any], it: dict[str, Any]) -> dict[str, Any]:
    """The values of a report that the class knows: later versions may add others."""
    return {name.name: it[name.name] for name in dataclasses.fields(cls) if name.name in it}


@dataclass(frozen=True)
class Check:
    """A finding about the content of a receipt, or about an instant."""

    code: str
    severity: Severity
    detail: str

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Check:
        return cls(it["code"], Severity(it["severity"]), it["detail"])


@dataclass(frozen=True)
class Recipient:
    """One recipient of the message."""

    address: str
    """The address, as certified."""
    class_: str | None
    """`certificato` or `esterno`, as the sender's provider found; `None` before it said so."""
    state: State
    """Where the message stands with this recipient."""
    events: tuple[int, ...]
    """Positions in `Dossier.events` of the events that speak of this recipient."""

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Recipient:
        return cls(it["address"], it["class"], State(it["state"]), tuple(it["events"]))


@dataclass(frozen=True)
class Event:
    """A certified event."""

    kind: EventKind
    standing: Standing
    recipient: str | None
    covered: tuple[str, ...]
    """The recipients of whom it speaks, where it speaks of several."""
    at: datetime | None
    """When, in UTC."""
    local: datetime | None
    """The same in the offset in which it was printed."""
    source: str
    """Name of the message."""
    own_message_id: str | None
    provider: str | None
    signer: str | None
    error: str
    error_detail: str | None
    requested: str | None
    """Form of receipt that was asked for."""
    carried: Carried
    verdict: Verdict
    time: TimeProof
    weaknesses: tuple[str, ...]
    """Codes of what verification found, warnings and worse."""

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Event:
        words = {
            "kind": EventKind(it["kind"]),
            "standing": Standing(it["standing"]),
            "covered": tuple(it["covered"]),
            "at": _time(it["at"]),
            "local": _time(it["local"]),
            "carried": Carried(it["carried"]),
            "verdict": Verdict(it["verdict"]),
            "time": TimeProof(it["time"]),
            "weaknesses": tuple(it["weaknesses"]),
        }
        return cls(**{**_named(cls, it), **words})


@dataclass(frozen=True)
class Attachment:
    """One attachment of a brief receipt."""

    name: str | None
    outcome: str
    """What its hash file comes to, such as `hash` (the same) or `mismatch`."""
    reading: str | None
    """Over which form of the attachment the hash was taken."""
    rests_on_sha1: bool

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Attachment:
        return cls(**_named(cls, it))


@dataclass(frozen=True)
class Content:
    """What one delivery receipt says of the content."""

    event: int
    """Position in `Dossier.events`."""
    checked: Checked
    against: str | None
    """Name of the message with which it was compared."""
    form: str | None
    """`complete`, `brief` or `concise`."""
    proven: Proven | None
    attachments: tuple[Attachment, ...]
    findings: tuple[Check, ...]

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Content:
        return cls(
            it["event"],
            Checked(it["checked"]),
            it["against"],
            it["form"],
            None if it["proven"] is None else Proven(it["proven"]),
            tuple(Attachment._of(one) for one in it["attachments"]),
            tuple(Check._of(one) for one in it["findings"]),
        )


@dataclass(frozen=True)
class Instant:
    """One legal instant."""

    event: int
    """Position in `Dossier.events`."""
    side: str
    """For whom it counts: `sender` or `addressee`."""
    utc: datetime
    rome: datetime
    """The same in Rome."""
    art_147: str
    """The reading of art. 147 c.p.c.: `not-asked`, `not-settled`, `as-certified` or `next-morning`."""
    counts_at: datetime | None
    """When it counts by art. 147 c.p.c., in Rome."""
    time_zone_data: str
    """Edition of the time zone data."""
    source: str
    own_message_id: str | None
    findings: tuple[Check, ...]

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Instant:
        times = {"utc": _known(it["utc"]), "rome": _known(it["rome"]), "counts_at": _time(it["counts_at"])}
        return cls(**{**_named(cls, it), **times, "findings": tuple(Check._of(one) for one in it["findings"])})


@dataclass(frozen=True)
class Claim:
    """A message that looks like a receipt, notice or envelope of the transaction and is not certified. It moves nothing."""

    source: str
    """Name of the message."""
    kind: str
    """What it says it is."""
    recipient: str | None
    """Whom it says it concerns."""
    sender: str | None
    """Its From."""
    own_message_id: str | None
    verdict: Verdict
    """Why it is no proof."""
    weaknesses: tuple[str, ...]

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Claim:
        return cls(
            it["source"],
            it["kind"],
            it["recipient"],
            it["from"],
            it["own_message_id"],
            Verdict(it["verdict"]),
            tuple(it["weaknesses"]),
        )


@dataclass(frozen=True)
class Bounce:
    """An ordinary delivery status notification (RFC 3464). Nobody certifies it; it moves nothing."""

    source: str
    """Name of the message."""
    recipients: tuple[str, ...]
    status: str | None
    """Its first status code (RFC 3463)."""
    in_anomaly: bool
    """Whether it came inside an anomaly envelope."""

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Bounce:
        return cls(it["source"], tuple(it["recipients"]), it["status"], it["in_anomaly"])


@dataclass(frozen=True)
class Silence:
    """What is owed and has not come."""

    owed: Owed
    since: datetime
    """Since when, in UTC."""
    recipient: str | None

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Silence:
        return cls(Owed(it["owed"]), _known(it["since"]), it["recipient"])


@dataclass(frozen=True)
class Remark:
    """A finding about a dossier, and where it was found."""

    code: str
    severity: Severity
    recipient: str | None
    source: str | None
    detail: str

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Remark:
        return cls(it["code"], Severity(it["severity"]), it["recipient"], it["source"], it["detail"])


@dataclass(frozen=True)
class Dossier:
    """One transaction: what was sent, what came back, what it comes to (fascicolo).

    It proves what its certified events prove. It does not prove that no further receipt exists, nor what was sent: a copy is
    only what lies in the mailbox, until a complete receipt or its hashes are compared with it.
    """

    pec_id: str | None
    """Identifier of the transaction (identificativo); `None` as long as nothing certified is known."""
    message_ids: tuple[str, ...]
    """Message-IDs of the sender's program (msgid), without angle brackets."""
    sender: str | None
    """The certified sender; of a submission the SMTP reverse path."""
    subject: str | None
    side: Side
    sent_copy: str | None
    """Name of the copy of what was sent."""
    copies: tuple[str, ...]
    submission: str | None
    """Name of what the host submitted."""
    submitted_at: datetime | None
    acceptance: int | None
    """Position in `events` of the event that proves the acceptance."""
    recipients: tuple[Recipient, ...]
    events: tuple[Event, ...]
    """Every certified event, by signed time."""
    contents: tuple[Content, ...]
    instants: tuple[Instant, ...]
    claims: tuple[Claim, ...]
    bounces: tuple[Bounce, ...]
    silence: tuple[Silence, ...]
    findings: tuple[Remark, ...]
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Dossier:
        """A line of `Dossiers.to_json()` that is no stray."""
        it = json.loads(line)
        lists: dict[str, Any] = {
            "recipients": Recipient,
            "events": Event,
            "contents": Content,
            "instants": Instant,
            "claims": Claim,
            "bounces": Bounce,
            "silence": Silence,
            "findings": Remark,
        }
        values: dict[str, Any] = {name: tuple(map(part._of, it[name])) for name, part in lists.items()}
        values.update(
            message_ids=tuple(it["message_ids"]),
            side=Side(it["side"]),
            copies=tuple(it["copies"]),
            submitted_at=_time(it["submitted_at"]),
        )
        return cls(**{**_named(cls, it), **values}, _json=line)

    @property
    def state(self) -> State | None:
        """The state of all recipients when they are the same one."""
        states = {recipient.state for recipient in self.recipients}
        return states.pop() if len(states) == 1 else None

    def to_json(self) -> str:
        """One line of JSON, as `pec link --json` prints it, without a line end."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The same as a `dict`."""
        it: dict[str, Any] = json.loads(self._json)
        return it


@dataclass(frozen=True)
class Stray:
    """A message that speaks of no transaction that is known."""

    source: str
    """Name of the message."""
    role: str
    """`claim` or `bounce`."""
    verdict: Verdict | None
    """Why a claim is no proof; `None` for a bounce, of which nothing was to be proven."""
    about: tuple[str, ...]
    """The identifiers that it names."""

    @classmethod
    def from_json(cls, line: str) -> Stray:
        """A line of `Dossiers.to_json()` that is one."""
        it = json.loads(line)["stray"]
        verdict = None if it["verdict"] is None else Verdict(it["verdict"])
        return cls(it["source"], it["role"], verdict, tuple(it["about"]))


for _class in list(globals().values()):
    if dataclasses.is_dataclass(_class) and isinstance(_class, type):
        _class.__module__ = "pecpy"
del _class
