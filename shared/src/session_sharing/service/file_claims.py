"""Which files are open, whatever their names: hard links give one file several."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from session_sharing.errors import ResourceHeldError


class FileClaims:
    """The open files of one service, by what they are and not by where they lie.

    `_guard` guards the table; no I/O is done under it. All methods may be called from any thread.

    Args:
        noun: What the files are called in errors, for example "log file".
    """

    def __init__(self, noun: str = "file") -> None:
        self._noun = noun
        self._guard = threading.Lock()
        self._paths: dict[tuple[int, int], Path] = {}

    def claim(self, opened: os.stat_result, path: Path) -> None:
        """Take a file, before anything in it is changed.

        Args:
            opened: What `fstat` told of the open file.
            path: Where it was found.

        Raises:
            ResourceHeldError: It is open already, under another name.
        """
        with self._guard:
            other = self._paths.setdefault(_identity(opened), path)
        if other is not path:
            raise ResourceHeldError(
                f"The {self._noun} {path} is the same file as {other} (a hard link), on which a "
                "session is open. Use that name.",
                resource_name=str(path),
            )

    def release(self, opened: os.stat_result) -> None:
        """Give a file back when nothing writes to it any more."""
        with self._guard:
            del self._paths[_identity(opened)]


def _identity(opened: os.stat_result) -> tuple[int, int]:
    return (opened.st_dev, opened.st_ino)
