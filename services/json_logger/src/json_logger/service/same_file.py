"""Whether an open log is still the file that its path names, with the content that we wrote."""

from __future__ import annotations

import os
from pathlib import Path

from json_logger.service.number_lines import LogSeen
from session_sharing.errors import ResourceReplacedError

_GO_ON = (
    "Close the session and initialize it again to log into the file of this name; log files may "
    "be moved, cut or edited when no session is open on them."
)


def check_same_file(opened: os.stat_result, path: Path) -> None:
    """Make sure that a path names the file that was opened.

    Args:
        opened: What `fstat` told of the open file.
        path: The path.

    Raises:
        ResourceReplacedError: The file was deleted, moved or replaced.
    """
    try:
        if os.path.samestat(path.stat(follow_symlinks=False), opened):
            return
        what = "replaced by another file"
    except FileNotFoundError:
        what = "deleted or moved away"
    raise _replaced(path, f"was {what} while its session was open.")


def check_size(size: int, expected: int, path: Path) -> None:
    """Make sure that nobody else wrote to a log, or cut it.

    Args:
        size: How many bytes it has.
        expected: How many it must have.
        path: Where it lies.

    Raises:
        ResourceReplacedError: It has more or less.
    """
    if size != expected:
        raise changed_by_others(path)


def check_as_it_was(opened: os.stat_result, seen: LogSeen | None, path: Path) -> None:
    """Make sure that a log is the one that was written before a restart of the service.

    Args:
        opened: What `fstat` tells of it now.
        seen: What was noted of it then; None if nothing was.
        path: Where it lies.

    Raises:
        ResourceReplacedError: It is another file, or shorter than it was.
    """
    if seen is None:
        return
    if seen.file != opened.st_ino:  # The number of its device may change, as when a share is back.
        raise _changed_meanwhile(path, "was replaced by another file")
    if opened.st_size < seen.size:
        raise _changed_meanwhile(
            path, f"was cut from at least {seen.size} bytes to {opened.st_size}"
        )


def gone_meanwhile(path: Path) -> ResourceReplacedError:
    """Return the error for a log that is missing after a restart of the service."""
    return _changed_meanwhile(path, "was deleted or moved away")


def _changed_meanwhile(path: Path, what: str) -> ResourceReplacedError:
    return _replaced(
        path,
        f"{what} while the service did not run, though its session is open. What was acknowledged "
        "before is not in it. Nothing was done. If you put back what was there, calls work again.",
    )


def changed_by_others(path: Path) -> ResourceReplacedError:
    """Return the error for a log that somebody else wrote to, or cut."""
    return _replaced(
        path,
        "was changed by another program while its session was open. What was acknowledged may be "
        "gone; the last record without an answer may be in the file or not.",
    )


def _replaced(path: Path, what: str) -> ResourceReplacedError:
    return ResourceReplacedError(f"The log file {path} {what} {_GO_ON}", resource_name=str(path))
