"""Disks that are full: for one process by a limit, or a tiny one of its own."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MOUNT_SECONDS = 20.0
_BLOCK = b"\0" * 4096


@contextmanager
def files_limited(process_id: int, most: int) -> Iterator[None]:
    """Let no file of another process grow beyond a size in the block; Linux only.

    A write at the limit is cut short, and one behind it fails, as on a disk that is full.

    Args:
        process_id: The process.
        most: How many bytes.

    Raises:
        OSError: The process is not there, or not ours.
    """
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - Windows has none

        before = resource.prlimit(process_id, resource.RLIMIT_FSIZE)
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, (most, before[1]))
        try:
            yield
        finally:
            with suppress(ProcessLookupError):  # It was killed meanwhile.
                resource.prlimit(process_id, resource.RLIMIT_FSIZE, before)
    else:
        raise NotImplementedError("Only Linux sets limits of other processes.")


@contextmanager
def tiny_disk(folder: Path, size: int) -> Iterator[None]:
    """Mount a disk in memory on a folder in the block; Linux only, and only who may mount.

    Args:
        folder: An empty folder.
        size: How many bytes the disk has.

    Raises:
        OSError: There is no way to mount it, or no right.
    """
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    done = subprocess.run(  # noqa: S603 - our own arguments
        mount, check=False, capture_output=True, text=True, timeout=_MOUNT_SECONDS
    )
    if done.returncode:
        raise PermissionError(errno.EPERM, done.stderr.strip(), str(folder))
    try:
        yield
    finally:
        unmount = ["umount", "--lazy", str(folder)]  # also where something is open in it
        subprocess.run(unmount, check=True, timeout=_MOUNT_SECONDS)  # noqa: S603 - as above


def fill(ballast: Path, but: int = 0) -> None:
    """Fill a disk by a file; deleting that makes room again.

    Args:
        ballast: The file; it is made.
        but: How many bytes stay free, about.

    Raises:
        OSError: Something else is wrong with the disk.
    """
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(_BLOCK)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        file.truncate(max(0, file.tell() - but))
