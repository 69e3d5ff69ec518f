"""A service in a thread, its clients, and those of NI's contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from device_communication import DeviceCommunicationClient, Protocol
from device_communication.service.device import Device
from services.device_communication.tests.contract import ContractClient
from services.device_communication.tests.support import DEADLINE, device_service
from session_sharing.service import OneThread
from session_sharing.testing.hosting import LocalService


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of `service`; its data are in `folder / "data"`."""
    return tmp_path_factory.mktemp("devices")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[LocalService[OneThread[Device]]]:
    """Start a service; tests that share it name devices of their own."""
    with device_service(folder) as running:
        yield running


@pytest.fixture(scope="module")
def ni(service: LocalService[OneThread[Device]]) -> Iterator[ContractClient]:
    """Connect a client of NI's contract."""
    client = ContractClient(service.address)
    yield client
    client.close()


@pytest.fixture
def device(request: pytest.FixtureRequest) -> str:
    """Return the name of a device that no other test uses."""
    return f"DUT of {request.node.name}"


@pytest.fixture
def connect(
    service: LocalService[OneThread[Device]],
) -> Iterator[Callable[..., DeviceCommunicationClient]]:
    """Return what opens clients of the library; they are closed in the end."""
    with ExitStack() as clients:

        def open_client(
            resource: str, behavior: int = 0, **options: Any
        ) -> DeviceCommunicationClient:
            given = {"address": service.address, "wait": DEADLINE, "protocol": Protocol.SPI}
            client = DeviceCommunicationClient(resource, behavior, **{**given, **options})
            clients.callback(client.close)
            return client

        yield open_client
