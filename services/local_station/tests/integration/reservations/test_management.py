"""What the operator's command asks of a running station."""

from __future__ import annotations

import grpc
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs

from local_station.reservations.management import Management
from session_sharing.discovery.location import ADDRESS_VARIABLE, HOME_VARIABLE
from session_sharing.testing.processes import running_station

LIMIT = 20
MANY = 150  # with their notes more than the 4 MiB that gRPC takes by default
NOTES = {"note": "x" * 30_000}


def test_large_answers_are_taken(tmp_path, monkeypatch):
    """However much others have noted of their sessions, what is reserved can be seen and freed."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setenv(ADDRESS_VARIABLE, "")
    with running_station(tmp_path) as station, grpc.insecure_channel(station.address) as channel:
        management = stubs.SessionManagementServiceStub(channel)
        opened = messages.RegisterSessionsRequest()
        for number in range(MANY):
            opened.sessions.add(annotations=NOTES).session.name = f"S{number}"
        management.RegisterSessions(opened, timeout=LIMIT)
        with Management.found() as operator:
            assert operator.reserved() == []
            operator.unreserve(["S0"])
