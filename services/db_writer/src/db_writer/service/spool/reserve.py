"""Room that a spool keeps on the disk, to take out what was delivered when the disk is full."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from session_sharing.service.files import plain

MOST_BYTES = 16 * 1024 * 1024
"""How much is kept at most; SQLite needs far less to take records out."""

_PART = 8
"""On a small disk it is such a part of what is free."""

_BLOCK = bytes(64 * 1024)


class Reserve:
    """A file beside a spool that only takes up room. One thread at a time uses it.

    Args:
        spool: The file of the spool.
    """

    def __init__(self, spool: Path) -> None:
        self._path = spool.with_name(f"{spool.name}.reserve")

    def hold(self) -> None:
        """Take up the room, if it is not and there is some; a full disk is no error."""
        if self._path.exists():
            return
        try:
            wanted = min(MOST_BYTES, shutil.disk_usage(self._path.parent).free // _PART)
            # Private as the spool is, though it holds zeros: it lies among private files.
            flags = plain(os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            with os.fdopen(os.open(self._path, flags, 0o600), "wb") as file:
                for _ in range(wanted // len(_BLOCK)):
                    file.write(_BLOCK)
        except OSError:
            self._path.unlink(missing_ok=True)

    def release(self) -> bool:
        """Give the room back to the disk; return whether there was some."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
