"""The Python API: which names are public, and where each of them is described.

A package's public names are those of its `__all__`; a module of a package without one has those
that it defines itself. A name that several packages have is described with the first of them.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Sequence
from pkgutil import iter_modules
from types import ModuleType

from tools.packages import all_packages

_LIBRARY = "session_sharing"
_OF_LIBRARY = ("client", "service", "discovery", "records", "core")
_SUPPORT = "measurement_support"
_FOREIGN = "object, int, str, Enum, Generic"
"""Classes of Python's whose members are not described again."""

_NOT_PUBLIC = frozenset({"wire"})


def clients_page() -> str:
    """Return what programs and plug-ins use: the library, services' clients, plug-ins' support."""
    return _page(_client_modules(), ())


def services_page() -> str:
    """Return what services and their clients are made of."""
    return _page([f"{_LIBRARY}.{name}" for name in _OF_LIBRARY], _client_modules())


def public_names(module: ModuleType) -> list[str]:
    """Return the public names of a module."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    return sorted(
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    )


def _client_modules() -> list[str]:
    names = [package.import_name for package in all_packages()]
    with_names = [name for name in names if getattr(importlib.import_module(name), "__all__", ())]
    support = importlib.import_module(_SUPPORT)
    modules = sorted(each.name for each in iter_modules(support.__path__))
    further = [f"{_SUPPORT}.{name}" for name in modules if name not in _NOT_PUBLIC]
    return sorted(with_names, key=lambda name: name != _LIBRARY) + further


def _page(modules: Sequence[str], elsewhere: Sequence[str]) -> str:
    described: dict[int, str] = {}
    for name in elsewhere:
        _describe(name, described)
    return "\n".join(line for name in modules for line in _section(name, described))


def _section(name: str, described: dict[int, str]) -> Iterator[str]:
    module = importlib.import_module(name)
    before = dict(described)
    own = _describe(name, described)
    if not public_names(module):
        return
    yield f"## {name}\n"
    yield f"{inspect.getdoc(module) or ''}\n"
    values = [(each, getattr(module, each)) for each in public_names(module)]
    others = [f"{{py:obj}}`{before[id(value)]}`" for each, value in values if each not in own]
    if others:
        yield f"Also here: {', '.join(others)}.\n"
    for each in own:
        yield f"```{{eval-rst}}\n{_directive(name, each, getattr(module, each))}\n```\n"


def _describe(name: str, described: dict[int, str]) -> list[str]:
    """Note which names a module describes; return them."""
    module = importlib.import_module(name)
    own = [each for each in public_names(module) if id(getattr(module, each)) not in described]
    described.update({id(getattr(module, each)): f"{name}.{each}" for each in own})
    return own


def _directive(module: str, name: str, value: object) -> str:
    if inspect.isclass(value):
        kind = "exception" if issubclass(value, BaseException) else "class"
        options = (
            "" if kind == "exception" else f"\n   :members:\n   :inherited-members: {_FOREIGN}"
        )
        return f".. auto{kind}:: {module}.{name}{options}"
    if callable(value) and inspect.isroutine(value):
        return f".. autofunction:: {module}.{name}"
    return f".. autodata:: {module}.{name}"
