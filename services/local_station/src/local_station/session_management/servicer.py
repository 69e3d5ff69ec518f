"""NI's session management interface on top of the pin maps and the session manager."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import grpc.aio

from local_station.pin_map.model import Connection, Selection
from local_station.pin_map.selection import missing_sites_text, select
from local_station.pin_map.store import PinMaps
from local_station.session_management.manager import SessionManager
from local_station.session_management.model import Caller, Session
from local_station.session_management.reservations import Reservation, Wanted
from local_station.session_management.wire import (
    groups_to_wire,
    messages,
    multiplexer_from_wire,
    multiplexer_to_wire,
    names_from_wire,
    session_from_wire,
    session_to_wire,
    stubs,
    timeout_from_wire,
)
from session_sharing.errors import InvalidRequestError

logger = logging.getLogger(__name__)


_Context = grpc.aio.ServicerContext[Any, Any]


class _Request(Protocol):
    @property
    def timeout_in_milliseconds(self) -> int: ...
    @property
    def annotations(self) -> Mapping[str, str]: ...


class _PinMapContext(Protocol):
    @property
    def pin_map_id(self) -> str: ...
    @property
    def sites(self) -> Sequence[int]: ...


class SessionManagementServicer(stubs.SessionManagementServiceServicer):
    """Answers NI's calls; what goes wrong is raised as a `SharingError`, for an interceptor.

    Args:
        pin_maps: Tells which sessions pins are connected to.
        sessions: Knows who has which session, and which are registered.
    """

    def __init__(self, pin_maps: PinMaps, sessions: SessionManager) -> None:
        self._pin_maps = pin_maps
        self._sessions = sessions

    async def ReserveSessions(
        self, request: messages.ReserveSessionsRequest, context: _Context
    ) -> messages.ReserveSessionsResponse:
        """Reserve the sessions of pins; none if no pin is connected to the instrument type."""
        selection = self._select(
            request.pin_map_context, request.pin_or_relay_names, request.instrument_type_id
        )
        wanted = [Session.selected(session) for session in selection.sessions]
        reservation = await self._reserve(lambda: wanted, request, context)
        return messages.ReserveSessionsResponse(
            sessions=self._reserved(reservation),
            multiplexer_sessions=self._multiplexers(selection),
            group_mappings=groups_to_wire(selection.groups),
        )

    async def ReserveAllRegisteredSessions(
        self, request: messages.ReserveAllRegisteredSessionsRequest, context: _Context
    ) -> messages.ReserveAllRegisteredSessionsResponse:
        """Reserve what is registered of a type when it is this request's turn."""

        def wanted() -> list[Session]:
            registered = self._sessions.all_registered(request.instrument_type_id)
            return [session.without_channels() for session in registered]

        reservation = await self._reserve(wanted, request, context)
        return messages.ReserveAllRegisteredSessionsResponse(sessions=self._reserved(reservation))

    async def UnreserveSessions(
        self, request: messages.UnreserveSessionsRequest, context: object
    ) -> messages.UnreserveSessionsResponse:
        """Free sessions by their names, whoever has reserved them."""
        self._sessions.unreserve(names_from_wire(request.sessions))
        return messages.UnreserveSessionsResponse()

    async def RegisterSessions(
        self, request: messages.RegisterSessionsRequest, context: object
    ) -> messages.RegisterSessionsResponse:
        """Note that sessions are open, and stay so."""
        self._sessions.register([session_from_wire(session) for session in request.sessions])
        return messages.RegisterSessionsResponse()

    async def UnregisterSessions(
        self, request: messages.UnregisterSessionsRequest, context: object
    ) -> messages.UnregisterSessionsResponse:
        """Note that sessions are closed."""
        self._sessions.unregister(names_from_wire(request.sessions))
        return messages.UnregisterSessionsResponse()

    async def RegisterMultiplexerSessions(
        self, request: messages.RegisterMultiplexerSessionsRequest, context: object
    ) -> messages.RegisterMultiplexerSessionsResponse:
        """Note that multiplexer sessions are open, and stay so."""
        opened = [multiplexer_from_wire(session) for session in request.multiplexer_sessions]
        self._sessions.register_multiplexers(opened)
        return messages.RegisterMultiplexerSessionsResponse()

    async def UnregisterMultiplexerSessions(
        self, request: messages.UnregisterMultiplexerSessionsRequest, context: object
    ) -> messages.UnregisterMultiplexerSessionsResponse:
        """Note that multiplexer sessions are closed."""
        self._sessions.unregister_multiplexers(names_from_wire(request.multiplexer_sessions))
        return messages.UnregisterMultiplexerSessionsResponse()

    async def GetMultiplexerSessions(
        self, request: messages.GetMultiplexerSessionsRequest, context: object
    ) -> messages.GetMultiplexerSessionsResponse:
        """Tell which multiplexers the pins of sites are routed through."""
        selection = self._select(request.pin_map_context, (), "")
        return messages.GetMultiplexerSessionsResponse(
            multiplexer_sessions=self._multiplexers(selection, request.multiplexer_type_id)
        )

    async def GetAllRegisteredMultiplexerSessions(
        self, request: messages.GetAllRegisteredMultiplexerSessionsRequest, context: object
    ) -> messages.GetAllRegisteredMultiplexerSessionsResponse:
        """Tell which multiplexer sessions are open."""
        return messages.GetAllRegisteredMultiplexerSessionsResponse(
            multiplexer_sessions=self._registered_multiplexers(request.multiplexer_type_id)
        )

    async def GetSessions(
        self, request: messages.GetSessionsRequest, context: object
    ) -> messages.GetSessionsResponse:
        """Tell what is reserved or registered."""
        known = self._sessions.all_known(request.instrument_type_id)
        return messages.GetSessionsResponse(
            sessions=[self._as_it_stands(session) for session in known],
            multiplexer_sessions=self._registered_multiplexers(request.multiplexer_type_id),
        )

    async def _reserve(self, wanted: Wanted, request: _Request, context: _Context) -> Reservation:
        """Reserve for a caller, who has to be there still when it is granted.

        A killed caller is noticed when its connection breaks, a few milliseconds later. What is
        granted in between it leaves behind, as if it had died a moment later.
        """
        timeout = timeout_from_wire(request.timeout_in_milliseconds)
        caller = Caller(context.peer(), dict(request.annotations))
        reservation = await self._sessions.reserve(wanted, caller, timeout)
        try:
            # Tells of a caller who went away meanwhile; that an answer is lost, nothing would tell.
            await context.send_initial_metadata(())
        except BaseException:
            self._sessions.give_back(reservation)
            raise
        return reservation

    def _select(self, context: _PinMapContext, names: Sequence[str], type_id: str) -> Selection:
        """Return what a request selects.

        Without a pin map it is nothing: a local station knows of no instruments by itself.
        """
        if not context.pin_map_id:
            return Selection()
        pin_map = self._pin_maps.get(context.pin_map_id)
        missing = missing_sites_text(pin_map, context.sites)
        if missing:
            raise InvalidRequestError(missing)
        return select(pin_map, names, context.sites, type_id)

    def _reserved(self, reservation: Reservation) -> list[messages.SessionInformation]:
        return [self._as_it_stands(session) for session in reservation.sessions]

    def _as_it_stands(self, session: Session) -> messages.SessionInformation:
        """Tell of a session, with what those noted who registered and who reserved it."""
        registered = self._sessions.registered(session.name)
        holder = self._sessions.holder(session.name)
        notes = [registered.annotations] if registered else []
        notes += [holder.caller.annotations] if holder else []
        return session_to_wire(
            session.annotated(*notes),
            exists=registered is not None,
            reserved=holder is not None,
        )

    def _multiplexers(
        self, selection: Selection, type_id: str = ""
    ) -> list[messages.MultiplexerSessionInformation]:
        """Tell of the multiplexers on the way to selected pins, each once."""
        routed = {
            connection.multiplexer: _multiplexer(connection)
            for session in selection.sessions
            for connection in session.connections
            if connection.multiplexer
        }
        return [
            multiplexer_to_wire(registered or multiplexer, exists=registered is not None)
            for multiplexer in routed.values()
            if multiplexer.is_of(type_id)
            for registered in [self._sessions.registered_multiplexer(multiplexer.name)]
        ]

    def _registered_multiplexers(
        self, type_id: str
    ) -> list[messages.MultiplexerSessionInformation]:
        registered = self._sessions.all_registered_multiplexers(type_id)
        return [multiplexer_to_wire(session, exists=True) for session in registered]


def _multiplexer(connection: Connection) -> Session:
    """Return the session of the multiplexer on the way of a connection; it has its bare name."""
    name = connection.multiplexer
    return Session(name, resource_name=name, type_id=connection.multiplexer_type_id)
