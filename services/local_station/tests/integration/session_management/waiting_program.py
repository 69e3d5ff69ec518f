"""Asks for the session of a pin as often as it is told to, each time by a connection of its own.

It reads numbers, one to a line, and writes a number as soon as that request is granted.
"""

from __future__ import annotations

import sys
from functools import partial

import grpc
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs

address, pin = sys.argv[1:]
calls = []


def tell(number, call):
    """Say that a request was granted, or how it failed."""
    code = call.code()
    sys.stdout.write(f"{number if code is grpc.StatusCode.OK else code}\n")
    sys.stdout.flush()


for line in sys.stdin:
    channel = grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)])
    request = messages.ReserveSessionsRequest(timeout_in_milliseconds=-1)
    request.pin_map_context.pin_map_id = "map"
    request.pin_or_relay_names.append(pin)
    call = stubs.SessionManagementServiceStub(channel).ReserveSessions.future(request)
    calls.append((channel, call))
    call.add_done_callback(partial(tell, line.strip()))
