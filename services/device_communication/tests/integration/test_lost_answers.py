"""Calls whose answer is lost on its way: what is sent again, and what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from device_communication import DeviceCommunicationClient
from device_communication.service.device import Device
from services.device_communication.tests.support import DEADLINE, until
from session_sharing.errors import OutcomeUnknownError
from session_sharing.service import OneThread
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.proxy import FaultyProxy

Connect = Callable[..., DeviceCommunicationClient]


@pytest.fixture
def proxy(service: LocalService[OneThread[Device]]) -> Iterator[FaultyProxy]:
    """Put a proxy before the service."""
    with FaultyProxy(service.address) as proxy:
        yield proxy


@pytest.mark.parametrize("repeats", [False, True])
def test_a_write_without_answer(
    proxy: FaultyProxy, connect: Connect, device: str, repeats: bool
) -> None:
    """It is told as unknown, and does not undo what another wrote since, unless that is wanted."""
    other = connect(device, register_map="map.csv")
    client = connect(device, address=proxy.address, register_map="map.csv", repeat_writes=repeats)
    with ThreadPoolExecutor() as pool:
        proxy.drop_replies()
        writing = pool.submit(client.write_register, "CONFIG", 1)
        until(lambda: other.read_register("CONFIG") == 1, "the write was carried out")
        other.write_register("CONFIG", 2)
        proxy.cut()
        failure = writing.exception(DEADLINE)
    assert client.read_register("CONFIG") == (1 if repeats else 2)
    assert (failure is None) is repeats
    if failure is not None:
        assert isinstance(failure, OutcomeUnknownError)
        assert "Whether writing register 'CONFIG' was done is unknown" in failure.message
