"""The file of an SQLite database: made private, and still the same one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from session_sharing.errors import ResourceReplacedError
from session_sharing.service import explain


def make_file(path: Path) -> os.stat_result:
    """Make the file for its owner alone, if there is none; return which file it is.

    One that is there is not opened: closing it would drop all locks that SQLite has on it in this
    process (POSIX locks go with any descriptor), and other programs would delete its log.

    Raises:
        OSError: The file system refuses.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return path.stat()


class SqliteFile:
    """Knows the file that was opened. May be used by any thread.

    Args:
        path: Where it is; it is made, for its owner alone, if there is none.

    Raises:
        SharingError: It cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._opened = make_file(path)
        except OSError as error:
            raise explain(error, f"open the database {str(path)!r}") from error

    def check(self) -> None:
        """Make sure that the path still names the file that was opened.

        Raises:
            ResourceReplacedError: It does not: SQLite itself would go on with what nobody sees.
        """
        try:
            if os.path.samestat(self._opened, self._path.stat()):
                return
            what = "was replaced by another file"
        except OSError as error:
            what = f"is not there any more ({error.strerror})"
        raise ResourceReplacedError(
            f"The database {self._path} {what}, while its session was open. Records that were "
            "acknowledged before are where the old file is. Close the session and initialize it "
            "again, which opens what is there now, or makes a new database."
        )
