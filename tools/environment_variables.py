"""The variables of the environment that programs of the project read, found in their code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.packages import ROOT, all_packages

OWN_NAME = re.compile(r"(?:SESSION_SHARING|LOCAL_STATION)_[A-Z_]+")
"""What a variable of the project is called, but for those of start scripts."""

_IN_SCRIPT = re.compile(r"\$\{([A-Z][A-Z_]*)(?::-)?\}")
_MAPPINGS = frozenset({"environ", "environment"})


@dataclass(frozen=True)
class EnvironmentVariable:
    """A variable.

    Attributes:
        name: What it is called.
        help: What it says, in one sentence; that of the code that reads it.
        where: The module or script that reads it, relative to the root.
    """

    name: str
    help: str
    where: str


@cache
def environment_variables() -> tuple[EnvironmentVariable, ...]:
    """Return the variables that packages and their start scripts read, sorted by name."""
    found: dict[str, EnvironmentVariable] = {}
    for package in all_packages():
        folder = ROOT / package.folder
        for path in sorted(folder.glob("src/**/*.py")):
            for name, text in _read_by(path):
                where = path.relative_to(ROOT).as_posix()
                found.setdefault(name, EnvironmentVariable(name, text, where))
        for path in sorted(folder.rglob("start.sh")):
            for name in _IN_SCRIPT.findall(path.read_text("utf-8")):
                where = path.relative_to(ROOT).as_posix()
                text = f"Names the Python that starts {path.resolve().parent.name}."
                found.setdefault(name, EnvironmentVariable(name, text, where))
    return tuple(found[name] for name in sorted(found))


def mentioned_variables() -> set[str]:
    """Return the variables of the project that any of its Python files names, tests included."""
    files = (
        path
        for folder in ROOT.iterdir()
        if folder.is_dir() and not folder.name.startswith(".")
        for path in folder.rglob("*.py")
    )
    return {name for path in files for name in OWN_NAME.findall(path.read_text("utf-8"))}


def _read_by(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the variables that a module has a constant for, or asks for, and what they say."""
    body = ast.parse(path.read_text("utf-8")).body
    for node, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.Assign):
            name = _text(node.value)
            if OWN_NAME.fullmatch(name):
                yield name, _docstring(following)
        elif isinstance(node, ast.FunctionDef):
            help_text = (ast.get_docstring(node) or "").partition("\n")[0]
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and (name := _asked_for(call)):
                    yield name, help_text


def _asked_for(call: ast.Call) -> str:
    """Return the name in `environ.get("NAME")`; else nothing."""
    function = call.func
    if not (isinstance(function, ast.Attribute) and function.attr == "get" and call.args):
        return ""
    mapping = function.value
    name = mapping.attr if isinstance(mapping, ast.Attribute) else getattr(mapping, "id", "")
    return _text(call.args[0]) if name in _MAPPINGS else ""


def _docstring(node: ast.stmt | None) -> str:
    return " ".join(_text(node.value).split()) if isinstance(node, ast.Expr) else ""


def _text(node: ast.expr) -> str:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text else ""  # type: ignore[attr-defined]
