"""The file system as services write to it: so thin that another can take its place in tests."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Protocol

_UNSUPPORTED = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOTTY, errno.ENOSYS}
_WITHOUT_SURPRISES = ("O_CLOEXEC", "O_NOFOLLOW", "O_NOCTTY", "O_BINARY", "O_NOINHERIT")


class Files(Protocol):
    """What is done to files whose content matters after a crash; each method is one operation.

    All methods raise `OSError`, and may be called from any thread.
    """

    def open(self, path: Path, flags: int, mode: int = 0o600, /) -> int:
        """Open a file as `os.open` does; return its descriptor."""
        ...

    def write(self, descriptor: int, data: bytes | memoryview, /) -> int:
        """Hand data to the operating system; return how many bytes it took: perhaps not all."""
        ...

    def truncate(self, descriptor: int, size: int, /) -> None:
        """Cut a file to so many bytes."""
        ...

    def sync(self, descriptor: int, /) -> None:
        """Bring the content of a file to the disk, so that it survives a power cut.

        When it fails, what is on the disk is unknown, and trying again may lie.
        """
        ...

    def status(self, descriptor: int, /) -> os.stat_result:
        """Describe an open file as `os.fstat` does."""
        ...

    def close(self, descriptor: int, /) -> None:
        """Close a descriptor."""
        ...

    def replace(self, source: Path, target: Path, /) -> None:
        """Give a file another name, in the place of what has that name."""
        ...

    def unlink(self, path: Path, /) -> None:
        """Remove a name. It is no error if there is none."""
        ...

    def sync_folder(self, folder: Path, /) -> None:
        """Bring the names in a folder to the disk. Windows does that with the files themselves."""
        ...


class SystemFiles:
    """The real one: what the operating system offers, and nothing in between."""

    write = staticmethod(os.write)
    truncate = staticmethod(os.ftruncate)
    status = staticmethod(os.fstat)
    close = staticmethod(os.close)

    def open(self, path: Path, flags: int, mode: int = 0o600, /) -> int:
        """Open a file."""
        return os.open(path, flags, mode)

    def sync(self, descriptor: int, /) -> None:
        """Bring a file to the disk: past the cache of the drive as well where that can be asked."""
        if sys.platform == "linux":
            os.fdatasync(descriptor)
        elif sys.platform == "darwin":
            _full_sync(descriptor)
        else:
            os.fsync(descriptor)

    def replace(self, source: Path, target: Path, /) -> None:
        """Rename a file."""
        source.replace(target)

    def unlink(self, path: Path, /) -> None:
        """Remove a name."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path, /) -> None:
        """Bring names to the disk."""
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


SYSTEM_FILES = SystemFiles()


def plain(flags: int) -> int:
    """Add to the flags of an `open` that bytes stay as they are, and that surprises are refused.

    Children inherit no such file, symbolic links are not followed, and no terminal takes us over,
    as far as the platform knows such things.
    """
    for name in _WITHOUT_SURPRISES:
        flags |= getattr(os, name, 0)
    return flags


def write_all(files: Files, descriptor: int, data: bytes) -> None:
    """Write everything; the system may take it piece by piece.

    Raises:
        OSError: It was not, or not whole, written.
    """
    written = files.write(descriptor, data)
    if written == len(data):  # Nearly always, and it is on the way of each record.
        return
    left = memoryview(data)[written:]
    while left:
        left = left[files.write(descriptor, left) :]


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
