"""What the wire answers, with the names of its JSON reports. Times are `datetime`s with a time zone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pecpy._archive import Entry
from pecpy._compose import Refusal
from pecpy._dossier import _known, _named, _time
from pecpy._enums import AccessState, Owed, Verdict
from pecpy._errors import PecError, failure


def _line(it: Any) -> str:
    return json.dumps(it, ensure_ascii=False, separators=(",", ":"))


def _problem(it: dict[str, Any] | None) -> PecError | None:
    """What ended nothing else, as the exception that it would be by itself."""
    if it is None:
        return None
    return failure(it["code"], it["layer"], it["evidence"], it["it"], it["en"], access=it["access"])


def _access(word: str | None) -> AccessState | None:
    return None if word is None else AccessState(word)


def _refusals(given: list[dict[str, Any]]) -> tuple[Refusal, ...]:
    names = ("code", "weight", "detail", "rule", "it", "en")
    return tuple(Refusal(*(one[name] for name in names)) for one in given)


@dataclass(frozen=True)
class Room:
    """Room in a mailbox, in bytes."""

    used: int
    limit: int
    percent: int | None
    """How full it is; `None` where there is nothing to be filled."""

    @classmethod
    def _of(cls, it: dict[str, Any] | None) -> Room | None:
        return None if it is None else cls(**_named(cls, it))


@dataclass(frozen=True)
class Mandate:
    """The right to open a mailbox (mandato)."""

    since: datetime
    """It holds from then on."""
    until: datetime | None
    """It no longer holds from then on."""
    evidence: str | None
    """SHA-256 of the document by which it was given."""

    @classmethod
    def _of(cls, it: dict[str, Any] | None) -> Mandate | None:
        return None if it is None else cls(_known(it["from"]), _time(it["until"]), it["evidence"])


@dataclass(frozen=True)
class Terms:
    """A text in both languages."""

    it: str
    en: str


@dataclass(frozen=True)
class HubMailbox:
    """A managed mailbox, and how it stands since the last look."""

    mailbox: str
    """Its address, in lower case."""
    client: str | None
    description: str | None
    tax_id: str | None
    provider: str | None
    """The profile of its provider."""
    mandate: Mandate | None
    new: int
    """Messages that came in since somebody saw it (`Hub.seen`)."""
    unread: int
    """Messages in incoming folders that nobody has marked as read."""
    messages: int
    """Messages in all folders."""
    room: Room | None
    """`None` where the server does not say it."""
    access: AccessState | None
    """`None` before the first look."""
    access_since: datetime | None
    problem: str | None
    """What went wrong at the last look."""
    tried_at: datetime | None
    """When it was looked at the last time."""
    ok_at: datetime | None
    """When that worked the last time."""
    password_ends: datetime | None
    terms: Terms | None
    """What its provider allows to programs, where he restricts that."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> HubMailbox:
        """A line of `to_json()`."""
        it = json.loads(line)
        times = {name: _time(it[name]) for name in ("access_since", "tried_at", "ok_at", "password_ends")}
        made = {
            "mandate": Mandate._of(it["mandate"]),
            "room": Room._of(it["room"]),
            "access": _access(it["access"]),
            "terms": None if it["terms"] is None else Terms(**it["terms"]),
        }
        return cls(**{**_named(cls, it), **times, **made, "_json": line})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec hub list --json` prints it."""
        return self._json


@dataclass(frozen=True)
class FolderCounts:
    """A folder of a mailbox on its server."""

    name: str
    purpose: Literal["sent", "drafts", "trash", "junk", "archive", "all"] | None
    """What it is for, where the server says so."""
    messages: int
    unread: int


@dataclass(frozen=True)
class MailboxCheck:
    """What a look at a mailbox shows."""

    mailbox: str
    folders: tuple[FolderCounts, ...]
    messages: int
    unread: int
    """Messages in incoming folders that nobody has marked as read."""
    room: Room | None
    password_ends: datetime | None
    capabilities: tuple[str, ...]
    """What the server can do, in capitals."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> MailboxCheck:
        """A line of `to_json()`."""
        it = json.loads(line)
        folders = tuple(FolderCounts(**_named(FolderCounts, one)) for one in it["folders"])
        made = {"folders": folders, "room": Room._of(it["room"]), "password_ends": _time(it["password_ends"])}
        return cls(**{**_named(cls, it), **made, "capabilities": tuple(it["capabilities"]), "_json": line})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec box check --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Withheld:
    """A message that a server lists and does not give. It is asked for again each time."""

    uid: int
    why: str


@dataclass(frozen=True)
class FolderSynced:
    """What became of a folder."""

    name: str
    new: int
    """Messages that were not in the archive."""
    known: int
    """Messages that were: the same bytes, from another folder or another time."""
    bytes: int
    """Bytes that came."""
    gone: tuple[str, ...]
    """Messages that the server had and has no longer, by identifier; they stay in the archive."""
    withheld: tuple[Withheld, ...]
    renumbered: bool
    """Whether the server has numbered the folder anew, so that all of it was read again."""
    problem: PecError | None
    """Why it could not be read to its end."""

    @classmethod
    def _of(cls, it: dict[str, Any]) -> FolderSynced:
        withheld = tuple(Withheld(**_named(Withheld, one)) for one in it["withheld"])
        return cls(**{**_named(cls, it), "gone": tuple(it["gone"]), "withheld": withheld, "problem": _problem(it["problem"])})


@dataclass(frozen=True)
class Synced:
    """What bringing in a mailbox came to."""

    mailbox: str
    new: int
    """Messages that were not in the archive."""
    complete: bool
    """Whether every folder was read to its end and nothing is withheld."""
    folders: tuple[FolderSynced, ...]
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Synced:
        """A line of `to_json()`."""
        it = json.loads(line)
        return cls(**{**_named(cls, it), "folders": tuple(map(FolderSynced._of, it["folders"])), "_json": line})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec box sync --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Refreshed:
    """What a look at one of many mailboxes came to."""

    mailbox: str
    outcome: Literal["fresh", "fresh-in-part", "failed", "spared", "out-of-time"]
    """`fresh-in-part`: seen, but not all of its messages were brought in. `spared`: left in peace, since its provider has refused
    the password or asked to wait. `out-of-time`: the budget was over."""
    access: AccessState | None
    """Why it was spared, or what its failure says of the access."""
    synced: Synced | None
    """What was brought in."""
    problem: PecError | None
    """Why it was not seen, or not all of it."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Refreshed:
        """A line of `to_json()`."""
        it = json.loads(line)
        synced = it["synced"] and Synced.from_json(_line(it["synced"]))
        made = {"access": _access(it["access"]), "synced": synced, "problem": _problem(it["problem"])}
        return cls(**{**_named(cls, it), **made, "_json": line})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec hub refresh --json` prints it."""
        return self._json


@dataclass(frozen=True)
class RefreshReport:
    """What a look at many mailboxes came to: a sequence of `Refreshed`, in the order of addresses."""

    mailboxes: tuple[Refreshed, ...]
    fresh: int
    """Mailboxes that were seen as they are."""
    took_ms: int
    """How long it took, in milliseconds."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, lines: str) -> RefreshReport:
        """What `to_json()` gives."""
        *each, end = lines.splitlines()
        whole = json.loads(end)
        return cls(tuple(map(Refreshed.from_json, each)), whole["fresh"], whole["took_ms"], lines)

    def to_json(self) -> str:
        """Lines of JSON, byte for byte as `pec hub refresh --json` prints them."""
        return self._json

    def __len__(self) -> int:
        return len(self.mailboxes)

    def __getitem__(self, index: int) -> Refreshed:
        return self.mailboxes[index]

    def __iter__(self) -> Iterator[Refreshed]:
        return iter(self.mailboxes)


@dataclass(frozen=True)
class BadCell:
    """A cell of a table in which something is wrong."""

    row: int
    """As a spreadsheet numbers it: that of the names is 1."""
    column: str
    shown: str
    """What stands there; nothing where it is a password."""
    it: str
    """What is wrong, in Italian."""
    en: str
    """The same in English."""


@dataclass(frozen=True)
class ImportedMailboxes:
    """What became of a table of mailboxes."""

    added: tuple[str, ...]
    """Addresses that are managed now."""
    errors: tuple[BadCell, ...]
    """Everything that is wrong, in the order of rows."""
    ignored: tuple[str, ...]
    """Columns of whose name nothing is known: they were passed over."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> ImportedMailboxes:
        """A line of `to_json()`."""
        it = json.loads(line)
        errors = tuple(BadCell(**_named(BadCell, one)) for one in it["errors"])
        return cls(tuple(it["added"]), errors, tuple(it["ignored"]), line)

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec hub import --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Overdue:
    """A receipt that a message should have got by now."""

    mailbox: str
    """The mailbox from which it was sent."""
    pec_id: str | None
    message_id: str | None
    subject: str | None
    recipient: str | None
    """About whom; `None` for the message as a whole."""
    owed: Owed
    """Which receipt."""
    since: datetime

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Overdue:
        return cls(**{**_named(cls, it), "owed": Owed(it["owed"]), "since": _known(it["since"])})


@dataclass(frozen=True)
class Radar:
    """What needs somebody."""

    passwords: tuple[HubMailbox, ...]
    """Mailboxes whose password ends, the first to end first."""
    full: tuple[HubMailbox, ...]
    """Mailboxes that are nearly full, the fullest first."""
    access: tuple[HubMailbox, ...]
    """Mailboxes that cannot be read: refused by their provider, or silent for too long."""
    mandates: tuple[HubMailbox, ...]
    """Mailboxes whose mandate ends, the first to end first."""
    overdue: tuple[Overdue, ...]
    """Receipts that should have come, the oldest first."""
    proofs: tuple[Entry, ...]
    """Messages whose proof weakens, by the end of the certificate."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Radar:
        """A line of `to_json()`."""
        it = json.loads(line)
        boxes = {
            name: tuple(HubMailbox.from_json(_line(one)) for one in it[name])
            for name in ("passwords", "full", "access", "mandates")
        }
        proofs = tuple(Entry.from_json(_line(one)) for one in it["proofs"])
        return cls(**boxes, overdue=tuple(map(Overdue._of, it["overdue"])), proofs=proofs, _json=line)

    @property
    def is_clear(self) -> bool:
        """Whether nothing needs anybody."""
        return not (self.passwords or self.full or self.access or self.mandates or self.overdue or self.proofs)

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec hub radar --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Arrived:
    """A message, and in which mailbox it is."""

    mailbox: str
    message: Entry

    @classmethod
    def _of(cls, it: dict[str, Any]) -> Arrived:
        return cls(it["mailbox"], Entry.from_json(_line(it["message"])))


@dataclass(frozen=True)
class ClientDay:
    """What has happened to one client."""

    client: str
    """The client, or the address of a mailbox that belongs to none."""
    arrived: tuple[Arrived, ...]
    """Messages that have arrived, newest first."""
    failed: tuple[Arrived, ...]
    """Messages that say that something which was sent has not arrived."""
    receipts: int
    """How many receipts say that something has gone well."""

    @classmethod
    def _of(cls, it: dict[str, Any]) -> ClientDay:
        arrived, failed = (tuple(map(Arrived._of, it[name])) for name in ("arrived", "failed"))
        return cls(it["client"], arrived, failed, it["receipts"])


@dataclass(frozen=True)
class TodayReport:
    """What has happened since some time, by client."""

    since: datetime
    now: datetime
    mailboxes: int
    """Mailboxes that are managed."""
    well: int
    """Those of them that were well at the last look."""
    clients: tuple[ClientDay, ...]
    """Clients of whom there is anything to be told, in the order of names."""
    radar: Radar
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> TodayReport:
        """A line of `to_json()`."""
        it = json.loads(line)
        made = {"clients": tuple(map(ClientDay._of, it["clients"])), "radar": Radar.from_json(_line(it["radar"]))}
        times = {name: _known(it[name]) for name in ("since", "now")}
        return cls(**{**_named(cls, it), **made, **times, "_json": line})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Saved:
    """What became of the attachments of one message."""

    id: str
    files: tuple[str, ...]
    """Files that hold them."""
    withheld: Verdict | None
    """Why nothing was saved, where nothing certifies the message."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Saved:
        """A line of `to_json()`."""
        it = json.loads(line)
        return cls(it["id"], tuple(it["files"]), it["withheld"] and Verdict(it["withheld"]), line)

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Dispatch:
    """What sending came to: keys of the outbox."""

    mailbox: str
    sent: tuple[str, ...]
    """The server has taken them."""
    refused: tuple[str, ...]
    """The server does not take them."""
    later: tuple[str, ...]
    """They wait: the server has refused them for now."""
    unknown: tuple[str, ...]
    """Nobody knows, of these and of those that were unknown before: a receipt tells, or somebody who knows."""
    next_at: datetime | None
    """When the next one may go, where something waits for a time."""
    problem: PecError | None
    """What ended the run before everything was tried."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Dispatch:
        """A line of `to_json()`."""
        it = json.loads(line)
        keys = {name: tuple(it[name]) for name in ("sent", "refused", "later", "unknown")}
        made = {"next_at": _time(it["next_at"]), "problem": _problem(it["problem"])}
        return cls(**{**_named(cls, it), **keys, **made, "_json": line})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Deleted:
    """What became of one place of a message on its server."""

    mailbox: str
    folder: str
    """The folder, as it goes over the wire."""
    uid: int
    """The number that the message had there."""
    id: str
    """The message, which is in the archive."""
    problem: PecError | None
    """Why it is still there; `None` where it is gone."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Deleted:
        """A line of `to_json()`."""
        it = json.loads(line)
        return cls(**{**_named(cls, it), "problem": _problem(it["problem"]), "_json": line})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Relayed:
    """What became of one message that was put into a mailbox."""

    id: str
    read_back: bool
    """Whether it was read back from the other side and compared."""
    problem: PecError | None
    """Why it is not there, or not as it was given; `None` where it is."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Relayed:
        """A line of `to_json()`."""
        it = json.loads(line)
        return cls(**{**_named(cls, it), "problem": _problem(it["problem"]), "_json": line})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Delivered:
    """What putting elsewhere what has come into a mailbox came to."""

    mailbox: str
    relayed: tuple[Relayed, ...]
    """What is there now, and what was passed over, which has a problem of its own: neither is tried again."""
    problem: PecError | None
    """What ended the run before its end; the rest is put there the next time."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Delivered:
        """A line of `to_json()`."""
        it = json.loads(line)
        made = {"relayed": tuple(Relayed.from_json(_line(one)) for one in it["relayed"]), "problem": _problem(it["problem"])}
        return cls(**{**_named(cls, it), **made, "_json": line})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Forwarded:
    """What became of a message that a rule hands on."""

    id: str
    rule: str
    """By which rule."""
    to: str
    """To whom."""
    outcome: Literal["queued", "loop", "automatic", "old", "no-mailbox", "refused", "lost"]
    """`queued`: it is in the outbox. `loop`: it would go round. `old`: of an old mailbox that was brought in. `no-mailbox`: nobody could
    send it. `refused`: no provider would take it. `lost`: the archive has it no more."""
    mailbox: str | None
    """The mailbox in whose outbox it is."""
    key: str | None
    """Its name there."""
    refusals: tuple[Refusal, ...]
    """Why no provider would take it."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Forwarded:
        """A line of `to_json()`."""
        it = json.loads(line)
        return cls(**{**_named(cls, it), "refusals": _refusals(it["refusals"]), "_json": line})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class GatewayEvent:
    """Something that has happened at a gateway. What `event` does not speak of is `None`, or empty."""

    event: Literal[
        "listening",
        "taken",
        "refused",
        "not-let-in",
        "sent",
        "not-sent",
        "relayed",
        "passed-over",
        "not-relayed",
        "missed",
    ]
    """`taken`: a message is in the outbox. `refused`: it was not taken, and the program was told why. `not-let-in`: a wrong login.
    `sent`: what waited was sent, as far as it could be. `relayed`: what has come in was put where it is wanted.
    `passed-over`: its target does not take one message. `missed`: so many events could not be told."""
    address: str | None
    """Where it listens, `HOST:PORT`."""
    mailbox: str | None
    user: str | None
    """The name that somebody gave who was not let in, made harmless."""
    key: str | None
    """The name of the message in the outbox."""
    id: str | None
    """The message: the SHA-256 of its bytes."""
    refusals: tuple[Refusal, ...]
    """Why it was refused, or what a person should know of it."""
    told: str | None
    """What the program was told."""
    dispatch: Dispatch | None
    """What sending came to."""
    relayed: tuple[Relayed, ...]
    problem: PecError | None
    """Why something was not done."""
    missed: int | None
    """Events that could not be told."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> GatewayEvent:
        """A line of `to_json()`."""
        it = json.loads(line)
        made = {
            "refusals": _refusals(it["refusals"]),
            "dispatch": it["dispatch"] and Dispatch.from_json(_line(it["dispatch"])),
            "relayed": tuple(Relayed.from_json(_line(one)) for one in it["relayed"]),
            "problem": _problem(it["problem"]),
        }
        return cls(**{**_named(cls, it), **made, "_json": line})

    def to_json(self) -> str:
        """The event as one JSON object, byte for byte as `pec gateway --json` prints it."""
        return self._json


@dataclass(frozen=True)
class KeptSecret:
    """A credential that is kept, without its password."""

    mailbox: str
    """Empty where not even that can be read."""
    field: Literal["access", "submission", "gateway"] | None
    login: str | None
    origin: Literal["holder", "generated"] | None
    expires: datetime | None
    renewal: str | None
    """Who renews it, or where."""
    problem: PecError | None
    """Why nothing is known of it."""

    @classmethod
    def from_json(cls, line: str) -> KeptSecret:
        """A report as JSON."""
        it = json.loads(line)
        return cls(**{**_named(cls, it), "expires": _time(it["expires"]), "problem": _problem(it["problem"])})


for _class in list(globals().values()):
    if isinstance(_class, type) and _class.__module__ == __name__:
        _class.__module__ = "pecpy"
del _class
