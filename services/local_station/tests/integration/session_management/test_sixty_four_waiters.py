"""Sixty-four real clients wait for one session; some of them are processes that are killed."""

from __future__ import annotations

import queue
import random
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs

LIMIT = 20
LOGGER = "FileLogger-log.ndjson?client=a"
PROGRAM = Path(__file__).with_name("waiting_program.py")
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]
OF_EACH_PROCESS = 12
OF_THIS_PROCESS = 28


class _Process:
    """Clients in a process of their own; a thread puts into a queue who of them is granted."""

    def __init__(self, address, told):
        pipe = subprocess.PIPE
        command = [sys.executable, str(PROGRAM), address, "A"]
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self._reader = threading.Thread(target=self._read, args=(told,), name="read", daemon=True)
        self._reader.start()

    def _read(self, told):
        for line in self._process.stdout:
            told.put(line.strip())

    def reserve(self, number):
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()

    def kill(self):
        self._process.kill()
        self._process.wait(LIMIT)

    def close(self):
        self.kill()
        self._reader.join(LIMIT)
        self._process.stdout.close()
        # What is written to a process that was killed is lost, and closing says so.
        self._process.stdin.close()


class _Here:
    """Clients in this process, each with a connection of its own."""

    def __init__(self, address, told, stack):
        self._address, self._told, self._stack = address, told, stack
        self.calls = {}

    def reserve(self, number, milliseconds=-1):
        channel = self._stack.enter_context(grpc.insecure_channel(self._address, OWN_CONNECTION))
        request = messages.ReserveSessionsRequest(timeout_in_milliseconds=milliseconds)
        request.pin_map_context.pin_map_id = "map"
        request.pin_or_relay_names.append("A")
        call = stubs.SessionManagementServiceStub(channel).ReserveSessions.future(request)
        self.calls[number] = call
        call.add_done_callback(lambda done: self._tell(number, done))

    def _tell(self, number, call):
        if not call.cancelled() and call.code() is grpc.StatusCode.OK:
            self._told.put(str(number))


class _Line:
    """Those who wait, in the order in which they came, and who is told that it is their turn."""

    def __init__(self, service, told):
        self._service, self._told = service, told
        self.waiting = []

    def join(self, client, number):
        """Let a client ask, and wait until the station has it in its queue."""
        client.reserve(number)
        self.waiting.append((number, client))
        self._service.until_waiting(len(self.waiting) - 1)
        self._service.until(lambda: self._service.sessions.holder(LOGGER) is not None)

    def leave(self, leaves):
        """Note who has gone, and wait until the station has noticed."""
        self.waiting = [one for one in self.waiting if not leaves(*one)]
        self._service.until_waiting(len(self.waiting))

    def next(self):
        """Return who is told next; it must be who has waited longest."""
        number, client = self.waiting.pop(0)
        assert self._told.get(timeout=LIMIT) == str(number)
        return number, client


@pytest.fixture
def told():
    """Return where everybody who is granted the session puts their number."""
    return queue.SimpleQueue()


@pytest.fixture
def processes(service, told):
    with ExitStack() as stack:
        found = [_Process(service.address, told) for _ in range(3)]
        for process in found:
            stack.callback(process.close)
        yield found


@pytest.fixture
def here(service, told):
    with ExitStack() as stack:
        yield _Here(service.address, told, stack)


@pytest.fixture
def unreserve(channel):
    """Return a function that frees the session that the test is about."""
    request = messages.UnreserveSessionsRequest()
    request.sessions.add().session.name = LOGGER
    stub = stubs.SessionManagementServiceStub(channel)
    return lambda: stub.UnreserveSessions(request, timeout=LIMIT)


def _order(here, processes):
    """Return who comes when: first one of this process, and then all at random."""
    others = [*processes * OF_EACH_PROCESS, *[here] * (OF_THIS_PROCESS - 1)]
    random.Random(64).shuffle(others)
    return [here, *others]


def _give_up(line, here):
    """Let one in seven of this process cancel, and two that come last run out of time."""
    gone = {number for number, client in line.waiting if client is here and number % 7 == 3}
    for number in gone:
        here.calls[number].cancel()
    line.leave(lambda number, _: number in gone)
    for number in ("late", "later"):
        here.reserve(number, milliseconds=50)
    for number in ("late", "later"):
        assert here.calls[number].code() is grpc.StatusCode.UNAVAILABLE


def _serve(line, service, unreserve, told, before_next):
    """Serve everybody who waits; return their numbers."""
    served = []
    while line.waiting:
        number, client = line.next()
        assert told.empty(), "another one was granted the session as well"
        served.append(number)
        if not before_next(number, client):
            unreserve()
    service.until(lambda: service.sessions.holder(LOGGER) is None)
    return served


def test_sixty_four_clients_are_served_in_the_order_of_their_arrival(
    service, here, processes, told, unreserve, quick_watch
):
    """Each once, whoever joins, gives up, runs out of time, or is killed: waiting or holding."""
    dies_waiting, dies_holding, _ = processes
    line, held = _Line(service, told), []

    def die_holding(number, client):
        """Kill a process that has the session for the third time, and let others join meanwhile."""
        held.append(client)
        if len(held) == 20:
            for late in range(100, 104):
                here.reserve(late)
                line.waiting.append((late, here))
                service.until_waiting(len(line.waiting))
        if client is not dies_holding or held.count(client) != 3:
            return False
        service.until(lambda: service.sessions.holder(LOGGER).process is not None)
        client.kill()
        line.waiting = [one for one in line.waiting if one[1] is not client]
        return True

    for number, client in enumerate(_order(here, processes)):
        line.join(client, number)
    assert line.next() == (0, here)
    dies_waiting.kill()
    line.leave(lambda _, client: client is dies_waiting)
    _give_up(line, here)
    expected = [number for number, client in line.waiting if client is not dies_holding]
    unreserve()
    served = _serve(line, service, unreserve, told, die_holding)
    assert [number for number in served if number in expected] == expected
    assert served[-4:] == [100, 101, 102, 103]
    assert held.count(dies_holding) == 3
    assert len(served) == len(set(served)) == len(expected) + 3 + 4
    assert told.empty()
    assert service.call(lambda: service.sessions.waiting) == 0
