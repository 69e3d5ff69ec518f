"""The public names of every package."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

from tools.packages import all_packages


def is_generated(folder: Path) -> bool:
    return any(folder.glob("*_pb2.py"))


def import_packages() -> list[str]:
    """Return the import packages of the project, sub-packages included, but for generated code."""
    return sorted(
        ".".join(init.parent.relative_to(source.parent).parts)
        for package in all_packages()
        for source in package.sources
        for init in source.rglob("__init__.py")
        if not is_generated(init.parent)
    )


def public_names(module: ModuleType) -> set[str]:
    """Return what a package's `__init__` defines, or takes from the package itself."""
    body = ast.parse(Path(str(module.__file__)).read_text("utf-8")).body
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{module.__name__}."):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return {
        name
        for name in found
        if not name.startswith("_") and not isinstance(getattr(module, name), ModuleType)
    }


def sort_key(name: str) -> tuple[int, list[tuple[int, int, str]]]:
    """Order as ruff does: CONSTANTS, Classes, functions; numbers within names by value."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    parts = re.findall(r"\d+|\D+", name)
    return kind, [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


@pytest.mark.parametrize("name", import_packages())
def test_exports_are_complete(name: str) -> None:
    """A package lists in `__all__` each public name of its own that its `__init__` has."""
    module = importlib.import_module(name)
    assert public_names(module) - set(getattr(module, "__all__", ())) == set()


@pytest.mark.parametrize("name", import_packages())
def test_exports_are_sorted_and_unique(name: str) -> None:
    """Who looks for a name in `__all__` finds it at its place, once."""
    exported = list(getattr(importlib.import_module(name), "__all__", ()))
    assert exported == sorted(set(exported), key=sort_key)


@pytest.mark.parametrize("name", import_packages())
def test_exports_exist(name: str) -> None:
    """Each name in `__all__` can be imported."""
    module = importlib.import_module(name)
    assert [each for each in getattr(module, "__all__", ()) if not hasattr(module, each)] == []


def test_every_package_is_looked_at() -> None:
    """The tests above cover all packages of the project."""
    names = {name for package in all_packages() for name in package.import_names}
    assert names <= set(import_packages())
