"""Operations of one session take turns; a device that hangs disturbs no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import grpc
import pytest

from device_communication import DeviceCommunicationClient, Protocol
from device_communication.service.device import Device
from device_communication.service.driver import CALL_SECONDS
from services.device_communication.tests.contract import ContractClient
from services.device_communication.tests.support import (
    DEADLINE,
    GatedBackend,
    at_once,
    device_service,
    refused,
)
from session_sharing.errors import OutcomeUnknownError, UnavailableError
from session_sharing.service import OneThread
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.proxy import FaultyProxy

Connect = Callable[..., DeviceCommunicationClient]


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[GatedBackend]:
    """Return instruments that can be held up; in the end they are let go on."""
    backend = GatedBackend(tmp_path / "instruments")
    yield backend
    backend.reading.open()


@pytest.fixture
def limit() -> float:
    """Return how long a call of an instrument may take, in seconds."""
    return CALL_SECONDS


@pytest.fixture
def service(
    tmp_path: Path, backend: GatedBackend, limit: float
) -> Iterator[LocalService[OneThread[Device]]]:
    """Start a service with instruments that can be held up."""
    with device_service(tmp_path, backend=backend, limit=limit) as running:
        yield running


def test_writes_of_masks_are_whole(connect: Connect, device: str) -> None:
    """Eight clients that each set a line of their own, again and again, never undo each other's."""
    clients = [connect(device) for _ in range(8)]

    def toggle(line: int) -> None:
        mask, client = 1 << line, clients[line]
        for state in (mask, 0, mask, 0, mask):
            client.write_gpio_port(0, mask, state)
            assert client.read_gpio_port(0, mask) == state

    at_once([partial(toggle, line) for line in range(8)])
    assert clients[0].read_gpio_port(0) == 0xFF


def test_a_device_has_one_thread(connect: Connect, backend: GatedBackend, device: str) -> None:
    """All calls of a device come in its own thread, whoever asks."""
    clients = [connect(device, register_map="map.csv") for _ in range(4)]
    at_once([partial(client.read_register, "CONFIG") for client in clients])
    assert backend.threads == [f"device {device}"] * 4


def test_a_read_without_answer(
    service: LocalService[OneThread[Device]], connect: Connect, backend: GatedBackend, device: str
) -> None:
    """It is sent again when the connection comes back, unless reading changes the register."""
    with FaultyProxy(service.address) as proxy, ThreadPoolExecutor() as pool:
        client = connect(device, address=proxy.address, register_map="map.csv")
        backend.reading.shut()
        once = pool.submit(client.read_register, "CONFIG", repeat=False)
        backend.reading.wait_for_one()
        often = pool.submit(client.read_register, "CONFIG")
        proxy.cut()
        with pytest.raises(OutcomeUnknownError, match="reading register 'CONFIG' was done is unk"):
            once.result(DEADLINE)
        backend.reading.open()
        assert often.result(DEADLINE) == 12
        client.close()


@pytest.mark.parametrize("failure", [FileNotFoundError(2, "no such bus"), PermissionError(13, "")])
def test_what_the_device_reports_is_no_fault_of_the_request(
    service: LocalService[OneThread[Device]],
    connect: Connect,
    backend: GatedBackend,
    device: str,
    failure: OSError,
) -> None:
    """An adapter that is gone is UNAVAILABLE by both doors: registers and sessions are there."""
    client, ni = connect(device, register_map="map.csv"), ContractClient(service.address)
    backend.failure = failure
    with pytest.raises(UnavailableError, match="carry out ReadRegister"):
        client.read_register("CONFIG")
    with refused(grpc.StatusCode.UNAVAILABLE, "talk to the device"):
        ni.read(client.session_name, "CONFIG")
    ni.close()


@pytest.mark.parametrize("limit", [1.0])
def test_a_hanging_device_breaks_its_session_alone(
    service: LocalService[OneThread[Device]], connect: Connect, backend: GatedBackend, device: str
) -> None:
    """Its caller learns that the outcome is unknown, later ones that it hangs; others go on.

    While the call hangs nobody opens the device anew; when it comes back, it is as before.
    """
    options = {"address": service.address, "wait": DEADLINE, "protocol": Protocol.SPI}
    hanging = DeviceCommunicationClient(device, register_map="map.csv", **options)
    well = connect(f"{device} two")
    hanging.write_register("CONFIG", 3)
    backend.reading.shut()
    with pytest.raises(OutcomeUnknownError, match="did not answer within"):
        hanging.read_register("CONFIG")
    with pytest.raises(UnavailableError, match="hangs"):
        hanging.write_register("CONFIG", 4)
    well.write_gpio_channel(0, 0, True)
    assert well.read_gpio_channel(0, 0)
    with pytest.raises(UnavailableError, match="hangs"):
        hanging.close()
    with pytest.raises(UnavailableError, match="still hangs"):
        connect(device, register_map="map.csv")
    backend.reading.open()
    assert backend.closed.acquire(timeout=DEADLINE), "it was closed when it came back"
    again = connect(device, register_map="map.csv")
    assert (again.new_session, again.read_register("CONFIG")) == (True, 3)
