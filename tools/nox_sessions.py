"""The developer's commands: the sessions of `noxfile.py`, as its text tells."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from tools.packages import ROOT


@dataclass(frozen=True)
class NoxSession:
    """A session.

    Attributes:
        name: What `nox -s` is given.
        help: Its docstring.
        is_default: Whether `nox` alone runs it.
    """

    name: str
    help: str
    is_default: bool


def nox_sessions() -> list[NoxSession]:
    """Return the sessions, in the order of the file."""
    body = ast.parse((ROOT / "noxfile.py").read_text("utf-8")).body
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    return [
        NoxSession(function.name, ast.get_docstring(function) or "", _is_default(decorator))
        for function in functions
        for decorator in function.decorator_list
        if _is_session(decorator)
    ]


def _is_session(decorator: ast.expr) -> bool:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(function, ast.Attribute) and function.attr == "session"


def _is_default(decorator: ast.expr) -> bool:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    values = [keyword.value for keyword in keywords if keyword.arg == "default"]
    return not any(isinstance(value, ast.Constant) and value.value is False for value in values)
