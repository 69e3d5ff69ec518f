"""A data folder with traps in it, and surroundings in which nothing may ever change."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from pathlib import Path

Mark = tuple[int, ...]

TRAPS = (
    *("../outside/new{ending}", "{root}/outside/new{ending}", "{root}/data-too/new{ending}"),
    *("link/new{ending}", "link/../../outside/new{ending}", "link/victim{ending}"),
    *("to-victim{ending}", "dangling{ending}", "pipe{ending}", "folder{ending}"),
    *("{root}/allowed/../outside/new{ending}", "{root}/allowed/link/victim{ending}"),
    *("sub\\..\\..\\outside\\new{ending}", "C:\\new{ending}", "\\\\host\\share\\new{ending}"),
    *("CON{ending}", "nul{ending}", "a{ending}:stream", "~/new{ending}", "$HOME/new{ending}"),
    *("/dev/stdout{ending}", "/proc/self/cwd/new{ending}", "file://{root}/outside/new{ending}"),
    *("a\0{ending}", "{ending}", "missing/new{ending}", "a{ending}/../../outside/new{ending}"),
)
"""Names of files that a service must not open, or that are hard to open; with `{root}` for the
folder of the tree."""


class HostileTree:
    """Folders around a service: its own, where it may write, and others, where it may not.

    It writes the secrets into the files outside, so that whoever reads them shows it. What it
    remembers are names, kinds, sizes, times and targets, which costs less than reading.

    Args:
        root: An empty folder.
        ending: What files of the service end in.

    Attributes:
        data: The service's data folder.
        allowed: A folder in which it may write too.
        elsewhere: Its working folder and its user's, where nothing may appear.
        secret: What stands in the files outside.
    """

    def __init__(self, root: Path, ending: str) -> None:
        self.root = root
        self.secret = f"planted-{secrets.token_hex(12)}"
        self.data, self.allowed = root / "data", root / "allowed"
        self.elsewhere = root / "elsewhere"
        self._outside = [root / "outside", root / "data-too", self.elsewhere]
        for folder in (self.data, self.allowed, *self._outside):
            folder.mkdir(mode=0o700)
        for folder in self._outside[:2]:
            (folder / f"victim{ending}").write_text(f"{self.secret}\n", encoding="utf-8")
        self._set_traps(ending)
        self._before = self._marks()

    def _set_traps(self, ending: str) -> None:
        (self.data / f"folder{ending}").mkdir()
        if sys.platform != "win32":  # There links need a right, and pipes have no paths.
            outside = self._outside[0]
            for folder in (self.data, self.allowed):
                (folder / "link").symlink_to(outside, target_is_directory=True)
            (self.data / f"to-victim{ending}").symlink_to(outside / f"victim{ending}")
            (self.data / f"dangling{ending}").symlink_to(outside / f"absent{ending}")
            os.mkfifo(self.data / f"pipe{ending}")

    def changes(self) -> list[str]:
        """Return what was made, changed or removed outside, as sentences; at best nothing."""
        now = self._marks()
        return [
            f"{path} was {_what(self._before.get(path), now.get(path))}"
            for path in sorted(self._before.keys() | now.keys())
            if self._before.get(path) != now.get(path)
        ]

    def _marks(self) -> dict[str, Mark]:
        marks = {}
        top = [path for path in self.root.iterdir() if path not in (self.data, self.allowed)]
        for path in [*top, *(below for folder in top for below in folder.rglob("*"))]:
            marks[str(path)] = _mark(path)
        return marks


def _mark(path: Path) -> Mark:
    told = path.lstat()
    size = 0 if stat.S_ISDIR(told.st_mode) else told.st_size
    return (told.st_mode, size, told.st_ino, told.st_mtime_ns, told.st_ctime_ns)


def _what(before: Mark | None, now: Mark | None) -> str:
    if before is None:
        return "made"
    return "removed" if now is None else "changed"
