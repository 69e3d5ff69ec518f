"""A lock between processes, which the operating system drops with the process that holds it.

It lies on a side file, never on the data, so that no reader of the data is ever blocked by it.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
from pathlib import Path
from types import TracebackType

from session_sharing.errors import (
    AccessDeniedError,
    PreconditionError,
    ResourceExhaustedError,
    ResourceHeldError,
    ResourceNotFoundError,
    SharingError,
    UnavailableError,
)
from session_sharing.service.driver import FULL
from session_sharing.service.holder import Holder, this_process
from session_sharing.service.side_file import (
    is_at,
    open_side_file,
    read_side_file,
    try_lock,
    unlock_and_remove,
    write_side_file,
)

_ATTEMPTS = 100

logger = logging.getLogger(__name__)


class ProcessLock:
    """An exclusive lock on a path, held until `release` or until the process ends, however it ends.

    Two locks on one path exclude each other within one process too. The side file tells who holds
    it. A child made by `os.fork` shares the lock and keeps it from falling as long as it lives;
    services do not fork. All methods may be called from any thread.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._process = os.getpid()
        self._guard = threading.Lock()  # guards _descriptor, so that only one release closes it
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, path: Path, *, what: str) -> ProcessLock:
        """Take the lock, or say at once who has it.

        Args:
            path: The side file, in a folder that exists. It is created, and removed on release.
            what: What the lock protects, for the error text, such as `the data folder /x`.

        Raises:
            ResourceHeldError: Somebody holds the lock; the text says who, since when, what to do.
            AccessDeniedError: The side file may not be opened, or is a symbolic link.
            ResourceNotFoundError: The folder of the side file does not exist.
            PreconditionError: Something that is no file has the name of the side file.
            UnavailableError: The file system refuses, for example because it has no locks.
        """
        for _ in range(_ATTEMPTS):
            descriptor = _try_acquire(path, what)
            if descriptor is not None:
                _tell_holder(path, descriptor)
                return cls(path, descriptor)
        raise ResourceHeldError(
            f"{_capitalised(what)} passes from process to process too quickly to be had: "
            f"its lock file {path} was exchanged {_ATTEMPTS} times. Stop the others that use it."
        )

    @property
    def path(self) -> Path:
        """The side file."""
        return self._path

    def release(self) -> None:
        """Give the lock back and remove the side file; doing it again does no harm."""
        with self._guard:
            descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        if os.getpid() != self._process:
            os.close(descriptor)  # a forked child: the lock and the file are its parent's
            return
        unlock_and_remove(self._path, descriptor)

    def __enter__(self) -> ProcessLock:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


def _try_acquire(path: Path, what: str) -> int | None:
    """Open and lock the side file; None if it was removed meanwhile, so that another try is due."""
    descriptor = None
    acquired = False
    try:
        descriptor = open_side_file(path)
        if not try_lock(descriptor):
            raise _held(path, Holder.from_json(read_side_file(descriptor)), what)
        acquired = is_at(path, descriptor)
    except OSError as error:
        raise _refused(path, error, what) from error
    finally:
        if descriptor is not None and not acquired:
            os.close(descriptor)
    return descriptor if acquired else None


def _tell_holder(path: Path, descriptor: int) -> None:
    try:
        write_side_file(descriptor, this_process().to_json().encode())
    except OSError as error:
        # A full disk must not keep a service from starting: the lock holds without its label.
        logger.warning("The lock file %s does not tell who holds it: %s", path, error)


def _held(path: Path, holder: Holder | None, what: str) -> ResourceHeldError:
    who = str(holder) if holder else f"another process, which {path} does not name,"
    return ResourceHeldError(
        f"{_capitalised(what)} is held by {who} and only one process may hold it. "
        "Stop that process, or choose another place."
    )


def _refused(path: Path, error: OSError, what: str) -> SharingError:
    """Say in the project's errors why the side file could not be opened or locked."""
    start = f"{_capitalised(what)} cannot be locked with {path}: "
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return AccessDeniedError(f"{start}it is a symbolic link, which is refused. Remove it.")
    if isinstance(error, PermissionError):
        return AccessDeniedError(
            f"{start}{error.strerror}. If another user's process holds it, stop that process; "
            "else remove the file, or choose another place."
        )
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return ResourceNotFoundError(f"{start}{path.parent} is no folder. Create it.")
    if isinstance(error, (IsADirectoryError, FileExistsError)):
        reason = error.strerror if isinstance(error, FileExistsError) else "it is not a file"
        return PreconditionError(f"{start}{reason}. Move it away.")
    if error.errno in FULL:
        return ResourceExhaustedError(f"{start}{error.strerror}. Make room.", retry_delay=1.0)
    return UnavailableError(f"{start}{error.strerror}. Check the disk or share that it lies on.")


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
