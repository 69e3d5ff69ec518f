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


def _request(milliseconds=0, **annotations):
    request = messages.ReserveSessionsRequest(timeout_in_milliseconds=milliseconds)
    request.annotations.update(annotations)
    request.pin_map_context.pin_map_id = "map"
    request.pin_or_relay_names.append("A")
    return request


def _unreserve_request():
    request = messages.UnreserveSessionsRequest()
    request.sessions.add().session.name = LOGGER
    return request


def test_answer_that_cannot_be_sent_leaves_no_reservation(service, channel, monkeypatch, caplog):
    """A call that is cancelled after the grant, and before its answer has left, holds nothing."""
    caplog.set_level(logging.DEBUG, "local_station")
    stub = stubs.SessionManagementServiceStub(channel)
    calls = queue.SimpleQueue()

    def give_up_meanwhile(answer):
        calls.get(timeout=LIMIT).cancel()
        return checked(answer)

    monkeypatch.setattr(answers, "checked", give_up_meanwhile)
    deadline = time.monotonic() + LIMIT
    # Which comes first, the cancellation or the answer, is decided in gRPC, beside the event loop.
    while "given back" not in caplog.text:
        assert time.monotonic() < deadline, "no answer failed to leave"
        stub.UnreserveSessions(_unreserve_request(), timeout=LIMIT)
        call = stub.ReserveSessions.future(_request())
        calls.put(call)
        assert call.code() is not None
        stub.UnregisterSessions(messages.UnregisterSessionsRequest(), timeout=LIMIT)
    assert service.call(lambda: service.sessions.holder(LOGGER)) is None


def test_caller_who_gave_up_finds_out_what_it_holds(service, channel):
    """Also an answer that was on its way leaves nothing that its caller could not free."""
    stub = stubs.SessionManagementServiceStub(channel)
    for race in range(30):
        stub.ReserveSessions(_request())
        call = stub.ReserveSessions.future(_request(-1, race=str(race)))
        service.until_waiting(1)
        granting = stub.UnreserveSessions.future(_unreserve_request())
        if race % 3:  # Sooner or later: before the grant, with it, or with the answer on its way.
            granting.result(LIMIT)
        call.cancel()
        granting.result(LIMIT)
        told = stub.GetSessions(messages.GetSessionsRequest(), timeout=LIMIT).sessions
        if any(each.annotations.get("race") == str(race) for each in told):
            stub.UnreserveSessions(_unreserve_request(), timeout=LIMIT)
        assert service.call(lambda: service.sessions.holder(LOGGER)) is None
