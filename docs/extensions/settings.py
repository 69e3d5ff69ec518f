"""The settings: keys of the services' files, and variables of the environment."""

from __future__ import annotations

import re
from argparse import SUPPRESS, Action
from collections.abc import Iterator
from pathlib import Path

from docs.extensions.markdown import cell, code, table
from tools.environment_variables import environment_variables
from tools.packages import ROOT, all_packages
from tools.programs import parsers

_KEY = re.compile(r"^#? ?([a-z_]+) = ", re.MULTILINE)
_TABLE = re.compile(r"^#? ?\[", re.MULTILINE)


def settings_files() -> dict[str, Path]:
    """Return the files with settings that services come with, by the services' names."""
    found = {}
    for package in all_packages():
        file = ROOT / package.folder / f"{package.import_name}.toml"
        if file.is_file():
            found[package.import_name] = file
    return found


def keys_page() -> str:
    """Return a section for each service that has a file with settings."""
    return "\n".join(
        line for name, file in settings_files().items() for line in _service(name, file)
    )


def variables_page() -> str:
    """Return a table of the variables of the environment."""
    rows = (
        (code(variable.name), cell(variable.help), code(variable.where))
        for variable in environment_variables()
    )
    return table(["variable", "meaning", "read in"], rows)


def keys_of(file: Path) -> list[str]:
    """Return the keys that a file explains, but for those in tables."""
    return _KEY.findall(_TABLE.split(file.read_text("utf-8"))[0])


def _service(name: str, file: Path) -> Iterator[str]:
    path = file.relative_to(ROOT).as_posix()
    yield f"## {name}\n"
    yield f"The keys of [{file.name}](../../{path}), the file that `--config` names:\n"
    actions = {action.dest: action for action in parsers(name)[()]._actions}
    yield table(["key", "default", "meaning"], _rows(actions, keys_of(file)))
    yield f"The whole file:\n\n```{{literalinclude}} ../../{path}\n:language: toml\n```\n"


def _rows(actions: dict[str, Action], keys: list[str]) -> Iterator[tuple[str, str, str]]:
    for key in keys:
        action = actions[key]
        meaning = (action.help or "").partition(" (default")[0]
        yield code(key), code(_default(action)), cell(meaning)


def _default(action: Action) -> str:
    """Return a default as it is written in TOML, without quotes; nothing where there is none."""
    if action.default in (None, SUPPRESS, []):
        return ""
    return str(action.default).lower() if isinstance(action.default, bool) else str(action.default)
