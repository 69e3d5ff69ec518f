"""Refuses names of a new service that the project, its tools or Python have already."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping, Set
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tools.packages import read_toml
from tools.service_names import RefusedError, ServiceNames

_CLASS_NAMES = (
    ("services/**/*.serviceconfig", r'"serviceClass": "(?:[\w.]+\.)?(\w+)"'),
    ("plugins/**/*.serviceconfig", r'"serviceClass": "(?:[\w.]+\.)?(\w+)"'),
    ("protos/**/*.proto", r"^service (\w+)"),
    ("pin_maps/*.pinmap", r'instrumentTypeId="(\w+)"'),
)
"""Where a station, gRPC and pin maps have the names that derive from the class name."""
_CALLED_OTHERWISE = ("docutils", "importlinter", "xdist", "yaml")
"""Modules of the dependency groups that are not called as their distributions."""


def refuse_taken(names: ServiceNames, root: Path, distributions: Set[str]) -> None:
    """Refuse names that something else has already.

    Args:
        names: Those of the new service.
        root: The folder of the project.
        distributions: The names of the project's distributions.

    Raises:
        RefusedError: Something has one of them; the text says what.
    """
    for place in [*names.places, f"plugins/{names.name}", f"services/{names.plug_in}"]:
        refuse_existing(root, place)
    for problem in (
        *_modules(names, root),
        *_distributions(names, distributions),
        *_ignored(names, root),
        *_class_names(names, root),
    ):
        raise RefusedError(f"{problem} Choose another name.")


def refuse_existing(root: Path, place: str) -> None:
    """Refuse a place below the root that something has.

    Raises:
        RefusedError: It exists.
    """
    if (root / place).exists():
        raise RefusedError(f"{place} exists already. Choose another name, or remove it first.")


def _modules(names: ServiceNames, root: Path) -> Iterator[str]:
    tools = {*_required(read_toml(root / "pyproject.toml")), *_CALLED_OTHERWISE}
    for module in (names.name, names.plug_in):
        if module in sys.stdlib_module_names or importlib.util.find_spec(module) is not None:
            yield f"Python has a module {module} already."
        if module in tools:
            yield f"The project's tools need {module}."


def _required(project: Mapping[str, Any]) -> Iterator[str]:
    """Return what the dependency groups name, as it is usually imported."""
    for requirements in project["dependency-groups"].values():
        for requirement in requirements:
            if isinstance(requirement, str):
                yield re.split(r"[^\w.-]", requirement)[0].lower().replace("-", "_")


def _distributions(names: ServiceNames, distributions: Set[str]) -> Iterator[str]:
    for suffix in (names.hyphenated, f"plugin-{names.hyphenated}-measurement"):
        if f"session-sharing-{suffix}" in distributions:
            yield f"The project has a distribution session-sharing-{suffix} already."


def _ignored(names: ServiceNames, root: Path) -> Iterator[str]:
    lines = (root / ".gitignore").read_text("utf-8").splitlines()
    for pattern in (line.strip("/") for line in lines):
        for name in (names.name, names.plug_in):
            if fnmatchcase(name, pattern):
                yield f"git ignores what is called {name}, as .gitignore says."


def _class_names(names: ServiceNames, root: Path) -> Iterator[str]:
    own = {f"{names.class_name}{part}".lower() for part in ("", "Reader", "Writer")}
    for pattern, expression in _CLASS_NAMES:
        for path in sorted(root.glob(pattern)):
            for found in re.findall(expression, path.read_text("utf-8"), re.MULTILINE):
                if found.lower() in own:
                    place = path.relative_to(root).as_posix()
                    yield f"{place} has the name {found} already, as a class of {names.name} would."
