"""Writes the docstrings of the module in Rust into its stub, where editors and the documentation look for them.

python stub.py          writes python/pecpy/_pecpy.pyi anew, from the module that is installed
python stub.py --check  fails when it is not what it would write
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from pathlib import Path

from pecpy import _pecpy

STUB = Path(__file__).parent / "python" / "pecpy" / "_pecpy.pyi"


def literal(text: str, indent: int) -> str:
    """The text as a docstring that begins at `indent`."""
    raw = "r" if "\\" in text else ""
    end = "\n" + " " * indent if "\n" in text else ""
    body = textwrap.indent(text, " " * indent).lstrip()
    return f'{raw}"""{body}{end}"""'


def described(stub: str) -> str:
    """The stub with the docstrings of the module."""
    lines = stub.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    data = stub.encode()
    edits: list[tuple[int, int, str]] = []

    def place(line: int, column: int) -> int:
        return starts[line - 1] + column

    def visit(node: ast.ClassDef | ast.FunctionDef, owner: object) -> None:
        thing = inspect.getattr_static(owner, node.name, None)
        if isinstance(thing, staticmethod):
            # Otherwise the documentation of `staticmethod` itself.
            thing = thing.__func__
        text = inspect.getdoc(thing) if thing is not None and not node.name.startswith("__") else None
        first = node.body[0]
        indent = node.col_offset + 4
        is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and first.value.value is not ...
        assert first.end_lineno is not None and first.end_col_offset is not None
        begin, end = place(first.lineno, first.col_offset), place(first.end_lineno, first.end_col_offset)
        if isinstance(first, (ast.ClassDef, ast.FunctionDef)) and first.decorator_list:
            begin = place(first.decorator_list[0].lineno, first.col_offset)
        if text is not None and isinstance(node, ast.FunctionDef):
            # `...` stands behind the colon, a docstring on lines of its own.
            head = "" if is_text else "\n" + " " * indent
            begin -= 0 if is_text else 1
            edits.append((begin, end, head + literal(text, indent)))
        elif text is not None:
            tail = "" if is_text else "\n\n" + " " * indent
            edits.append((begin, end if is_text else begin, literal(text, indent) + tail))
        if isinstance(node, ast.ClassDef):
            seen = set()
            for inner in node.body:
                # Of several signatures the first is described.
                if isinstance(inner, ast.FunctionDef) and inner.name not in seen:
                    seen.add(inner.name)
                    visit(inner, thing)

    for node in ast.parse(stub).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            visit(node, _pecpy)
    for begin, end, text in sorted(edits, reverse=True):
        data = data[:begin] + text.encode() + data[end:]
    return data.decode()


def main() -> int:
    """Writes or checks."""
    stub = STUB.read_text(encoding="utf-8")
    new = described(stub)
    if sys.argv[1:] == ["--check"]:
        if new != stub:
            print("pec-py/python/pecpy/_pecpy.pyi is old: run `cargo xtask stub`", file=sys.stderr)
        return int(new != stub)
    STUB.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
