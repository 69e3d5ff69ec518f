"""Callers who give up while they are granted what they asked for, on a real server."""

from __future__ import annotations

import logging
import queue
import time

from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs

from local_station.session_management import answers
from local_station.sizes import checked

LIMIT = 20
LOGGER = "FileLogger-log.ndjson?client=a"


def _request():
    request = messages.ReserveSessionsRequest()
    request.pin_map_context.pin_map_id = "map"
    request.pin_or_relay_names.append("A")
    return request


def test_answer_that_cannot_be_sent_leaves_no_reservation(service, channel, monkeypatch, caplog):
    """A call that is cancelled after the grant, and before its answer has left, holds nothing."""
    caplog.set_level(logging.DEBUG, "local_station")
    stub = stubs.SessionManagementServiceStub(channel)
    unreserve = messages.UnreserveSessionsRequest()
    unreserve.sessions.add().session.name = LOGGER
    calls = queue.SimpleQueue()

    def give_up_meanwhile(answer):
        calls.get(timeout=LIMIT).cancel()
        return checked(answer)

    monkeypatch.setattr(answers, "checked", give_up_meanwhile)
    deadline = time.monotonic() + LIMIT
    # Which comes first, the cancellation or the answer, is decided in gRPC, beside the event loop.
    while "given back" not in caplog.text:
        assert time.monotonic() < deadline, "no answer failed to leave"
        stub.UnreserveSessions(unreserve, timeout=LIMIT)
        call = stub.ReserveSessions.future(_request())
        calls.put(call)
        assert call.code() is not None
        stub.UnregisterSessions(messages.UnregisterSessionsRequest(), timeout=LIMIT)
    assert service.call(lambda: service.sessions.holder(LOGGER)) is None
