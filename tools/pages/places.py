"""Whether paths and packages that commands name are in the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import PurePosixPath

from tools.packages import ROOT, read_toml

MADE = (".seq", ".ndjson", ".sqlite")
"""Files that commands write, also below folders of the repository."""

_PACKAGE = re.compile(r"(?P<path>[^\[]*)(?:\[(?P<extras>[^\]]*)\])?")
_HIDDEN = (".ci", ".github")
_CHECKOUTS = ("session-sharing", "session_sharing")
"""How pages call the folder that has the repository, when they tell a path from the root on."""


def path_problems(words: Sequence[str]) -> Iterator[str]:
    """Yield the paths that begin in a folder of the repository, and are not there."""
    for word in (part for each in words for part in each.split()):  # quoted commands, too
        path = own_path(word)
        if path and PurePosixPath(path).suffix not in MADE and not any(ROOT.glob(path)):
            yield f"{word} is not in the repository"


def package_problems(words: Sequence[str]) -> Iterator[str]:
    """Yield the packages and extras that pip is given, and that are not there."""
    for word in words:
        match = _PACKAGE.fullmatch(word)
        if match is None or not (word.startswith(".") or own_path(word)):
            continue
        file = ROOT / (own_path(word) or match["path"].replace("\\", "/")) / "pyproject.toml"
        project = read_toml(file).get("project") if file.is_file() else None
        if project is None:
            if file.parent.is_dir():  # else `path_problems` tells it
                yield f"{match['path']} is no package of the repository"
            continue
        known = set(project.get("optional-dependencies", {}))
        wanted = {extra.strip() for extra in (match["extras"] or "").split(",")} - {""}
        yield from (f"{match['path']} has no extra {extra}" for extra in sorted(wanted - known))


def own_path(word: str) -> str:
    """Return the path in a word relative to the root, if it is one of the repository; else "".

    The word may be `--option=PATH`, `PATH::test`, `PATH[extra]`, or a path from the root of the
    system on that leads through a checkout.
    """
    value = word.partition("=")[2] if word.startswith("--") else word
    path = value.replace("\\", "/").removeprefix("./").partition("::")[0].partition("[")[0]
    parts = path.split("/")
    for checkout in _CHECKOUTS:
        if checkout in parts[:-2] and parts[parts.index(checkout) + 1] in _folders():
            return "/".join(parts[parts.index(checkout) + 1 :])
    is_own = path == "run.py" or (len(parts) > 1 and parts[0] in _folders())
    return path if is_own else ""


@cache
def _folders() -> frozenset[str]:
    folders = (path.name for path in ROOT.iterdir() if path.is_dir())
    return frozenset(name for name in folders if name in _HIDDEN or not name.startswith("."))
