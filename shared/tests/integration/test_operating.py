"""Operations that one function carries out, from client to resource and back."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from google.protobuf.message import Message

from session_sharing.client import OperatingClient
from session_sharing.errors import (
    AttachmentEndedError,
    InternalError,
    OutcomeUnknownError,
    ResourceExhaustedError,
    UnavailableError,
)
from session_sharing.service import OneThread, OneThreadDriver, serve_operations
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.proxy import FaultyProxy
from shared.tests.adder import (
    ADDER,
    Adder,
    AdderClient,
    AddRequest,
    AddResponse,
    FailRequest,
    FailResponse,
    operate,
)

DEADLINE = 10.0


class Adders(OneThreadDriver[Adder]):
    """Opens adders; the last one is at hand, and `closing` is set when one is to be closed."""

    last: Adder

    def __init__(self) -> None:
        super().__init__(self._open)
        self.closing = threading.Event()

    def _open(self, address: str) -> Adder:
        self.last = Adder(address)
        return self.last

    def close(self, handle: OneThread[Adder]) -> None:
        """Tell that it was asked for, then do it."""
        self.closing.set()
        super().close(handle)


@pytest.fixture
def adders() -> Adders:
    """Return what opens adders."""
    return Adders()


@pytest.fixture
def service(tmp_path: Path, adders: Adders) -> Iterator[LocalService[OneThread[Adder]]]:
    """Serve adders in a thread."""
    with LocalService("adder", adders, serve_operations(ADDER, operate), tmp_path) as local:
        yield local


def add(client: OperatingClient, amount: float) -> AddResponse:
    """Add an amount."""
    return client.call(AddRequest(amount=amount), AddResponse)


def until_lost(client: OperatingClient) -> None:
    """Wait until a client has noticed that its service is away."""
    deadline = time.monotonic() + DEADLINE
    while client._connection.is_alive:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_operations_of_many_clients_come_one_after_the_other(service, adders):
    """Nothing is lost of what several clients do at once, and one thread does all of it."""
    with (
        AdderClient("A", address=service.address) as one,
        AdderClient("a?client=two", address=service.address) as two,
        ThreadPoolExecutor() as pool,
    ):
        answers = list(pool.map(lambda number: add((one, two)[number % 2], 1.0), range(40)))
    assert sorted(answer.total for answer in answers) == [*range(1, 41)]
    assert {answer.thread for answer in answers} == {"resource A"}
    assert adders.last.closed


def test_an_operation_that_was_begun_ends_before_the_session_closes(service, adders):
    """Who gives up waiting, and leaves, does not close the resource under its own call."""
    client = AdderClient("A", address=service.address)
    adders.last.held_up.clear()
    with pytest.raises(OutcomeUnknownError):
        client.call(AddRequest(amount=1.0), AddResponse, timeout=0.2)
    closing = threading.Thread(target=client.close, name="closing")
    closing.start()
    assert adders.closing.wait(DEADLINE)
    assert (closing.is_alive(), adders.last.closed) == (True, False)
    adders.last.held_up.set()
    closing.join(DEADLINE)
    assert (adders.last.total, adders.last.closed) == (1.0, True)


def test_what_must_not_be_done_twice_is_not_sent_again(service, adders):
    """A call that is under way when the connection goes is done once, and told as unknown.

    While the service is known to be away, the next one waits for it, and is done once as well.
    """
    with FaultyProxy(service.address) as proxy, ThreadPoolExecutor() as pool:
        client = AdderClient("A", address=proxy.address)
        adders.last.held_up.clear()
        first = pool.submit(client.call, AddRequest(amount=1.0), AddResponse, repeat=False)
        assert adders.last.arrived.wait(DEADLINE)
        proxy.refuse()
        with pytest.raises(OutcomeUnknownError, match="not sent again") as caught:
            first.result(DEADLINE)
        assert caught.value.maybe_done
        adders.last.held_up.set()
        until_lost(client)
        second = pool.submit(client.call, AddRequest(amount=1.0), AddResponse, repeat=False)
        proxy.accept()
        assert second.result(DEADLINE).total == 2.0
        client.close()


def test_errors_reach_the_client_as_what_they_are(service, caplog):
    """A refusal keeps its class and text; an error of the system becomes the one that fits."""
    with AdderClient("A", address=service.address) as client:
        with pytest.raises(UnavailableError, match="carry out Fail: broken"):
            client.call(FailRequest(), FailResponse)
        add(client, 10.0)
        with pytest.raises(ResourceExhaustedError, match="It is too much"):
            client.call(FailRequest(), FailResponse)
        with pytest.raises(InternalError, match="answered with a FailResponse, not with a AddRes"):
            add(client, -1.0)
        with pytest.raises(InternalError, match=r"Add was answered with nothing.* a `return`\?"):
            add(client, -math.inf)
    with pytest.raises(AttachmentEndedError):
        add(client, 1.0)
    with pytest.raises(UnavailableError, match="nobody there"):
        AdderClient("away", address=service.address)
    assert "adder.py" in caplog.text  # where it was raised


def test_what_would_end_a_program_does_not_end_the_service(tmp_path):
    """Drivers call `sys.exit`, and `next` at an end: that is told as a defect, and all goes on."""
    raised = {"Exit": SystemExit(3), "Stop": KeyboardInterrupt(), "End": StopIteration()}

    def open_adder(address: str) -> Adder:
        if address in raised:
            raise raised[address]
        return Adder(address)

    def fail(adder: Adder, request: Message) -> Message:
        if isinstance(request, FailRequest):
            raise raised[adder.address.removeprefix("Use")]
        return operate(adder, request)

    driver, servicers = OneThreadDriver(open_adder), serve_operations(ADDER, fail)
    with LocalService("adder", driver, servicers, tmp_path) as local:
        for name in raised:
            with pytest.raises(InternalError, match=f"Could not open '{name.lower()}'.*RuntimeE"):
                AdderClient(name, address=local.address, wait=DEADLINE)
            with AdderClient(f"Use{name}", address=local.address, wait=DEADLINE) as client:
                with pytest.raises(InternalError, match="has a defect: RuntimeError"):
                    client.call(FailRequest(), FailResponse)
                assert add(client, 1.0).total == 1.0


def test_a_request_that_is_no_operation_is_told_before_it_is_sent(service):
    """A message of another service, or a response of another RPC, is a mistake in the program."""
    with AdderClient("A", address=service.address) as client:
        with pytest.raises(TypeError, match="Adder takes no AddResponse"):
            client.call(AddResponse(), AddResponse)
        with pytest.raises(TypeError, match="Add gives a AddResponse, not a FailResponse"):
            client.call(AddRequest(), FailResponse)


def test_the_callers_message_is_left_as_it_was(service):
    """A request may be used again: the session is filled into a copy."""
    request = AddRequest(amount=2.0)
    with AdderClient("A", address=service.address) as client:
        totals = [client.call(request, AddResponse).total for _ in range(2)]
    assert totals == [2.0, 4.0]
    assert request == AddRequest(amount=2.0)
