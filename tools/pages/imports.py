"""Whether what the Python of a page imports is there."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from types import ModuleType


def import_problems(code: ast.Module) -> Iterator[str]:
    """Yield the modules and names that a program imports, and that are not there."""
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            yield from (f"there is no module {name}" for name in names if _module(name) is None)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            module = _module(node.module)
            if module is None:
                yield f"there is no module {node.module}"
                continue
            for name in (alias.name for alias in node.names):
                if not hasattr(module, name) and _module(f"{node.module}.{name}") is None:
                    yield f"{node.module} has no {name}"


@cache
def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None
