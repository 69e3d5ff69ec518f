"""What the executions of this process have open together, and what they registered of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Info = TypeVar("Info")


@dataclass
class _Share(Generic[Info]):
    holders: set[str] = field(default_factory=set)
    created: bool = False
    registered: dict[str, Info] = field(default_factory=dict)


class Shares(Generic[Info]):
    """The open sessions of this process: who has each, and what was registered for it.

    Each entry of a pin map is registered by who came first, and unregistered by who closes the
    session: the others may need the registration until then.

    Methods may be called from any thread; `_guard` guards all state.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._shares: dict[str, _Share[Info]] = {}

    def join(
        self,
        session: str,
        creation: str,
        *,
        created: bool,
        registered: Iterable[tuple[str, Info]] = (),
    ) -> None:
        """Note that a creation has a session open.

        Args:
            session: The session.
            creation: The creation.
            created: Whether it created the session.
            registered: What it registered for it, by the names of the entries.
        """
        with self._guard:
            share = self._shares.setdefault(session, _Share())
            share.holders.add(creation)
            share.created = share.created or created
            share.registered.update(registered)

    def inherit(
        self, session: str, *, created: bool, registered: Iterable[tuple[str, Info]]
    ) -> None:
        """Have those who have a session open see to its end: who opened it cannot any more.

        Args:
            session: The session; of one that nobody of this process has, nothing is noted.
            created: Whether it is theirs to close.
            registered: What is registered for it, by the names of the entries.
        """
        with self._guard:
            share = self._shares.get(session)
            if share is not None:
                share.created = share.created or created
                share.registered.update(registered)

    def leave(self, session: str, creation: str) -> bool:
        """Note that a creation lets go of a session.

        Returns:
            Whether this process created the session, and this was the last who had it.
        """
        with self._guard:
            share = self._shares.setdefault(session, _Share())
            share.holders.discard(creation)
            return share.created and not share.holders

    def is_used(self, session: str) -> bool:
        """Tell whether another creation has the session."""
        with self._guard:
            return bool(self._shares.get(session, _Share()).holders)

    def take_registered(self, session: str) -> list[Info]:
        """Take what was registered for a session, to unregister it; forget one nobody has."""
        with self._guard:
            share = self._shares.get(session, _Share[Info]())
            registered, share.registered = share.registered, {}
            return list(registered.values())

    def forget(self, session: str) -> None:
        """Forget a session that nobody of this process has, and of which nothing is to be done."""
        with self._guard:
            share = self._shares.get(session)
            if share is not None and not share.holders:
                del self._shares[session]
