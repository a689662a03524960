"""What an organisation and the log of an archive answer, with the names of the JSON reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Literal

from pecpy import _pecpy
from pecpy._archive import _values
from pecpy._dossier import _known, _named, _time


def _plain(value: object) -> object:
    """What JSON does not know."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a datetime with a time zone is wanted, such as datetime.now(timezone.utc)")
        return value.astimezone(timezone.utc).isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot stand in a command")


def written(command: str | Mapping[str, Any], fields: dict[str, Any] | None) -> str:
    """A command as JSON; called by the module in Rust."""
    named = {"command": command} if isinstance(command, str) else dict(command)
    return json.dumps({**named, **(fields or {})}, default=_plain)


def asked(query: object) -> str:
    """A query as JSON; called by the module in Rust."""
    return json.dumps(query, default=_plain)


@dataclass(frozen=True)
class Right:
    """That an act is permitted, by what, and under which mandate. It does not outlive a withdrawal: it is asked for anew at each
    act.
    """

    permission: str
    """What is permitted."""
    by: Literal["host", "grant", "role"]
    """By what: being the program itself, a grant, a role that a grant gives."""
    grant: str | None
    """The grant."""
    role: str | None
    """The role."""
    mandate: str | None
    """The mandate of the holder; `None` where none covers it and none is asked for."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Right:
        """What `to_json()` gives."""
        return cls(**_values(cls, line))

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class LogRow:
    """One entry of the log: who did what, when."""

    n: int
    """Its number, from 0."""
    at: datetime
    """When, by the host's clock."""
    actor: str
    """Who, as the host named him."""
    what: str
    """What was done."""
    details: dict[str, Any]
    """The rest of it: to which message, mailbox, class or case, by what right, with which outcome."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> LogRow:
        """What `to_json()` gives."""
        rest = json.loads(line)
        n, at, actor, what = (rest.pop(name) for name in ("n", "at", "actor", "what"))
        return cls(n, _known(at), actor, what, rest, line)

    def to_json(self) -> str:
        """The entry with its number as one JSON object, as `pec log show --json` prints it."""
        return self._json


@dataclass(frozen=True)
class BrokenEntry:
    """The first entry that is not what was logged."""

    n: int
    """Its number; of what was written anew with its tree, the first that it can be."""
    flaw: str
    """What was done to it: `edited`, `removed`, `inserted`, `reordered`, `tree`, `rewritten`, or `unreadable`."""
    detail: str | None
    """Why it cannot be read."""
    checkpoint: int | None
    """The size of the first kept root above it, which says what stood there."""


@dataclass(frozen=True)
class CheckedRoot:
    """A root that was kept, in the archive or elsewhere."""

    size: int
    """Entries under it."""
    by: Literal["stamp", "key", "pec", "nobody"]
    """Who vouches for it: a time-stamping authority, whoever has a key, a PEC provider, nobody."""
    who: str
    """The authority, the name of the key, or the mailbox of the provider; empty where it is nobody."""
    time: datetime | None
    """When, where the voucher says so."""
    why: str | None
    """Why it is nobody."""
    holds: bool
    """Whether the log still has this root at this size."""

    @classmethod
    def _of(cls, it: dict[str, Any]) -> CheckedRoot:
        return cls(**{**_named(cls, it), "time": _time(it["time"])})


@dataclass(frozen=True)
class LogCheck:
    """Whether the log is what was logged.

    It does not show what was done after the last root that somebody else vouches for.
    """

    sound: int
    """Entries, from the first on, that are what was logged as far as this can be seen."""
    root: str
    """The root of the tree over them, in hexadecimal digits."""
    broken: BrokenEntry | None
    """The first entry that is not."""
    roots: tuple[CheckedRoot, ...]
    """Every root that was kept, and whether the log is still the one that it was taken of."""
    unanchored: int
    """Entries after the last root that somebody else vouches for: had they been taken from the end, nothing here would show it."""
    _json: str = field(repr=False, compare=False)

    @property
    def is_clean(self) -> bool:
        """Whether every entry is what was logged and every root holds."""
        return self.broken is None and all(root.holds for root in self.roots)

    @classmethod
    def from_json(cls, line: str) -> LogCheck:
        """What `to_json()` gives."""
        it = _values(cls, line)
        broken = it["broken"] and BrokenEntry(**_named(BrokenEntry, it["broken"]))
        return cls(**{**it, "broken": broken, "roots": tuple(map(CheckedRoot._of, it["roots"]))})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec log verify --json` prints it."""
        return self._json


@dataclass(frozen=True)
class EntryProof:
    """That an entry is in the log of a certain root. It is checked without the archive."""

    n: int
    """Its number."""
    size: int
    """Entries under the root."""
    entry: str
    """The entry as it was logged."""
    path: tuple[str, ...]
    """The nodes beside the way to the root, from the entry up."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> EntryProof:
        """What `to_json()` gives."""
        return cls(**_values(cls, line))

    def to_json(self) -> str:
        """The proof as one JSON object, byte for byte as `pec log prove` prints it."""
        return self._json

    def check(self, root: str) -> bool:
        """Whether the log with this root, in hexadecimal digits, has this entry at this place.

        Raises `ArgumentError` where that is no root, or the proof was made up.
        """
        return _pecpy.check_entry(self._json, root)


@dataclass(frozen=True)
class GrowthProof:
    """That a log holds everything that it held when it was smaller, in the same order. It is checked without the archive."""

    start: int
    """Entries under the earlier root."""
    end: int
    """Entries under the later one."""
    path: tuple[str, ...]
    """The nodes that lead to both."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> GrowthProof:
        """What `to_json()` gives."""
        it = json.loads(line)
        return cls(it["from"], it["to"], tuple(it["path"]), line)

    def to_json(self) -> str:
        """The proof as one JSON object."""
        return self._json

    def check(self, earlier: str, later: str) -> bool:
        """Whether the log with the later root begins with all that is under the earlier one. Raises as `EntryProof.check`."""
        return _pecpy.check_growth(self._json, earlier, later)


for _class in list(globals().values()):
    if isinstance(_class, type) and _class.__module__ == __name__:
        _class.__module__ = "pecpy"
del _class


@dataclass(frozen=True)
class Challenge:
    """What a card has to sign to log in, or to be registered. It holds once."""

    challenge: str
    """The text: its bytes in UTF-8 are signed as they are, without a line end."""
    purpose: Literal["login", "registration"]
    mailbox: str
    audience: str
    """The service that asks."""
    expires_at: datetime
    """From then on it holds no longer."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Challenge:
        """A line of `to_json()`."""
        values = _values(cls, line)
        return cls(**{**values, "expires_at": _known(values["expires_at"])})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Login:
    """That somebody has come in with a signature kit, and by what. It opens a session of the host's, and gives no right."""

    mailbox: str
    user: str | None
    """As which user; `None` for the holder, or somebody in his place."""
    by: Literal["tax-id", "kit"]
    """Why: the codice fiscale is that of the holder, or the kit was registered."""
    kit: str | None
    """The name of the kit that was registered."""
    subject: str
    """In whose name the certificate is."""
    certificate: str
    """Its SHA-256."""
    anchor: str
    """That of the authority to which it leads."""
    not_after: datetime
    """Its last second."""
    revocation: Literal["good", "not-checked"]
    """`not-checked`: nobody has said that it was not revoked."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Login:
        """A line of `to_json()`."""
        values = _values(cls, line)
        return cls(**{**values, "not_after": _known(values["not_after"])})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Kit:
    """A signature kit that is registered with a mailbox (kit di firma)."""

    mailbox: str
    name: str
    """What it is called there."""
    certificate: str
    """The SHA-256 of its certificate. Another certificate of the same person is another kit."""
    user: str | None
    """Who logs in with it; `None` for whoever the mailbox is held for."""
    at: datetime
    """When it was registered."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Kit:
        """A line of `to_json()`."""
        values = _values(cls, line)
        return cls(**{**values, "at": _known(values["at"])})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json
