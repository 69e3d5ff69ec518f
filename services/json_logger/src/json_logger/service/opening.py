"""Opening a log file: the one that was located, wherever its path may lead by then."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from json_logger.service.same_file import check_same_file, gone_meanwhile
from session_sharing.errors import AccessDeniedError, ResourceNameError, ResourceReplacedError
from session_sharing.service.file_locations import fold_case
from session_sharing.service.files import Files, plain


def open_existing(files: Files, path: Path) -> int:
    """Open a log that is there; return its descriptor.

    Raises:
        ResourceReplacedError: It is not there any more.
        SharingError: As `open_log`.
        OSError: The file system refuses.
    """
    try:
        return open_log(files, path, create=0)
    except FileNotFoundError as error:
        raise gone_meanwhile(path) from error


def open_log(files: Files, path: Path, create: int = os.O_CREAT) -> int:
    """Open a log, created if need be and allowed; return its descriptor.

    Args:
        files: What opens it.
        path: Its canonical path: no part of it is a link.
        create: The flag that lets it be created, or 0.

    Raises:
        AccessDeniedError: A part of its path has become a link.
        ResourceNameError: Something else has its name.
        OSError: The file system refuses.
    """
    is_new = not path.exists()
    descriptor = files.open(path, plain(os.O_RDWR | os.O_APPEND | create), 0o600)
    try:
        _check_place(descriptor, path)
    except BaseException:
        files.close(descriptor)  # What is at the path now is not ours to remove.
        raise
    try:
        opened = files.status(descriptor)
        _check_regular(opened, path)
        if not opened.st_size:  # Also if a service died that had just made it.
            files.sync_folder(path.parent)
    except BaseException:
        files.close(descriptor)
        if is_new:
            files.unlink(path)
        raise
    return descriptor


def open_to_read(path: Path, opened: os.stat_result) -> BinaryIO:
    """Open a log once more, to read it.

    Args:
        path: Its canonical path.
        opened: What `fstat` told of the log when it was opened to write.

    Raises:
        ResourceReplacedError: The path names another file, or none.
        OSError: The file system refuses.
    """
    check_same_file(opened, path)
    # A pipe that has come there just now must not hold us up.
    flags = plain(os.O_RDONLY) | getattr(os, "O_NONBLOCK", 0)
    log = os.fdopen(os.open(path, flags), "rb")
    if not os.path.samestat(os.fstat(log.fileno()), opened):
        log.close()
        raise ResourceReplacedError(
            f"The log file {path} was replaced while it was read. Nothing of the other file was "
            "read; initialize the session again."
        )
    return log


def _check_place(descriptor: int, path: Path) -> None:
    """Make sure that an open file lies where its path says.

    Who may write in a folder above it can put a link there after the path was checked.
    """
    place = _place(descriptor, path)
    if fold_case(place) != fold_case(path):
        raise AccessDeniedError(
            f"The log file {path} lies elsewhere by now, as {place}: somebody put a link into its "
            "path. Nothing was written. Take the right to write there from whoever did it.",
            resource_name=str(path),
        )


def _place(descriptor: int, path: Path) -> Path:
    """Return where an open file lies; where the system does not tell, where its path leads."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/self/fd/{descriptor}").readlink()
        except OSError:  # There is no /proc here.
            pass
    return Path(os.path.realpath(path))


def _check_regular(opened: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(opened.st_mode):
        raise ResourceNameError(f"{path} is no regular file. Choose the name of a file.")
