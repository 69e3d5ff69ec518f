"""What of NI's generated code the demonstration needs: its client cannot ask who has what."""

from __future__ import annotations

import grpc
from ni.measurementlink.sessionmanagement.v1 import (
    session_management_service_pb2,
    session_management_service_pb2_grpc,
)

SESSION_MANAGEMENT = "ni.measurementlink.sessionmanagement.v1.SessionManagementService"
"""The interface, and the class, of NI's session management in discovery."""

_ASK_SECONDS = 5.0


def known_sessions(channel: grpc.Channel) -> list[str]:
    """Ask session management which sessions are reserved or registered; return their names.

    Raises:
        grpc.RpcError: It does not answer.
    """
    stub = session_management_service_pb2_grpc.SessionManagementServiceStub(channel)
    request = session_management_service_pb2.GetSessionsRequest()
    response = stub.GetSessions(request, timeout=_ASK_SECONDS)
    return [known.session.name for known in response.sessions]
