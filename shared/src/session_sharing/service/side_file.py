"""The operating system's part of a process lock: a small file, locked through one open descriptor.

POSIX has `flock` and `lockf`. A `lockf` lock belongs to the process and is lost as soon as the
process closes *any* descriptor of the file, for instance after reading it; nor does it ever exclude
the process from itself. A `flock` lock belongs to the one open file and has neither flaw. Windows
locks one byte far behind the content, because its locks keep others from reading what they cover.

All functions raise `OSError`.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
import sys
from pathlib import Path

from session_sharing.service.folders import patiently

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FAR_BYTE = 1 << 30  # msvcrt.locking has 31 bits for the place
_READ_LIMIT = 4096  # bytes

logger = logging.getLogger(__name__)


def open_side_file(path: Path) -> int:
    """Open, or create with mode 0600; follow no link, let no child inherit."""
    flags = os.O_RDWR | os.O_CREAT
    if sys.platform == "win32":
        if path.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        flags |= os.O_BINARY | os.O_NOINHERIT
    else:
        # O_NONBLOCK: a pipe in the place of the file must not hold us up.
        flags |= os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = patiently(lambda: os.open(path, flags, 0o600))
    opened = os.fstat(descriptor)
    if not stat.S_ISREG(opened.st_mode) or opened.st_nlink > 1:
        os.close(descriptor)
        what = "a hard link of another file" if opened.st_nlink > 1 else "not a file"
        raise FileExistsError(errno.EEXIST, f"it is {what}", str(path))
    return descriptor


def read_side_file(descriptor: int) -> bytes:
    """Read the content, as far as it is written and reasonable."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, _READ_LIMIT)


def write_side_file(descriptor: int, content: bytes) -> None:
    """Put this in the place of the content."""
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, content)


if sys.platform == "win32":

    def try_lock(descriptor: int) -> bool:
        """Lock the file if nobody else has; return whether it is ours now."""
        os.lseek(descriptor, _FAR_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def is_at(path: Path, descriptor: int) -> bool:
        """Return whether the path still names this file."""
        return True  # what somebody has open through the C library cannot be removed

    def unlock_and_remove(path: Path, descriptor: int) -> None:
        """Give back the lock, close the file and remove it unless the next holder has it open."""
        # Explicitly: after a mere close the system unlocks when it finds the time.
        os.lseek(descriptor, _FAR_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        os.close(descriptor)
        try:
            path.unlink(missing_ok=True)
        except PermissionError:
            logger.debug("%s stays: somebody has it open, perhaps the next holder", path)

else:

    def try_lock(descriptor: int) -> bool:
        """Lock the file if nobody else has; return whether it is ours now."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_at(path: Path, descriptor: int) -> bool:
        """Return whether the path still names this file, not one made after its removal."""
        try:
            there = path.lstat()
        except FileNotFoundError:
            return False
        return os.path.samestat(there, os.fstat(descriptor))

    def unlock_and_remove(path: Path, descriptor: int) -> None:
        """Remove the file, then give back the lock by closing it."""
        # Removed while locked: whoever opened it before finds, once it has the lock, that the path
        # names another file or none, and tries again. Removed later, it could be the next holder's.
        try:
            if is_at(path, descriptor):
                path.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("The lock file %s is free but could not be removed: %s", path, error)
        finally:
            os.close(descriptor)
