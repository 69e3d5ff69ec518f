"""NI's session management interface on top of the pin maps and the session manager."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import grpc.aio

from local_station.pin_map.large_work import LargeWork
from local_station.pin_map.store import PinMaps
from local_station.session_management.answers import Answer, Answers
from local_station.session_management.choice import NOTHING, Choice
from local_station.session_management.delivery import undone_unless_sent
from local_station.session_management.manager import SessionManager
from local_station.session_management.model import Caller
from local_station.session_management.requests import AllRegistered, Reservation, Wanted
from local_station.session_management.wire import (
    ReserveRequest,
    annotations_from_wire,
    groups_to_wire,
    messages,
    multiplexer_from_wire,
    names_from_wire,
    session_from_wire,
    stubs,
    timeout_from_wire,
)
from local_station.sizes import Message, check_number
from local_station.text import named, shortened
from session_sharing.errors import SharingError

logger = logging.getLogger(__name__)
A = TypeVar("A", bound=Message)
_PEER_LETTERS = 80
Keep = Callable[[], Awaitable[None]]
_Context = grpc.aio.ServicerContext[Any, Any]


class SessionManagementServicer(stubs.SessionManagementServiceServicer):
    """Answers NI's calls; what goes wrong is raised as a `SharingError`, for an interceptor.

    Args:
        pin_maps: Tells which sessions pins are connected to.
        sessions: Knows who has which session, and which are registered.
        keep: Returns when what is kept for the next run of the station has been written, or when
            that has taken too long.
    """

    def __init__(self, pin_maps: PinMaps, sessions: SessionManager, keep: Keep) -> None:
        self._keep = keep
        self._sessions = sessions
        self._large_work = LargeWork()
        self._answers = Answers(pin_maps, sessions, self._large_work)

    async def ReserveSessions(
        self, request: messages.ReserveSessionsRequest, context: _Context
    ) -> messages.ReserveSessionsResponse:
        """Reserve the sessions of pins; none if no pin is connected to the instrument type."""
        choice = await self._answers.choose(
            request.pin_map_context, request.pin_or_relay_names, request.instrument_type_id
        )
        return await self._reserve(
            choice.sessions,
            request,
            context,
            lambda sessions, multiplexers: messages.ReserveSessionsResponse(
                sessions=sessions,
                multiplexer_sessions=multiplexers,
                group_mappings=groups_to_wire(choice.groups),
            ),
            choice,
        )

    async def ReserveAllRegisteredSessions(
        self, request: messages.ReserveAllRegisteredSessionsRequest, context: _Context
    ) -> messages.ReserveAllRegisteredSessionsResponse:
        """Reserve what is registered of a type when it is this request's turn."""
        return await self._reserve(
            AllRegistered(request.instrument_type_id),
            request,
            context,
            lambda sessions, _: messages.ReserveAllRegisteredSessionsResponse(sessions=sessions),
        )

    async def UnreserveSessions(
        self, request: messages.UnreserveSessionsRequest, context: object
    ) -> messages.UnreserveSessionsResponse:
        """Free sessions by their names, whoever has reserved them."""
        names = names_from_wire(request.sessions)
        if self._sessions.unreserve(names):
            await self._keep()  # A kill after the answer must not give it back to the holder.
        logger.debug("unreserved %s", named(names))
        return messages.UnreserveSessionsResponse()

    async def RegisterSessions(
        self, request: messages.RegisterSessionsRequest, context: object
    ) -> messages.RegisterSessionsResponse:
        """Note that sessions are open, and stay so."""
        check_number("sessions", request.sessions)
        sessions = await self._large_work.do(
            "read sessions",
            len(request.sessions) + sum(len(each.channel_mappings) for each in request.sessions),
            lambda: [session_from_wire(session) for session in request.sessions],
        )
        self._sessions.register(sessions)
        logger.debug("registered %s", named([session.name for session in sessions]))
        return messages.RegisterSessionsResponse()

    async def UnregisterSessions(
        self, request: messages.UnregisterSessionsRequest, context: object
    ) -> messages.UnregisterSessionsResponse:
        """Note that sessions are closed."""
        names = names_from_wire(request.sessions)
        self._sessions.unregister(names)
        logger.debug("unregistered %s", named(names))
        return messages.UnregisterSessionsResponse()

    async def RegisterMultiplexerSessions(
        self, request: messages.RegisterMultiplexerSessionsRequest, context: object
    ) -> messages.RegisterMultiplexerSessionsResponse:
        """Note that multiplexer sessions are open, and stay so."""
        check_number("sessions", request.multiplexer_sessions)
        opened = await self._large_work.do(
            "read multiplexers",
            len(request.multiplexer_sessions),
            lambda: [multiplexer_from_wire(session) for session in request.multiplexer_sessions],
        )
        self._sessions.register_multiplexers(opened)
        logger.debug("registered multiplexers %s", named([session.name for session in opened]))
        return messages.RegisterMultiplexerSessionsResponse()

    async def UnregisterMultiplexerSessions(
        self, request: messages.UnregisterMultiplexerSessionsRequest, context: object
    ) -> messages.UnregisterMultiplexerSessionsResponse:
        """Note that multiplexer sessions are closed."""
        names = names_from_wire(request.multiplexer_sessions)
        self._sessions.unregister_multiplexers(names)
        logger.debug("unregistered multiplexers %s", named(names))
        return messages.UnregisterMultiplexerSessionsResponse()

    async def GetMultiplexerSessions(
        self, request: messages.GetMultiplexerSessionsRequest, context: object
    ) -> messages.GetMultiplexerSessionsResponse:
        """Tell which multiplexers the pins of sites are routed through."""
        choice = await self._answers.choose(request.pin_map_context, (), "")
        chosen = [each for each in choice.multiplexers if each.is_of(request.multiplexer_type_id)]
        return await self._answers.tell(
            (),
            chosen,
            lambda _, multiplexers: messages.GetMultiplexerSessionsResponse(
                multiplexer_sessions=multiplexers
            ),
        )

    async def GetAllRegisteredMultiplexerSessions(
        self, request: messages.GetAllRegisteredMultiplexerSessionsRequest, context: object
    ) -> messages.GetAllRegisteredMultiplexerSessionsResponse:
        """Tell which multiplexer sessions are open."""
        registered = self._sessions.all_registered_multiplexers(request.multiplexer_type_id)
        return await self._answers.tell(
            (),
            registered,
            lambda _, multiplexers: messages.GetAllRegisteredMultiplexerSessionsResponse(
                multiplexer_sessions=multiplexers
            ),
        )

    async def GetSessions(
        self, request: messages.GetSessionsRequest, context: object
    ) -> messages.GetSessionsResponse:
        """Tell what is reserved or registered."""
        known = self._sessions.all_known(request.instrument_type_id)
        registered = self._sessions.all_registered_multiplexers(request.multiplexer_type_id)
        return await self._answers.tell(
            known,
            registered,
            lambda sessions, multiplexers: messages.GetSessionsResponse(
                sessions=sessions, multiplexer_sessions=multiplexers
            ),
        )

    async def _reserve(
        self,
        wanted: Wanted,
        request: ReserveRequest,
        context: _Context,
        answer: Answer[A],
        choice: Choice = NOTHING,
    ) -> A:
        """Reserve for a caller, who has to be there still when the answer leaves."""
        timeout = timeout_from_wire(request.timeout_in_milliseconds)
        caller = Caller(context.peer(), annotations_from_wire(request.annotations))
        reservation = await self._granted(wanted, caller, timeout)
        with undone_unless_sent(lambda: self._give_back(reservation)):
            names = [session.name for session in reservation.sessions]
            logger.debug("reserved for %s: %s", _peer(caller), named(names) or "nothing")
            return await self._answers.tell(
                reservation.sessions, choice.multiplexers, answer, choice.members
            )

    def _give_back(self, reservation: Reservation) -> None:
        self._sessions.give_back(reservation)
        logger.debug("given back, as %s gets no answer", _peer(reservation.caller))

    async def _granted(self, wanted: Wanted, caller: Caller, timeout: float | None) -> Reservation:
        try:
            return await self._sessions.reserve(wanted, caller, timeout)
        except SharingError as refusal:
            logger.info("refused to %s: %s", _peer(caller), refusal.message)
            raise


def _peer(caller: Caller) -> str:
    return shortened(caller.peer, _PEER_LETTERS)
