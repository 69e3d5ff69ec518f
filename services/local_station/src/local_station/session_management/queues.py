"""Who waits for which session, in the order of arrival.

Pure bookkeeping: no clock and no event loop. It is used by one event loop, and so needs no lock.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import count
from operator import attrgetter

from local_station.session_management.model import Session
from local_station.session_management.registrations import Registrations
from local_station.session_management.requests import AllRegistered, Wait

_place = attrgetter("place")
_Queues = dict[str, list[Wait]]


class Queues:
    """A queue for each session, by name, and one for each type of which all is wanted.

    What is registered changes, and with it what the requests for all of a type want. So these stand
    in the queue of their type, and a session is waited for in its own queue, in that of the type
    under which it is registered, and in that of all types. No queue is ever empty.

    Args:
        registrations: What is registered now.
    """

    def __init__(self, registrations: Registrations) -> None:
        self._registrations = registrations
        self._places = count()
        self._waits: dict[Wait, None] = {}
        self._of_names: _Queues = {}
        self._of_types: _Queues = {}

    def __len__(self) -> int:
        return len(self._waits)

    def __iter__(self) -> Iterator[Wait]:
        return iter(self._waits)

    def __contains__(self, wait: Wait) -> bool:
        return wait in self._waits

    def join(self, wait: Wait) -> None:
        """Add a request at the end of all the queues that it belongs to."""
        wait.place = next(self._places)
        self._waits[wait] = None
        queues, keys = self._queues_of(wait)
        for key in keys:
            queues.setdefault(key, []).append(wait)

    def leave(self, wait: Wait) -> None:
        """Remove a request, which is there, from all its queues."""
        del self._waits[wait]
        queues, keys = self._queues_of(wait)
        for key in keys:
            queue = queues[key]
            del queue[bisect_left(queue, wait.place, key=_place)]
            if not queue:
                del queues[key]

    def clear(self) -> None:
        """Remove all requests."""
        for content in (self._waits, self._of_names, self._of_types):
            content.clear()

    def sessions(self, wait: Wait) -> dict[str, Session]:
        """Return what a request wants now."""
        if isinstance(wait.wanted, AllRegistered):
            registered = self._registrations.of(wait.wanted.type_id)
            return {session.name: session.without_channels() for session in registered}
        return dict(wait.chosen or {})

    def names(self, wait: Wait) -> Iterator[str]:
        """Return the names of the sessions that a request wants now."""
        if isinstance(wait.wanted, AllRegistered):
            return (session.name for session in self._registrations.of(wait.wanted.type_id))
        return iter(wait.chosen or ())

    def first(self, name: str) -> Wait | None:
        """Return the request that waits longest for a session; None if nobody does."""
        return min((queue[0] for queue in self._waiting_for(name)), key=_place, default=None)

    def first_of_types(self) -> list[Wait]:
        """Return, for each type of which all is wanted, the request that waits longest."""
        return [queue[0] for queue in self._of_types.values()]

    def before(self, wait: Wait, name: str) -> Iterator[Wait]:
        """Return the requests that wait longer than another for one of its sessions."""
        for queue in self._waiting_for(name):
            for other in queue:
                if other.place >= wait.place:
                    break
                yield other

    def _queues_of(self, wait: Wait) -> tuple[_Queues, Iterator[str]]:
        """Return where a request stands: in the queues of a dictionary with certain keys."""
        if isinstance(wait.wanted, AllRegistered):
            return self._of_types, iter((wait.wanted.type_id,))
        return self._of_names, iter(wait.chosen or ())

    def _waiting_for(self, name: str) -> list[list[Wait]]:
        queues = [self._of_names[name]] if name in self._of_names else []
        session = self._registrations.get(name) if self._of_types else None
        if session is not None:
            types = {"", session.type_id}
            queues += [self._of_types[each] for each in types if each in self._of_types]
        return queues
