"""The public interface of the module `pecpy`, read from its sources: one line of JSON.

python python.py FOLDER    FOLDER is pec-py/python/pecpy
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path


def tree(folder: Path, name: str) -> ast.Module:
    return ast.parse((folder / name).read_text(encoding="utf-8"))


def public(folder: Path) -> set[str]:
    """What `from pecpy import *` brings."""
    for node in tree(folder, "__init__.py").body:
        if isinstance(node, ast.Assign) and any(isinstance(it, ast.Name) and it.id == "__all__" for it in node.targets):
            return set(ast.literal_eval(node.value))
    raise SystemExit("pecpy has no __all__")


def members(node: ast.ClassDef) -> list[str]:
    """Methods, properties and values of a class, but for what begins with one underscore."""
    found = []
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef):
            found.append(inner.name)
        elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
            found.append(inner.target.id)
    return [name for name in dict.fromkeys(found) if not name.startswith("_") or name.startswith("__")]


def words(node: ast.Module, name: str) -> dict[str, str]:
    """A table of classes by words, written as a dictionary at the top of a file."""
    for inner in node.body:
        if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name) and inner.target.id == name:
            assert isinstance(inner.value, ast.Dict)
            keys = [ast.literal_eval(key) for key in inner.value.keys if key is not None]
            return dict(zip(keys, [value.id for value in inner.value.values if isinstance(value, ast.Name)]))
    raise SystemExit(f"_errors.py has no {name}")


def main(folder: Path) -> None:
    names = public(folder)
    operations: list[str] = []
    exceptions: list[str] = []
    for file in ("_pecpy.pyi", "_archive.py", "_compose.py", "_log.py", "_outbox.py", "_wire.py", "_dossier.py", "_enums.py", "_errors.py"):
        for node in tree(folder, file).body:
            if isinstance(node, ast.FunctionDef) and node.name in names:
                operations.append(node.name)
            elif isinstance(node, ast.ClassDef) and node.name in names:
                if file == "_errors.py":
                    exceptions.append(node.name)
                if file == "_enums.py":
                    operations.append(node.name)
                operations += [f"{node.name}.{member}" for member in members(node)]
            else:
                continue
            names.discard(node.name)
    # A module that the package shows: its own functions; its classes stand elsewhere.
    for name in [name for name in names if (folder / f"{name}.py").exists()]:
        functions = [node for node in tree(folder, f"{name}.py").body if isinstance(node, ast.FunctionDef)]
        operations += [f"{name}.{node.name}" for node in functions if not node.name.startswith("_")]
        names.discard(name)
    if names:
        raise SystemExit(f"not found in the sources: {sorted(names)}")
    errors = tree(folder, "_errors.py")
    answer = {
        "operations": sorted(set(operations)),
        "exceptions": sorted(exceptions),
        "codes": words(errors, "_CLASSES"),
        "layers": words(errors, "_LAYERS"),
    }
    print(json.dumps(answer))


main(Path(sys.argv[1]))
