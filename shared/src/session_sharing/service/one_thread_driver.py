"""A driver of resources that do one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic

from session_sharing.service.driver import Located
from session_sharing.service.one_thread import OneThread, R


class OneThreadDriver(Generic[R]):
    """A `ResourceDriver` of resources that are opened by name, and closed by their `close`.

    No state. A service whose names have rules of their own overrides `locate`.

    Args:
        open_resource: Opens a resource by its name. What it raises, the client is told.
    """

    def __init__(self, open_resource: Callable[[str], R]) -> None:
        self._open_resource = open_resource

    def locate(self, resource: str) -> Located:
        """Find a resource: letter case makes no difference, as in the names of instruments.

        The address keeps the case of who came first: device files such as `/dev/ttyUSB0` need it.
        A name is taken as it is, also if it looks like a path that leads elsewhere.

        Raises:
            SharingError: The name names nothing that may be opened.
        """
        return Located(key=resource.casefold(), address=resource)

    def open(self, address: str) -> OneThread[R]:
        """Open a resource in a thread of its own.

        Raises:
            SharingError: It cannot be opened.
        """
        return OneThread(f"resource {address}", lambda: self._open_resource(address))

    def close(self, handle: OneThread[R]) -> None:
        """Close a resource, when the operation that may still run has ended."""
        handle.close()
