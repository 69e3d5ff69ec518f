"""The file of an SQLite database: made private, and still the same one."""

from __future__ import annotations

import os
from pathlib import Path

from session_sharing.errors import ResourceReplacedError
from session_sharing.service import explain


class SqliteFile:
    """Knows the file that was opened. Used by one thread at a time.

    Args:
        path: Where it is; it is made, for its owner alone, if there is none.

    Raises:
        SharingError: It cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._opened = path.stat()
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
