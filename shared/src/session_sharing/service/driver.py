"""What a service author writes: how a resource is found, opened and closed."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from session_sharing.core.requests import Settings
from session_sharing.errors import (
    AccessDeniedError,
    InternalError,
    ResourceExhaustedError,
    ResourceNotFoundError,
    SharingError,
    UnavailableError,
)
from session_sharing.information import Backlog

H = TypeVar("H")
H_co = TypeVar("H_co", covariant=True)

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENFILE}
DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
MISSING = {errno.ENOENT, errno.ENOTDIR}
RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Located:
    """A resource that was found.

    Attributes:
        key: Its canonical identity, the same for all names that denote it.
        address: What it is opened by; it may keep what the key leaves out, such as letter case.
        settings: What it is to be open with, by name, in words for people: as far as the caller
            says so. Who attaches to a session that was opened otherwise is refused. What opening
            needs of it has to be in the address as well.
    """

    key: str
    address: str
    settings: Settings = ()


class ResourceDriver(Protocol[H]):
    """Finds, opens and closes resources. H is the type of the open handle.

    The library calls each method in a thread of its own, so they may block; and never two of
    `open` and `close` at once for one key. An `OSError` becomes the error that fits; everything
    else that is no `SharingError` is reported as a defect.
    """

    def locate(self, resource: str) -> Located:
        """Find a resource; names that denote the same thing must give the same key.

        Args:
            resource: The resource name without alias.

        Raises:
            SharingError: The name names nothing that may be opened.
        """
        ...

    def open(self, address: str) -> H:
        """Open a resource that was located.

        Where the driver has no `reopen`, it is also opened again so when the service was started
        anew: what a session held then is there still, for those who use it.

        Args:
            address: Where `locate` found it, for whoever came first.

        Returns:
            The handle; never None.

        Raises:
            SharingError: It cannot be opened; nothing is left open.
        """
        ...

    def close(self, handle: H) -> None:
        """Close a handle. No operation uses it any more.

        Raises:
            SharingError: Something was lost. The handle counts as closed nevertheless.
        """
        ...


@runtime_checkable
class ReopeningDriver(Protocol[H_co]):
    """A driver that opens otherwise what a session has held before a restart: an option."""

    def reopen(self, address: str) -> H_co:
        """Open what an earlier run of the service had open, and make nothing that is missing.

        The library calls it as it calls `open`, and in its place.

        Raises:
            ResourceReplacedError: It is not there any more, or is another one than it was: what was
                stored in it would be missing without a word. The session is broken then.
            SharingError: It cannot be opened; nothing is left open.
        """
        ...


@runtime_checkable
class CheckedDriver(Protocol):
    """A driver that can tell whether what its sessions are stored on is in order: an option."""

    def check(self) -> Sequence[str]:
        """Return what is wrong now, a sentence for people each; nothing if all is well.

        The library calls it in a thread, every other second and never twice at once; one that takes
        longer than five seconds is wrong by itself. Health checking follows what it returns. A
        problem that stays should keep its text, as each new text is logged.
        """
        ...


@runtime_checkable
class BackloggedDriver(Protocol):
    """A driver that keeps records for resources that are away: an option."""

    def backlogs(self) -> Sequence[Backlog]:
        """Return what waits for resources, also for those on which no session is open.

        The library asks it on the event loop; it must not block.
        """
        ...


@runtime_checkable
class EndingDriver(Protocol):
    """A driver that does something beside its handles, which has to end with the service."""

    def end(self) -> None:
        """End it. The library calls it once, in a thread, when all handles are closed.

        The process waits for it a second at most.
        """
        ...


@runtime_checkable
class BackloggedHandle(Protocol):
    """A handle whose records may wait while its resource is away: an option."""

    def backlog(self) -> Backlog | None:
        """Return what waits; None if nothing ever does.

        The library asks it on the event loop; it must not block.
        """
        ...


@runtime_checkable
class CountingHandle(Protocol):
    """A handle that knows which records are stored, also from before a restart: an option."""

    def last_number(self, attachment_id: str) -> int:
        """Return the highest number of a record that is stored for an attachment; 0 for none.

        The library asks it on the event loop when it has opened a resource again, before anybody
        uses the handle; it must not block.
        """
        ...


@runtime_checkable
class InheritingHandle(Protocol):
    """A handle of whose records some inherit what was set, also before a restart: an option."""

    def take_contexts(self, texts: Sequence[str]) -> None:
        """Have again what `SessionEngine.keep_context` was given for the session and its sites.

        The library calls it on the event loop when it has opened a resource again, before anybody
        uses the handle; it must not block.
        """
        ...


def explain_use(error: OSError, what: str) -> SharingError:
    """Turn what an open resource raised while it was used into an error for the client.

    It is the resource that is away or refuses: statuses such as NOT_FOUND stand for what the caller
    named, and would have it look for the error in its own request.

    Args:
        error: What was raised.
        what: What was done, for example "carry out ReadRegister".
    """
    if error.errno in FULL:
        return explain(error, what)
    return UnavailableError(
        f"Could not {what}: {_reason(error, what)}. Look at the resource and its connection, "
        "then try again.",
        retry_delay=RETRY_SECONDS,
    )


def explain(error: BaseException, what: str) -> SharingError:
    """Turn whatever opening, using or closing a resource raised into an error for the client.

    Args:
        error: What was raised.
        what: What was done to which resource, for example "open the log file 'a.ndjson'".
    """
    if isinstance(error, SharingError):
        return error
    if not isinstance(error, OSError):
        return InternalError(
            f"Could not {what}, because of a defect of the service: {type(error).__name__}. "
            "Its log holds the details; please report it."
        )
    reason = _reason(error, what)
    if error.errno in FULL:
        return ResourceExhaustedError(
            f"Could not {what}: {reason}. Make room; trying again helps then.",
            retry_delay=RETRY_SECONDS,
        )
    if error.errno in DENIED:
        return AccessDeniedError(
            f"Could not {what}: {reason}. Give the user who runs the service the right to it."
        )
    if error.errno in MISSING:
        return ResourceNotFoundError(f"Could not {what}: {reason}. Create what is missing first.")
    return UnavailableError(
        f"Could not {what}: {reason}. Check the disk or the connection behind it.",
        retry_delay=RETRY_SECONDS,
    )


def _reason(error: OSError, what: str) -> str:
    """Return what the system said, and of which files if that was not told yet."""
    reason = error.strerror or str(error)
    files = (error.filename, error.filename2)
    names = [os.fsdecode(file) for file in files if isinstance(file, (str, bytes, os.PathLike))]
    told = [repr(name) for name in names if name not in f"{what} {reason}"]
    return ": ".join([reason, *told])
