"""What an archive answers, and what a bundle proves, with the names of its JSON reports. Times are `datetime`s with a time zone."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from typing import Any, Literal

from pecpy._dossier import Dossier, _known, _named, _time
from pecpy._enums import Verdict


def _values(cls: type[Any], line: str) -> dict[str, Any]:
    """The values of a report, lists as tuples, and its line."""
    named = _named(cls, json.loads(line))
    return {name: tuple(it) if isinstance(it, list) else it for name, it in named.items()} | {"_json": line}


@dataclass(frozen=True)
class Put:
    """What became of a message that was put."""

    id: str
    """Its identifier: the SHA-256 of its bytes, 64 hexadecimal digits."""
    stored: Literal["new", "known"]
    """Whether it was there before."""


@dataclass(frozen=True)
class Entry:
    """What the index knows of one message: what verification said when it came in, or was last judged. What has to be proven is
    verified from the bytes.
    """

    id: str
    """SHA-256 of its bytes."""
    size: int
    """Bytes."""
    stored_at: datetime | None
    """When it was stored, by the host's clock."""
    dated_at: datetime | None
    """The date by which it stands in lists: what was certified, else the date of its header, else when it was stored."""
    kind: str
    """`tipo`, `anomalia` or `ordinary`."""
    verdict: Verdict
    quarantine: tuple[str, ...]
    """Codes of what is wrong with it, where a person should look at it."""
    certified_at: datetime | None
    """What the provider certified as the time of the event."""
    expires: datetime | None
    """When the certificate of its signer ends."""
    pec_id: str | None
    """identificativo."""
    message_id: str | None
    """msgid, or the Message-ID of a copy."""
    sender: str | None
    """The sender, certified where anything is."""
    subject: str | None
    """The subject, certified where anything is."""
    mailboxes: tuple[str, ...]
    """The mailboxes in which it was found."""
    tags: tuple[str, ...]
    """Tags of the host."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Entry:
        """A line of `to_json()`."""
        values = _values(cls, line)
        for name in ("stored_at", "dated_at", "certified_at", "expires"):
            values[name] = _time(values[name])
        return cls(**{**values, "verdict": Verdict(values["verdict"])})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive search --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Page:
    """Some of what a query finds, newest first: a sequence of `Entry`."""

    entries: tuple[Entry, ...]
    next: int | None
    """Where the next page begins, for `start` of `Archive.page`; `None` when nothing older is found."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, lines: str) -> Page:
        """What `to_json()` gives."""
        *entries, end = lines.splitlines()
        return cls(tuple(map(Entry.from_json, entries)), json.loads(end)["next"], lines)

    def to_json(self) -> str:
        """The page as lines of JSON, byte for byte as `pec archive search --json` prints it."""
        return self._json

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> Entry:
        return self.entries[index]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def _repr_html_(self) -> str:
        """A table; what comes from messages is text and nothing else."""
        heads = ("when", "verdict", "kind", "from", "subject")

        def cells(it: Entry) -> tuple[str, ...]:
            at = it.dated_at
            return (f"{at:%Y-%m-%d %H:%M}" if at else "", it.verdict.value, it.kind, it.sender or "", it.subject or "")

        head = "".join(f"<th>{name}</th>" for name in heads)
        rows = ("".join(f"<td><bdi>{html.escape(text)}</bdi></td>" for text in cells(it)) for it in self.entries)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True)
class ArchiveCheck:
    """What reading everything again has found."""

    sound: int
    """Messages that are exactly what was stored."""
    damaged: tuple[tuple[str, str], ...]
    """Messages that are not, and why: by identifier where it could be read."""
    structure: tuple[str, ...]
    """What is wrong beside the bytes of messages."""
    not_indexed: int
    """Messages that the index does not know, or knows twice: `Archive.rebuild_index` mends it."""
    log_broken_at: int | None
    """The first entry of the log that is not what was logged."""
    complete: bool
    """Whether everything was read."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> ArchiveCheck:
        """A line of `to_json()`."""
        values = _values(cls, line)
        return cls(**{**values, "damaged": tuple((id, why) for id, why in values["damaged"])})

    @property
    def is_clean(self) -> bool:
        """Whether everything was read and nothing is wrong."""
        wrong = self.damaged or self.structure or self.not_indexed
        return self.complete and not wrong and self.log_broken_at is None

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive check --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Collected:
    """What a collection took away."""

    bodies: int
    """Bodies that no message used."""
    bytes: int
    """Their bytes, before compression."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Collected:
        """A line of `to_json()`."""
        return cls(**_values(cls, line))

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Changed:
    """A message that is judged otherwise than before."""

    id: str
    before: Verdict
    """The verdict that was stored."""
    before_trust_data: str
    """The date of the trust data by which it was found."""
    after: Verdict
    """The verdict now."""
    findings: tuple[str, ...]
    """The findings, warnings and worse, that explain it now."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Changed:
        """A line of `to_json()`."""
        values = _values(cls, line)
        return cls(**{**values, "before": Verdict(values["before"]), "after": Verdict(values["after"])})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive reverify --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Unimported:
    """Something that could not be taken in."""

    place: str
    """The file, with `#` and a number where it holds several messages."""
    it: str
    """Why, in Italian."""
    en: str
    """Why, in English."""


@dataclass(frozen=True)
class Imported:
    """What an import has done."""

    new: int
    """Messages that were not there."""
    known: int
    """Messages that were."""
    skipped: int
    """Files that an earlier import had finished, unchanged since."""
    exceptions: tuple[Unimported, ...]
    """What could not be read. It stopped nothing, and is tried again the next time."""
    complete: bool
    """Whether everything was read."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Imported:
        """A line of `to_json()`."""
        values = _values(cls, line)
        return cls(**{**values, "exceptions": tuple(Unimported(**_named(Unimported, it)) for it in values["exceptions"])})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive import --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Salvaged:
    """What a salvage has brought over, and what it could not."""

    messages: int
    """Messages that are in the new archive, byte for byte."""
    lost: tuple[tuple[str, str], ...]
    """Messages that are lost, and why: by identifier, or by number where that cannot be read."""
    unread: tuple[str, ...]
    """What else could not be read."""
    log_entries: int
    """Entries of the log that were brought over, with the time-stamps over them."""
    unproven_log: tuple[str, ...]
    """Entries of the log for which the new log does not vouch; they are kept nowhere else."""
    complete: bool
    """Whether everything was tried."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Salvaged:
        """A line of `to_json()`."""
        values = _values(cls, line)
        return cls(**{**values, "lost": tuple((id, why) for id, why in values["lost"])})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive salvage --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Stats:
    """An archive in numbers."""

    messages: int
    bytes: int
    """Their bytes as they came."""
    bodies: int
    """Bodies that are stored once, whatever number of messages contain them."""
    file_bytes: int
    """Bytes of the file."""
    dossiers: int
    quarantined: int
    """Messages that a person should look at."""
    held: int
    """Messages that are held for some case."""
    log_entries: int
    stamped_entries: int
    """Entries of the log that a time-stamp covers."""
    verdicts: dict[str, int]
    """Messages by verdict."""
    kinds: dict[str, int]
    """Messages by kind."""
    states: dict[str, int]
    """Recipients of dossiers by state."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Stats:
        """A line of `to_json()`."""
        return cls(**_values(cls, line))

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive stats --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Retention:
    """How long a message is kept, and what else keeps it."""

    id: str
    class_: str
    """The class into which it was put; empty where it was put in none."""
    until: datetime
    """The end of its term: of that which ends last in its dossiers."""
    cases: tuple[str, ...]
    """The cases for which it is held, by name: it stays until all of them are released."""
    waits: tuple[str, ...]
    """The keys under which it waits in the outbox."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Retention:
        """A line of `to_json()`."""
        it = json.loads(line)
        return cls(it["id"], it["class"], _known(it["until"]), tuple(it["cases"]), tuple(it["waits"]), line)

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive show --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Erased:
    """What became of one message that was to be erased."""

    id: str
    log: int | None
    """The entry of the log that is the certificate of its erasure (`Archive.log_entry`); `None` where the message is still here."""
    kept_until: datetime | None
    """The end of its term, which keeps it."""
    held_for: str | None
    """The case that keeps it."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Erased:
        """A line of `to_json()`."""
        values = _values(cls, line)
        return cls(**{**values, "kept_until": _time(values["kept_until"])})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive erase --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Ending:
    """Something that ends soon."""

    what: Literal["term", "certificate", "stamp"]
    """A term, a certificate on which a proof rests, or that of the authority that stamped the log last."""
    ends: datetime | None
    message: Entry | None
    """`None` for a stamp, which covers all."""
    stamp: Stamped | None
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Ending:
        """A line of `to_json()`."""
        values = _values(cls, line)
        made: dict[str, Any] = {"ends": _time(values["ends"])}
        for name, of in (("message", Entry), ("stamp", Stamped)):
            it = values[name]
            made[name] = it and of.from_json(json.dumps(it, ensure_ascii=False, separators=(",", ":")))
        return cls(**{**values, **made})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive expiring --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Stamped:
    """A root of the log that an authority has time-stamped."""

    size: int
    """Entries under the root."""
    time: datetime
    """The time of the stamp."""
    authority: str
    """The authority, as its certificate names it."""
    ends: datetime | None
    """When this certificate ends: before that the log should be stamped again."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Stamped:
        """A line of `to_json()`."""
        values = _values(cls, line)
        return cls(**{**values, "time": _known(values["time"]), "ends": _time(values["ends"])})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Packaged:
    """A package that was written."""

    name: str
    """Its name, as its index says it."""
    path: str
    """Where it is: a folder or a ZIP."""
    documents: int
    """Messages in it."""
    bytes: int
    """Bytes of its files, or of the ZIP."""
    pindex: str
    """SHA-256 of its PIndex.xml."""
    zip: str | None
    """SHA-256 of the ZIP."""


@dataclass(frozen=True)
class Made:
    """Packages that a call has made."""

    packages: tuple[Packaged, ...]
    already: int
    """Messages that were left out, because a package has them already."""
    damaged: tuple[tuple[str, str], ...]
    """Messages that are damaged, and why: by identifier where it could be read. Whatever belongs to their transactions was left out
    with them."""
    complete: bool
    """Whether everything was packed."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Made:
        """A line of `to_json()`."""
        values = _values(cls, line)
        packages = tuple(Packaged(**_named(Packaged, it)) for it in values["packages"])
        damaged = tuple((id, why) for id, why in values["damaged"])
        return cls(**{**values, "packages": packages, "damaged": damaged})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive deposit make --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Deposit:
    """A package, and where its documents stand."""

    name: str
    made_at: datetime
    pindex: str
    """SHA-256 of its PIndex.xml."""
    again_of: str | None
    """The package of which it brings refused documents once more."""
    waiting: int
    """Documents of which no report has spoken."""
    accepted: int
    refused: int
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Deposit:
        """A line of `to_json()`."""
        values = _values(cls, line)
        return cls(**{**values, "made_at": _known(values["made_at"])})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive deposit list --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Deposited:
    """A document of a package, and where it stands by the reports that were read."""

    id: str
    """The message."""
    state: Literal["waiting", "accepted", "refused"]
    reason: str | None
    """Why it was refused, in the words of the report; empty where it does not say."""
    superseded: bool
    """Whether a newer package has it too: then that one says where it stands now."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Deposited:
        """A line of `to_json()`."""
        return cls(**{"reason": None, **_values(cls, line)})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive deposit list --json` prints it."""
        return self._json


@dataclass(frozen=True)
class DepositReport:
    """What a report of deposit said of the documents that are here."""

    id: str
    """SHA-256 of the report."""
    name: str | None
    """What the report calls itself."""
    at: datetime | None
    """Its time, as it says."""
    known: bool
    """Whether it had been read before: then no more was changed than what it says by the words that are given now."""
    accepted: tuple[str, ...]
    """Documents that it accepts."""
    refused: tuple[tuple[str, str], ...]
    """Documents that it refuses, and why in its words."""
    unclear: tuple[str, ...]
    """Documents that it names without an outcome that is known: they wait."""
    overruled: tuple[str, ...]
    """Documents of which a report of a later time has spoken already: they stand as that one says."""
    unknown: tuple[str, ...]
    """Digests that belong to nothing that was deposited from here."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> DepositReport:
        """A line of `to_json()`."""
        values = _values(cls, line)
        refused = tuple((it["id"], it["reason"]) for it in values["refused"])
        return cls(**{**values, "at": _time(values["at"]), "refused": refused})

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec archive deposit report --json` prints it."""
        return self._json


@dataclass(frozen=True)
class Lookup:
    """What a register of certified addresses answered, as the host says: no register signs that."""

    address: str
    """The certified address."""
    register: str
    """INI-PEC, IPA, INAD, ReGIndE, or another by its name."""
    asked_at: datetime
    found: bool = True
    """Whether the register had the address."""
    answer: bytes = field(default=b"", repr=False)
    """The answer, byte for byte; at most 1 MiB is kept."""
    asked: str | None = None
    """By what it was asked, where that was not the address: codice fiscale, partita IVA, a name."""
    valid_on: date | None = None
    """For which day it was asked, where the register knows the past."""

    @classmethod
    def from_json(cls, line: str) -> Lookup:
        """A line of `to_json()`, or of what the program and C give."""
        it = _named(cls, json.loads(line))
        day = it["valid_on"] and date.fromisoformat(it["valid_on"])
        return cls(**{**it, "asked_at": _known(it["asked_at"]), "valid_on": day, "answer": base64.b64decode(it["answer"])})

    def to_json(self) -> str:
        """The look-up as one JSON object (`pec-lookup/1`). Raises `ValueError` where `asked_at` has no time zone."""
        if self.asked_at.tzinfo is None:
            raise ValueError("asked_at: a datetime with a time zone is wanted, such as datetime.now(timezone.utc)")
        values = {
            "form": "pec-lookup/1",
            "address": self.address,
            "register": self.register,
            "asked": self.asked,
            "asked_at": self.asked_at.astimezone(timezone.utc).isoformat(),
            "valid_on": self.valid_on and self.valid_on.isoformat(),
            "found": self.found,
            "answer": base64.b64encode(self.answer).decode(),
        }
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Witnessed:
    """A time-stamp that covers a message."""

    at: datetime
    """The time of the earliest such time-stamp that is still borne, else of the earliest: since then the message existed."""
    authority: str
    within_certificate: bool
    """Whether the signer's certificate was still alive then."""
    borne_until: datetime
    """When the certificate of the authority ends; of the last one, where later time-stamps renewed this one in time."""
    renewals: int
    """How many did."""
    lapsed: bool
    """Whether nothing bears it any more: what it says rests on the authority's own records."""

    @classmethod
    def _of(cls, it: dict[str, Any] | None) -> Witnessed | None:
        if it is None:
            return None
        return cls(**{**_named(cls, it), "at": _known(it["at"]), "borne_until": _known(it["borne_until"])})


@dataclass(frozen=True)
class LookupProof:
    """One look-up of a bundle: whoever made the bundle says so, and nobody has signed it."""

    path: str
    """Its path in the bundle, where the answer is."""
    address: str
    register: str
    asked: str | None
    asked_at: datetime
    valid_on: date | None
    found: bool
    witnessed: Witnessed | None
    """Since when whoever made the bundle is proven to have had it."""
    witness_fails: str | None

    @classmethod
    def _of(cls, it: dict[str, Any]) -> LookupProof:
        day = it["valid_on"] and date.fromisoformat(it["valid_on"])
        times = {"asked_at": _known(it["asked_at"]), "valid_on": day}
        return cls(**{**_named(cls, it), **times, "witnessed": Witnessed._of(it["witnessed"])})


@dataclass(frozen=True)
class MessageProof:
    """One message of a bundle, judged by the reader's trust data."""

    path: str
    """Its path in the bundle."""
    kind: str
    verdict: Verdict
    anchor: str | None
    """The authority at the end of the path: `host:…` is one that the reader gave, and no authority of PEC."""
    certificate_ends: datetime | None
    witnessed: Witnessed | None
    witness_fails: str | None
    """Why it is not witnessed, where something was there to prove it."""
    findings: tuple[str, ...]

    @classmethod
    def _of(cls, it: dict[str, Any]) -> MessageProof:
        witnessed = Witnessed._of(it["witnessed"])
        values = {**_named(cls, it), "verdict": Verdict(it["verdict"]), "findings": tuple(it["findings"])}
        return cls(**{**values, "certificate_ends": _time(it["certificate_ends"]), "witnessed": witnessed})


@dataclass(frozen=True)
class ProofReport:
    """What was found out about a bundle.

    It proves that the file is what was written, and of each message what its verdict says; where a message is witnessed, that it
    existed at that time. It does not prove that nothing was left out.
    """

    transaction: str | None
    """identificativo or msgid, as the bundle calls itself."""
    made_at: datetime | None
    """When it was made, as it says."""
    faults: tuple[dict[str, Any], ...]
    """What is wrong with the file, to the block of 4096 bytes. Empty: every byte is what was written."""
    messages: tuple[MessageProof, ...]
    lookups: tuple[LookupProof, ...]
    """Where the addresses of recipients were looked up, as whoever made the bundle says."""
    dossiers: tuple[Dossier, ...]
    """The dossiers that its messages come to."""
    is_intact: bool
    """Whether every byte of the file is what was written, and what is there for reading is what this library writes."""
    is_sound: bool
    """Whether every byte that proves something is what was written, every message is certified, but for what was sent, which bears
    no certification and claims none, and at least one is. The page and the text for the expert decide nothing.
    """
    _json: str = field(repr=False, compare=False)

    @classmethod
    def _of(cls, line: str, is_intact: bool, is_sound: bool) -> ProofReport:
        it = json.loads(line)
        texts = (json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in it["dossiers"])
        return cls(
            it["transaction"],
            _time(it["made_at"]),
            tuple(it["faults"]),
            tuple(map(MessageProof._of, it["messages"])),
            tuple(map(LookupProof._of, it["lookups"])),
            tuple(map(Dossier.from_json, texts)),
            is_intact,
            is_sound,
            line,
        )

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as `pec proof verify --json` prints it."""
        return self._json

    def _repr_html_(self) -> str:
        """A table; what comes from the bundle is text and nothing else."""
        verdict = "CERTIFIED" if self.is_sound else "NOT PROVEN"
        rows = [("", verdict), ("transaction", self.transaction or "")]
        rows += [("fault", json.dumps(fault, ensure_ascii=False)) for fault in self.faults]
        for message in self.messages:
            seen = message.witnessed
            since = f", existed on {seen.at:%Y-%m-%d}{' by a lapsed time-stamp' if seen.lapsed else ''}" if seen else ""
            rows.append((message.verdict.value, f"{message.kind}{since}"))
        for looked in self.lookups:
            found = "found in" if looked.found else "not found in"
            rows.append(("look-up", f"{looked.address} {found} {looked.register}, {looked.asked_at:%Y-%m-%d}, as stated"))
        body = "".join(
            f"<tr><th>{html.escape(name)}</th><td><bdi>{html.escape(text)}</bdi></td></tr>" for name, text in rows
        )
        return f"<table><tbody>{body}</tbody></table>"


for _class in list(globals().values()):
    if isinstance(_class, type) and _class.__module__ == __name__:
        _class.__module__ = "pecpy"
del _class
