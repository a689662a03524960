"""Every script of the documents runs as it is printed, and prints what stands below it."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest
from conftest import ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


def scripts(document: str) -> list[tuple[str, str]]:
    """The scripts of a document, each with what it prints; empty where the document does not say."""
    return BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))


def run(script: str, name: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(script, name, "exec"), {"__name__": "__main__"})
    return printed.getvalue()


PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "pec-py" / "docs").glob("*.md"))


@pytest.mark.parametrize("document", [*PAGES, "pec-py/README.md"])
def test_document(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    [make, *_] = scripts("pec-py/docs/sandbox.md")
    run(make[0], "sandbox.md")
    for number, (script, printed) in enumerate(scripts(document), 1):
        found = run(script, f"{document}, script {number}")
        assert not printed or found == printed, f"{document}, script {number}"


def test_front_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    [(script, printed)] = scripts("README.md")
    assert printed and run(script, "README.md") == printed


def test_they_are_found() -> None:
    pages = ("index", "link", "archive", "organisation", "sending", "hub", "sandbox", "errors")
    assert [len(scripts(f"pec-py/docs/{name}.md")) for name in pages] == [
        2,
        2,
        4,
        3,
        3,
        5,
        3,
        1,
    ]
    assert len(scripts("pec-py/README.md")) == 2
