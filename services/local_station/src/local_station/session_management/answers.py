"""Making answers: what a request chooses, and how that stands; what is large beside the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from local_station.pin_map.large_work import LARGE, LargeWork
from local_station.pin_map.selection import work
from local_station.pin_map.store import PinMaps
from local_station.session_management.choice import NOTHING, Choice, choose
from local_station.session_management.manager import SessionManager
from local_station.session_management.model import Session
from local_station.session_management.standing import (
    Information,
    MultiplexerInformation,
    multiplexers_as_they_stand,
    sessions_as_they_stand,
)
from local_station.session_management.wire import PinMapContext
from local_station.sizes import Message, checked

A = TypeVar("A", bound=Message)
Answer = Callable[[Iterable[Information], Iterable[MultiplexerInformation]], A]
"""Makes an answer of what it tells of sessions and of multiplexers."""


class Answers:
    """Makes answers on the event loop, and large ones in their turn.

    Args:
        pin_maps: Tells which sessions pins are connected to.
        sessions: Knows who has which session, and which are registered.
        large_work: Does what is large.
    """

    def __init__(self, pin_maps: PinMaps, sessions: SessionManager, large_work: LargeWork) -> None:
        self._pin_maps = pin_maps
        self._sessions = sessions
        self._large_work = large_work

    async def choose(self, context: PinMapContext, names: Sequence[str], type_id: str) -> Choice:
        """Return what a request selects.

        Without a pin map it is nothing: a local station knows of no instruments by itself.
        """
        if not context.pin_map_id:
            return NOTHING
        pin_map = self._pin_maps.get(context.pin_map_id)
        return await self._large_work.do(
            "choose sessions",
            work(pin_map, names, context.sites, LARGE),
            lambda: choose(pin_map, names, context.sites, type_id),
        )

    async def tell(
        self,
        sessions: Sequence[Session],
        multiplexers: Sequence[Session],
        answer: Answer[A],
        more: int = 0,
    ) -> A:
        """Tell of sessions as they stand now, and of so many other things more.

        Raises:
            TooLargeError: The answer is too large to be sent.
        """
        information = sessions_as_they_stand(self._sessions, sessions)
        through = multiplexers_as_they_stand(self._sessions, multiplexers)
        connections = sum(len(session.connections) for session in sessions)
        size = more + len(sessions) + len(multiplexers) + connections
        return await self._large_work.do(
            "tell of sessions", size, lambda: checked(answer(information, through))
        )
