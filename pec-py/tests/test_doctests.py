"""Every example of every docstring runs, those of the module in Rust too, which `doctest` does not find by itself."""

from __future__ import annotations

import doctest
import inspect
from typing import Any

import pytest

import pecpy
from pecpy import _archive, _compose, _dossier, _enums, _errors, _log, _outbox, _rows, _wire, aio, proof


def described() -> list[tuple[str, str]]:
    """The docstrings that hold an example, by name."""
    found = {}

    def look(name: str, thing: Any) -> None:
        text = inspect.getdoc(thing)
        if text and ">>>" in text:
            found[name] = text
        if inspect.isclass(thing):
            for inner in vars(thing):
                if not inner.startswith("__"):
                    look(f"{name}.{inner}", inspect.getattr_static(thing, inner))

    for module in (pecpy, _archive, _compose, _log, _outbox, _dossier, _enums, _errors, _rows, _wire, aio, proof):
        look(module.__name__, module)
        for name, thing in vars(module).items():
            # `pecpy.proof` and `pecpy.aio` share names with `pecpy`.
            if module is aio and getattr(thing, "__module__", "") != "pecpy.aio":
                continue
            if not name.startswith("_") and getattr(thing, "__module__", "").startswith(("pecpy", "builtins")):
                look(f"{module.__name__ if module in (aio, proof) else 'pecpy'}.{name}", thing)
    return sorted(found.items())


@pytest.mark.parametrize(("name", "text"), described(), ids=[name for name, _ in described()])
def test_example(name: str, text: str) -> None:
    options = doctest.ELLIPSIS | doctest.REPORT_NDIFF
    examples = doctest.DocTestParser().get_doctest(text, {**vars(pecpy), **vars(proof)} if "proof" in name else dict(vars(pecpy)), name, None, None)
    result = doctest.DocTestRunner(optionflags=options).run(examples)
    assert result.attempted and not result.failed


def test_they_are_found() -> None:
    names = {name for name, _ in described()}
    assert {"pecpy", "pecpy.verify", "pecpy.link", "pecpy.Sandbox", "pecpy.PecError", "pecpy.Verdict"} <= names


def test_everything_public_is_described() -> None:
    for name in pecpy.__all__:
        thing = getattr(pecpy, name)
        assert inspect.getdoc(thing), name
        if inspect.isclass(thing):
            for inner, value in vars(thing).items():
                if not inner.startswith("_") and (callable(value) or isinstance(value, property)):
                    assert inspect.getdoc(value), f"{name}.{inner}"


def test_all_is_what_there_is() -> None:
    public = {name for name in vars(pecpy) if not name.startswith("_")}
    assert public == set(pecpy.__all__) and pecpy.__all__ == sorted(pecpy.__all__)
