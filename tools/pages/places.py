"""Whether paths and packages that commands name are in the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import PurePosixPath

from tools.packages import ROOT, read_toml

MADE = (".seq", ".ndjson", ".sqlite")
"""Files that commands write, also below folders of the repository."""

_PACKAGE = re.compile(r"(?P<path>\.[^\[]*)(?:\[(?P<extras>[^\]]*)\])?")
_HIDDEN = (".ci", ".github")


def path_problems(words: Sequence[str]) -> Iterator[str]:
    """Yield the paths that begin in a folder of the repository, and are not there."""
    for word in words:
        path = _as_path(word)
        first, _, rest = path.partition("/")
        is_own = path == "run.py" or (bool(rest) and first in _folders())
        if is_own and PurePosixPath(path).suffix not in MADE and not any(ROOT.glob(path)):
            yield f"{word} is not in the repository"


def package_problems(words: Sequence[str]) -> Iterator[str]:
    """Yield the packages and extras that pip is given, and that are not there."""
    for word in words:
        match = _PACKAGE.fullmatch(word)
        if match is None:
            continue
        file = ROOT / match["path"].replace("\\", "/") / "pyproject.toml"
        if not file.is_file():
            if file.parent.is_dir():  # else `path_problems` tells it
                yield f"{match['path']} is no package of the repository"
            continue
        known = set(read_toml(file)["project"].get("optional-dependencies", {}))
        wanted = {extra.strip() for extra in (match["extras"] or "").split(",")} - {""}
        yield from (f"{match['path']} has no extra {extra}" for extra in sorted(wanted - known))


def _as_path(word: str) -> str:
    """Return the path in a word: of `--option=PATH`, `PATH::test` and `PATH[extra]`."""
    value = word.partition("=")[2] if word.startswith("--") else word
    return value.replace("\\", "/").removeprefix("./").partition("::")[0].partition("[")[0]


@cache
def _folders() -> frozenset[str]:
    folders = (path.name for path in ROOT.iterdir() if path.is_dir())
    return frozenset(name for name in folders if name in _HIDDEN or not name.startswith("."))
