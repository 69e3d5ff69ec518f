"""What a measurement that has ended may not leave behind: reservations, and attachments."""

from __future__ import annotations

import time
from collections.abc import Callable

import grpc
from ni.measurementlink.sessionmanagement.v1 import (
    session_management_service_pb2,
    session_management_service_pb2_grpc,
)

from session_sharing.client.administration import Administration
from tests.system.floor import Floor

DEADLINE = 20.0
"""How long a test waits, in seconds, for what should happen at once."""


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until something holds; fail if it does not in time."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.005)


def reserved(floor: Floor) -> list[str]:
    """Return the names of the sessions that are reserved now, as session management tells."""
    with grpc.insecure_channel(floor.station.address) as channel:
        stub = session_management_service_pb2_grpc.SessionManagementServiceStub(channel)
        request = session_management_service_pb2.GetSessionsRequest()
        answer = stub.GetSessions(request, timeout=DEADLINE)
    return [each.session.name for each in answer.sessions if each.session_reserved]


def free_all(floor: Floor) -> None:
    """Free what a killed program has reserved, also if nobody saw in time who it was."""
    with grpc.insecure_channel(floor.station.address) as channel:
        stub = session_management_service_pb2_grpc.SessionManagementServiceStub(channel)
        request = session_management_service_pb2.UnreserveSessionsRequest()
        for name in reserved(floor):
            request.sessions.add().session.name = name
        stub.UnreserveSessions(request, timeout=DEADLINE)


def attached(floor: Floor, program: str = "") -> list[str]:
    """Return the aliases under which logs are held now, by a program or by all."""
    found = []
    for service in (floor.logger, floor.writer):
        with Administration(service.address) as administration:
            found += [
                attachment.alias
                for session in administration.sessions()
                for attachment in session.attachments
                if program in attachment.holder.program
            ]
    return found


def nothing_left(floor: Floor) -> None:
    """Check that nothing is reserved, and nothing attached, as soon as the plug-in has noticed."""
    until(lambda: not reserved(floor), "a reservation is left")
    until(lambda: not attached(floor), "an attachment is left")
