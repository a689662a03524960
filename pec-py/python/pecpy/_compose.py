"""What is known of a message before it is sent: reasons, files, identifiers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Refusal:
    """One reason why a message should not be sent as it is."""

    code: str
    """The name of its code, such as `send.bcc`. Stable."""
    weight: Literal["warning", "refused"]
    """Whether it keeps the message from being sent, or a person should only know."""
    detail: str
    """Where, and what was found: a field, a line, an attachment, a number. May be empty."""
    rule: str
    """The rule that it enforces."""
    _it: str = field(repr=False, compare=False)
    _en: str = field(repr=False, compare=False)

    @property
    def is_refused(self) -> bool:
        """Whether it keeps the message from being sent."""
        return self.weight == "refused"

    def explain(self, language: Literal["it", "en"] = "it") -> str:
        """What it means and what to do, in Italian (`"it"`) or English (`"en"`)."""
        return {"it": self._it, "en": self._en}[language]


@dataclass(frozen=True)
class Examined:
    """What was found out about a file that is to be sent."""

    kind: str | None
    """What it is by its first bytes: `pdf`, `zip`, `ole`, `rtf`, `xml`, `signed`, `jpeg`, `png`, `tiff`, `archive` or `program`."""
    refusals: tuple[Refusal, ...]
    """What a person should know before it is sent."""


@dataclass(frozen=True)
class TaxId:
    """A tax identifier, well formed."""

    text: str
    """In capitals and without blanks."""
    kind: Literal["person", "body"]
    """Whose it is by its form: sixteen characters are a person's, eleven digits those of a body or a business, or provisional."""


for _class in list(globals().values()):
    if isinstance(_class, type) and _class.__module__ == __name__:
        _class.__module__ = "pecpy"
del _class
