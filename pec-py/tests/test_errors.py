"""Exceptions: one class a kind, the codes of C, texts in two languages, across processes."""

from __future__ import annotations

import copy
import pickle

import pytest
from conftest import PUBLISHED, needs_hooks

import pecpy
from pecpy import _errors, _pecpy


def classes() -> list[type[pecpy.PecError]]:
    found, waiting = [], [pecpy.PecError]
    while waiting:
        cls = waiting.pop()
        found.append(cls)
        waiting.extend(cls.__subclasses__())
    return found


def test_every_class_can_be_imported() -> None:
    for cls in classes():
        assert getattr(pecpy, cls.__name__) is cls and cls.__module__ == "pecpy"


def test_every_code_has_its_class_and_its_texts() -> None:
    made = set()
    for code, layer, it, en in pecpy.failures():
        error = _errors.failure(code, layer, "evidence", it, en)
        assert (error.code, error.layer, error.evidence) == (code, layer, "evidence")
        assert (error.text(), error.text("en")) == (it, en)
        assert str(error) == f"{en} [{code}: evidence]"
        made.add(type(error))
    assert made | {pecpy.PecError, pecpy.MissingFileError} == set(classes()) | {pecpy.PecError}


def test_they_travel_between_processes() -> None:
    with pytest.raises(pecpy.MissingFileError) as file:
        pecpy.Message("missing.eml")
    with pytest.raises(pecpy.NotCertifiedError) as proof:
        pecpy.verify(b"").certified()
    for error in (file.value, proof.value):
        for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert type(other) is type(error) and str(other) == str(error)
            assert (other.code, other.layer, other.evidence, other.text("it")) == (
                error.code,
                error.layer,
                error.evidence,
                error.text("it"),
            )
    assert pickle.loads(pickle.dumps(file.value)).errno == 2


def test_languages() -> None:
    for call in (pecpy.verify(b"").explain, pecpy.Verdict.FORGED.title, pecpy.link([]).page):
        with pytest.raises(pecpy.ArgumentError):
            call("fr")  # type: ignore[arg-type]


def test_the_wheel_that_is_given_out_has_no_hooks() -> None:
    for name in ("_panic", "_Dovecot"):
        assert hasattr(_pecpy, name) is not PUBLISHED


@needs_hooks
@pytest.mark.parametrize("threads", [0, 1, 4])
def test_a_fault_of_the_library_is_an_exception_like_others(threads: int, capfd: pytest.CaptureFixture[str]) -> None:
    """Not the `PanicException` that `except Exception` lets pass; and the process goes on."""
    with pytest.raises(pecpy.InternalError) as caught:
        _pecpy._panic(threads)  # type: ignore[attr-defined]
    assert (caught.value.code, caught.value.layer) == ("internal.panic", "internal")
    assert "on purpose" in caught.value.evidence and isinstance(caught.value, Exception)
    assert pecpy.verify(b"").verdict is pecpy.Verdict.NOT_PEC
    assert "panicked" in capfd.readouterr().err
