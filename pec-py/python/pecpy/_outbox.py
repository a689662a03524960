"""What is to be sent and where it stands, what has happened in an archive, and what rules do, with the names of the JSON reports."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pecpy._archive import _values
from pecpy._dossier import _known, _named, _time


@dataclass(frozen=True)
class Reply:
    """What a server said (RFC 5321 §4.2, RFC 2034)."""

    code: int
    """Three digits; 0 where no server said it."""
    enhanced: str | None
    """The enhanced status code, `5.7.1`, where there is one."""
    text: str
    """Its text, made harmless."""


@dataclass(frozen=True)
class Answer(Reply):
    """What a server said of one recipient."""

    recipient: str


@dataclass(frozen=True)
class Answers:
    """Everything that a server said of a message."""

    message: Reply | None
    """Of the message as a whole: the last word on it, or what happened in its place."""
    recipients: tuple[Answer, ...]
    """Of each recipient of whom it was asked."""


@dataclass(frozen=True)
class Ticket:
    """A message that was given to be sent."""

    number: int
    """Its number in the outbox."""
    mailbox: str
    """The mailbox from which it goes."""
    key: str
    """The caller's own name for it."""
    id: str
    """The message: the SHA-256 of its bytes."""
    message_id: str
    """Its Message-ID, without brackets; empty where it has none."""
    sender: str
    """The SMTP sender."""
    recipients: tuple[str, ...]
    """The SMTP recipients."""
    state: Literal["queued", "sending", "sent", "refused", "unknown"]
    """Where it stands. `unknown` is what may have gone: it is not sent again before `Archive.resolve` or a receipt says."""
    queued_at: datetime
    """When it was given."""
    changed_at: datetime
    """When its state last changed."""
    begun_at: datetime | None
    """When it was last about to be handed over."""
    not_before: datetime | None
    """Before then it is not tried again."""
    attempts: int
    """How often it was about to be handed over."""
    answers: Answers
    """What the server said."""
    filed_at: datetime | None
    """When it was put into the folder of sent mail."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Ticket:
        """A line of `to_json()`."""
        values = _values(cls, line)
        for name in ("queued_at", "changed_at", "begun_at", "not_before", "filed_at"):
            values[name] = _time(values[name])
        said = values["answers"]
        message = said["message"] and Reply(**_named(Reply, said["message"]))
        answers = Answers(message, tuple(Answer(**_named(Answer, it)) for it in said["recipients"]))
        return cls(**{**values, "answers": answers})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


_Actions = tuple[tuple[str, str], ...]


def _actions(given: Any) -> _Actions | None:
    """Actions as `Rule` takes them."""
    return None if given is None else tuple(pair for it in given for pair in it.items())


@dataclass(frozen=True)
class Happened:
    """Something that has happened in an archive. What `what` does not speak of is `None`."""

    n: int
    """Its number: above those of all events before it. Numbers may be left out."""
    at: datetime
    """When, by the host's clock."""
    id: str | None
    """To which message."""
    what: str
    """`stored`: a message came in; `mailbox` is where it was found, where that was said. `found`: a message that was here, byte for
    byte, was found in another `mailbox` as well, for the first time there. `state`: a `recipient` of what was sent or received is in another state; the proof is worked out of the
    messages. `gone`: it is gone from the server of a mailbox. `ticket`: what was given to be sent has come to an end, or nobody
    knows to which. `access`: the access to a managed mailbox is in another state. `filed`: a rule has acted on it. `suggested`: a
    rule suggests something.
    """
    pec_id: str | None = None
    """identificativo, where a provider has given one."""
    message_id: str | None = None
    """msgid, or the Message-ID of a copy."""
    recipient: str | None = None
    before: str | None = None
    """The state before; `None` where it was not known."""
    after: str | None = None
    """The state now."""
    mailbox: str | None = None
    folder: str | None = None
    """The folder, as it goes over the wire."""
    key: str | None = None
    """The caller's own name for what was given to be sent."""
    state: str | None = None
    """`sent`, `refused` or `unknown`."""
    rule: str | None = None
    """The name of the rule."""
    actions: _Actions | None = None
    """What it has done, or would do: pairs of what is done and a value. What is to be forwarded waits for whoever forwards."""
    _json: str = field(default="", repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Happened:
        """A line of `to_json()`."""
        it = json.loads(line)
        it["before"], it["after"] = it.pop("from", None), it.pop("to", None)
        values = {**_named(cls, it), "at": _known(it["at"]), "actions": _actions(it.get("actions"))}
        return cls(**values, _json=line)

    def to_json(self) -> str:
        """The event as one JSON object; the states before and after are called `from` and `to` there."""
        return self._json


@dataclass(frozen=True)
class Filed:
    """What a rule came to for one message."""

    id: str
    """The message."""
    rule: str
    """The name of the rule."""
    suggested: bool
    """Whether it waits for somebody to decide, or was done."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Filed:
        """A line of `to_json()`."""
        return cls(**_values(cls, line))

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Suggestion:
    """What waits for somebody to decide."""

    id: str
    """The message."""
    rule: str
    """The name of the rule."""
    actions: _Actions
    """What would be done: pairs of what is done and a value."""
    at: datetime
    """Since when it waits."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Suggestion:
        """A line of `to_json()`."""
        values = _values(cls, line)
        return cls(**{**values, "actions": _actions(values["actions"]), "at": _known(values["at"])})

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


@dataclass(frozen=True)
class Explained:
    """Why a rule acts on a message, or does not."""

    id: str
    """The message."""
    rule: str
    """The name of the rule."""
    conditions: tuple[tuple[str, bool], ...]
    """Each condition, as it could be typed, and whether it holds."""
    actions: _Actions
    """What the rule does where every condition holds."""
    _json: str = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, line: str) -> Explained:
        """A line of `to_json()`."""
        values = _values(cls, line)
        conditions = tuple((text, holds) for text, holds in values["conditions"])
        return cls(**{**values, "conditions": conditions, "actions": _actions(values["actions"])})

    @property
    def holds(self) -> bool:
        """Whether every condition holds."""
        return all(holds for _, holds in self.conditions)

    def to_json(self) -> str:
        """The report as one JSON object."""
        return self._json


for _class in list(globals().values()):
    if isinstance(_class, type) and _class.__module__ == __name__:
        _class.__module__ = "pecpy"
del _class
