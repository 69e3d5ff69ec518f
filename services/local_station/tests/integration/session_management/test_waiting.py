"""Waiting for a reservation over real connections: in order, cancelled, killed, at the stop."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs

from local_station.session_management.limits import REQUESTS_PER_CONNECTION

LIMIT = 20
LOGGER = "FileLogger-log.ndjson?client=a"
PROGRAM = Path(__file__).with_name("reserving_program.py")
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]


def _request(timeout=-1, pin="A"):
    request = messages.ReserveSessionsRequest(timeout_in_milliseconds=timeout)
    request.pin_map_context.pin_map_id = "map"
    request.pin_or_relay_names.append(pin)
    return request


@pytest.fixture
def stub(channel):
    return stubs.SessionManagementServiceStub(channel)


@pytest.fixture
def unreserve(stub):
    """Return a function that frees the session that the tests are about."""
    request = messages.UnreserveSessionsRequest()
    request.sessions.add().session.name = LOGGER
    return lambda: stub.UnreserveSessions(request, timeout=LIMIT)


@contextmanager
def _program(address, pin="A"):
    """Run the program that reserves a pin, as a client of its own."""
    command = [sys.executable, str(PROGRAM), address, pin]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_time_outs_are_kept(client, context):
    """Zero does not wait; a time-out in seconds is waited for, and hardly longer."""
    client.reserve_session(context, "A")
    for timeout in (0, 0.3):
        before = time.monotonic()
        with pytest.raises(grpc.RpcError) as raised:
            client.reserve_session(context, "A", timeout=timeout)
        assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
        assert timeout <= time.monotonic() - before < timeout + 2
    assert "not everything was free within 0.3 s" in raised.value.details()


def test_cancelled_request_leaves_the_queue(service, stub, unreserve):
    """A client that gives up its call, or runs into its deadline, is not granted anything later."""
    stub.ReserveSessions(_request())
    gone = [stub.ReserveSessions.future(_request())]
    gone.append(stub.ReserveSessions.future(_request(), timeout=0.1))
    service.until_waiting(2)
    following = stub.ReserveSessions.future(_request(5_000))
    gone[0].cancel()
    assert gone[1].code() is grpc.StatusCode.DEADLINE_EXCEEDED
    service.until_waiting(1)
    unreserve()
    assert following.result(LIMIT).sessions
    unreserve()
    service.until(lambda: service.sessions.holder(LOGGER) is None)


def test_what_a_killed_holder_had_is_freed(service, client, context, caplog, quick_watch):
    """Who is refused is told the holder's process; when that is killed, the next one follows."""
    with _program(service.address) as process:
        assert process.stdout.readline() == "reserved\n"
        service.until(lambda: service.sessions.holder(LOGGER).process is not None)
        with pytest.raises(grpc.RpcError) as raised:
            client.reserve_session(context, "A")
        process.kill()
        process.wait(LIMIT)
    client.reserve_session(context, "A", timeout=LIMIT)
    text = raised.value.details()
    assert f"'{LOGGER}' is held by reserving_program.py (process {process.pid}, user" in text
    assert getpass.getuser() in text
    assert len(text) < 1_400
    (freed,) = [record for record in caplog.records if "Freed" in record.message]
    assert freed.levelname == "WARNING"
    assert f"'{LOGGER}'" in freed.message
    assert f"reserving_program.py (process {process.pid}, user" in freed.message


def test_holder_that_closed_its_connection_keeps_its_session(service, quick_watch):
    """A connection may end while its program goes on: the session stays with it, by name."""
    with grpc.insecure_channel(service.address, OWN_CONNECTION) as channel:
        stubs.SessionManagementServiceStub(channel).ReserveSessions(_request())
        service.until(lambda: service.sessions.holder(LOGGER).process is not None)
    with grpc.insecure_channel(service.address, OWN_CONNECTION) as channel:
        call = stubs.SessionManagementServiceStub(channel).ReserveSessions.future(_request(500))
        text = call.exception(LIMIT).details()
    assert f"(process {os.getpid()}, user" in text
    assert "its connection is gone)" in text


def test_client_with_many_requests_waiting_can_free_what_they_wait_for(service, stub, unreserve):
    """Its other calls are taken, however many reservations it waits for."""
    stub.ReserveSessions(_request())
    waiting = [stub.ReserveSessions.future(_request()) for _ in range(REQUESTS_PER_CONNECTION)]
    service.until_waiting(REQUESTS_PER_CONNECTION)
    with pytest.raises(grpc.RpcError) as raised:
        stub.ReserveSessions(_request(), timeout=LIMIT)
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    unreserve()
    assert waiting[0].result(LIMIT).sessions
    for call in waiting:
        call.cancel()


def test_stop_of_the_station_ends_the_waiting(service, stub):
    """Nobody waits for a station that is stopping, and all are told why."""
    stub.ReserveSessions(_request())
    waiting = [stub.ReserveSessions.future(_request(timeout)) for timeout in (-1, 60_000)]
    service.until_waiting(2)
    service.call(service.sessions.stop)
    for call in waiting:
        assert call.code() is grpc.StatusCode.UNAVAILABLE
        assert "station is stopping" in call.details()


def test_waiting_requests_delay_no_others(service, client, context, stub):
    """However many wait for one session, others are reserved, and looked at, at once."""
    stub.ReserveSessions(_request())
    waiting = [stub.ReserveSessions.future(_request()) for _ in range(200)]
    service.until_waiting(200)
    before = time.monotonic()
    client.reserve_session(context, "B").unreserve()
    assert len(stub.GetSessions(messages.GetSessionsRequest()).sessions) == 1
    assert time.monotonic() - before < 2
    for call in waiting:
        call.cancel()
    service.until_waiting(0)
