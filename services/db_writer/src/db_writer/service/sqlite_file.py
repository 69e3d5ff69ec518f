"""The file of an SQLite database: made private, and still the same one, with its log."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from session_sharing.errors import ResourceNameError, ResourceReplacedError
from session_sharing.service import explain

_AGAIN = (
    "Close the session and initialize it again, which opens what is there now, or makes a new "
    "database."
)


def make_file(path: Path) -> os.stat_result:
    """Make the file for its owner alone, if there is none; return which file it is.

    One that is there is not opened: closing it would drop all locks that SQLite has on it in this
    process (POSIX locks go with any descriptor), and other programs would delete its log.

    Raises:
        ResourceNameError: No file can have the name, or something else has it.
        OSError: The file system refuses.
    """
    if "\0" in str(path):
        raise ResourceNameError(f"{str(path)!r} holds the character NUL. Choose another name.")
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return _regular(path)


def find_file(path: Path) -> os.stat_result:
    """Return which file it is that a session had open before a restart of the service.

    Raises:
        ResourceNameError: Something that is no file has its name.
        ResourceReplacedError: It is not there any more.
        OSError: The file system refuses.
    """
    try:
        return _regular(path)
    except FileNotFoundError as error:
        raise ResourceReplacedError(
            f"The database {path} was deleted or moved away while the service did not run, though "
            "its session is open. Nothing was done. If you put it back, with the files that begin "
            f"with its name, calls work again. {_AGAIN}"
        ) from error


def _regular(path: Path) -> os.stat_result:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "no regular file"
        raise ResourceNameError(f"{path} is {what}. Choose the name of a file.")
    return found


class SqliteFile:
    """Knows the file that was opened. May be used by any thread, the log by the one that writes.

    Args:
        path: Where it is; it is made, for its owner alone, if there is none.
        again: It was open before a restart of the service: it is not made.

    Raises:
        SharingError: It cannot be made, or is not there again.
    """

    def __init__(self, path: Path, *, again: bool = False) -> None:
        self._path = path
        self._beside: dict[str, os.stat_result] = {}
        self._save_log: Callable[[], bool] = lambda: False
        try:
            self._opened = find_file(path) if again else make_file(path)
        except OSError as error:
            raise explain(error, f"open the database {str(path)!r}") from error

    def check(self) -> None:
        """Make sure that the path still names the file that was opened.

        Raises:
            ResourceReplacedError: It does not: SQLite itself would go on with what nobody sees.
        """
        what = _change(self._path, self._opened)
        if what:
            raise ResourceReplacedError(
                f"The database {self._path} {what}, while its session was open. Records that were "
                f"acknowledged before are where the old file is. {_AGAIN}"
            )

    def remember_log(self, save: Callable[[], bool]) -> None:
        """Remember which files SQLite keeps beside the file: its log, and the index of that.

        They are there, and stay the same, from when a connection has read until the last is closed.

        Args:
            save: Copies what is in the log into the file, and says whether that is all.
        """
        self._save_log = save
        for ending in ("-wal", "-shm"):
            path = f"{self._path}{ending}"
            with suppress(FileNotFoundError):
                self._beside[path] = os.stat(path)  # noqa: PTH116 - before each commit: be quick

    def check_log(self) -> None:
        """Make sure that the log is still there: it holds what was committed last, alone.

        A log that was deleted, but not replaced, is not lost as long as a connection holds it.

        Raises:
            ResourceReplacedError: It is not.
        """
        lost = [path for path, opened in self._beside.items() if _change(path, opened)]
        if not lost:
            return
        what = _change(lost[0], self._beside[lost[0]])
        is_saved = not any(map(os.path.exists, lost)) and self._save_log()
        kept = (
            "Records that were acknowledged are safe: they were copied into the file"
            if is_saved
            else "Records that were acknowledged lately may be lost with it"
        )
        raise ResourceReplacedError(
            f"{lost[0]}, which belongs to the database, {what}, while its session was "
            f"open. {kept}. Leave this file alone while the service runs. {_AGAIN}"
        )


def _change(path: Path | str, opened: os.stat_result) -> str:
    """Return what became of a file, as the end of a sentence; nothing if it is the same."""
    try:
        is_same = os.path.samestat(opened, os.stat(path))  # noqa: PTH116 - as above
    except OSError as error:
        return f"is not there any more ({error.strerror})"
    return "" if is_same else "was replaced by another file"
