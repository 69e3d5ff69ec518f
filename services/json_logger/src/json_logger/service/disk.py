"""Bringing files to the disk: past the caches of the system and, where it can be, of the drive."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

_UNSUPPORTED = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOTTY, errno.ENOSYS}


def sync(descriptor: int) -> None:
    """Bring the content of a file to the disk, so that it survives a power cut.

    Raises:
        OSError: It failed; what is on the disk is unknown.
    """
    if sys.platform == "linux":
        os.fdatasync(descriptor)
    elif sys.platform == "darwin":
        _full_sync(descriptor)
    else:
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk. Windows does that with the files themselves.

    Raises:
        OSError: It failed; which names are on the disk is unknown.
    """
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if sys.platform == "darwin":
            _full_sync(descriptor)
        else:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _full_sync(descriptor: int) -> None:
    """Sync on macOS, whose `fsync` leaves data in the cache of the drive."""
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415 - Windows has none

        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError as error:  # A failed sync must not be followed by one that claims success.
            if error.errno not in _UNSUPPORTED:
                raise
            os.fsync(descriptor)
