"""A station that takes calls, and never answers."""

from __future__ import annotations

import socket
import time

import grpc
import pytest
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs

from session_sharing.errors import OutcomeUnknownError
from teststand_modules.station import BoundedChannels, told


def test_calls_of_nis_clients_end():
    """A call without a time-out of its own ends after that of the channels, and is told."""
    with socket.create_server(("127.0.0.1", 0)) as frozen, BoundedChannels(0.3) as channels:
        channel = channels.get_channel(f"127.0.0.1:{frozen.getsockname()[1]}")
        stub = stubs.SessionManagementServiceStub(channel)
        began = time.monotonic()
        with pytest.raises(OutcomeUnknownError, match="Asking failed"), told("Asking"):
            stub.GetSessions(messages.GetSessionsRequest())
        assert time.monotonic() - began < 10
        with pytest.raises(grpc.RpcError):
            stub.GetSessions(messages.GetSessionsRequest(), timeout=0.1)
