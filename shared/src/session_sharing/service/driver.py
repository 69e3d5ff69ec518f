"""What a service author writes: how a resource is found, opened and closed."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Protocol, TypeVar

from session_sharing.errors import (
    AccessDeniedError,
    InternalError,
    ResourceExhaustedError,
    ResourceNotFoundError,
    SharingError,
    UnavailableError,
)

H = TypeVar("H")

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
    """

    key: str
    address: str


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

        Args:
            address: Where `locate` found it, for whoever came first.

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
    reason = error.strerror or str(error)
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
