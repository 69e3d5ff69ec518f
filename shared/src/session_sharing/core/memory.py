"""What the registry remembers of the past, in bounded space: closed sessions, ended attachments."""

from __future__ import annotations

from collections import OrderedDict
from copy import copy
from typing import Generic, TypeVar

from session_sharing.core.kept import EndedEntry
from session_sharing.errors import SharingError
from session_sharing.information import SessionInformation

T = TypeVar("T")

REMEMBERED_SESSIONS = 1_000
REMEMBERED_ATTACHMENTS = 10_000


class Recent(Generic[T]):
    """The last so many entries by name; the oldest go first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[str, T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def newest(self, count: int) -> list[tuple[str, T]]:
        """Return the last so many entries with their names, the oldest of them first."""
        return list(self._entries.items())[-count:]

    def get(self, name: str) -> T | None:
        """Return the entry of this name if it is remembered."""
        return self._entries.get(name)

    def put(self, name: str, entry: T) -> None:
        """Remember an entry as the newest."""
        self._entries[name] = entry
        self._entries.move_to_end(name)
        while len(self._entries) > self._capacity:
            self._entries.popitem(last=False)


class Memory:
    """Closed sessions by name and by key, failures of closing by name, ended attachments by id."""

    def __init__(self) -> None:
        self.closed_by_name: Recent[SessionInformation] = Recent(REMEMBERED_SESSIONS)
        self.closed_by_key: Recent[SessionInformation] = Recent(REMEMBERED_SESSIONS)
        self.close_errors: Recent[SharingError] = Recent(REMEMBERED_SESSIONS)
        self.ended: Recent[EndedEntry] = Recent(REMEMBERED_ATTACHMENTS)

    def remember_closed(
        self, name: str, information: SessionInformation, error: SharingError | None
    ) -> None:
        """Remember a closed session, and how its closing failed if it did."""
        self.closed_by_name.put(name, information)
        self.closed_by_key.put(information.resource_key, information)
        if error is not None:
            # A copy: the error itself may hold a traceback, and with it everything it leads to.
            self.close_errors.put(name, copy(error))
