"""The sessions of one driver, by the names that clients share them under."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from local_station.instruments.driver_error import INVALID_SESSION, DriverError
from session_sharing.errors import (
    AlreadyExistsError,
    InvalidRequestError,
    PreconditionError,
    ResourceExhaustedError,
)

S = TypeVar("S")

Names = dict[str, str]
"""Which driver each open session is of: as on NI's server, all drivers share the names."""

AUTO, INITIALIZE_NEW, ATTACH_TO_EXISTING = 0, 1, 2
"""NI's initialization behaviours, as on the wire; the client's library makes five of them."""

MOST_SESSIONS = 1_000
LONGEST_NAME = 10_000
"""Characters; a name is made of a resource name, which may have many channels."""


class SessionTable(Generic[S]):
    """Which sessions are open. Used on one event loop only, which guards it.

    A session belongs to nobody: who closes it closes it for all, as NI gRPC Device Server does.

    Args:
        driver: What the driver is called; it begins the names that are made up.
        names: Those of all drivers, which the table keeps up to date for its own.
    """

    def __init__(self, driver: str, names: Names) -> None:
        self._driver = driver
        self._names = names
        self._sessions: dict[str, S] = {}
        self._made_up = 0

    def open(self, name: str, behavior: int, create: Callable[[], S]) -> tuple[str, bool]:
        """Find or make the session of a name.

        Args:
            name: The name; if empty, a session of its own is made.
            behavior: `AUTO`, `INITIALIZE_NEW` or `ATTACH_TO_EXISTING`.
            create: Makes the session.

        Returns:
            The name of the session, and whether it is new.

        Raises:
            AlreadyExistsError: A new one was asked for, and there is one of that name.
            PreconditionError: An existing one was asked for, and there is none.
            DriverError: The driver refuses to make it, or the session is one of another driver.
        """
        self._check(name, behavior)
        if name in self._sessions:
            return name, False
        if name in self._names:
            raise DriverError(
                INVALID_SESSION,
                f"{name!r} is a session of {self._names[name]}, so {self._driver} can have none of "
                "this name: choose another, or close that one first.",
            )
        if len(self._sessions) >= MOST_SESSIONS:
            raise ResourceExhaustedError(f"{MOST_SESSIONS} sessions are open. Close some.")
        session = create()
        name = name or self._new_name()
        self._sessions[name] = session
        self._names[name] = self._driver
        return name, True

    def _check(self, name: str, behavior: int) -> None:
        # The texts of the middle two are those of NI's server, which programs compare.
        if behavior not in {AUTO, INITIALIZE_NEW, ATTACH_TO_EXISTING} or len(name) > LONGEST_NAME:
            raise InvalidRequestError(
                f"There is no initialization behavior {behavior}: send 0, 1 or 2, and a name of "
                f"{LONGEST_NAME:,} characters at most."
            )
        if behavior == INITIALIZE_NEW and name in self._names:
            raise AlreadyExistsError(f"Cannot initialize '{name}' when a session already exists.")
        if behavior == ATTACH_TO_EXISTING and name not in self._names:
            raise PreconditionError(
                f"Cannot attach to '{name}' because a session has not been initialized."
            )

    def _new_name(self) -> str:
        while True:
            self._made_up += 1
            name = f"{self._driver}-session-{self._made_up}"
            if name not in self._names:
                return name

    def find(self, name: str) -> S:
        """Return an open session.

        Raises:
            DriverError: There is none of that name, or no longer.
        """
        session = self._sessions.get(name)
        if session is None:
            raise DriverError(
                INVALID_SESSION,
                f"{self._driver} has no open session {name!r}: it was never initialized, was "
                "closed, or the instruments were started anew.",
            )
        return session

    def close(self, name: str) -> S:
        """Forget an open session, and return it.

        Raises:
            DriverError: There is none of that name, or no longer.
        """
        session = self.find(name)
        del self._sessions[name], self._names[name]
        return session
