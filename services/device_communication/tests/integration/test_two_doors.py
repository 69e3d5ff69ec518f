"""Both contracts lead to the same sessions and devices."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import pytest

from device_communication import (
    INSTRUMENT_TYPE,
    DeviceCommunicationClient,
    DeviceCommunicationSessionConstructor,
    Protocol,
)
from device_communication.service.device import Device
from services.device_communication.tests.contract import (
    ATTACH_TO_EXISTING,
    SPI,
    UART,
    ContractClient,
)
from services.device_communication.tests.support import DEADLINE, refused
from session_sharing.behavior import Behavior
from session_sharing.core import Outcome
from session_sharing.errors import (
    AccessDeniedError,
    InvalidRequestError,
    NotFoundError,
    PreconditionError,
    SessionExistsError,
    SessionNotFoundError,
)
from session_sharing.service import OneThread
from session_sharing.testing.hosting import LocalService

Connect = Callable[..., DeviceCommunicationClient]


def test_every_operation_of_the_client(connect: Connect, device: str) -> None:
    """The client reads back what it wrote: registers of 32 bits, channels, and ports by masks."""
    client = connect(device, register_map="map.csv")
    assert client.new_session
    client.write_register("WIDE", 0xFFFFFFFF)
    assert (client.read_register("WIDE"), client.read_register("CONFIG")) == (0xFFFFFFFF, 12)
    client.write_gpio_port(2, 0xFF, 0b1010)
    client.write_gpio_channel(2, 0, True)
    assert client.read_gpio_channel(2, 0)
    assert not client.read_gpio_channel(1, 0)
    assert (client.read_gpio_port(2), client.read_gpio_port(2, 0b11)) == (0b1011, 0b11)


def test_refusals_of_the_client(connect: Connect, device: str) -> None:
    """Each refusal is an error of its own; numbers that do not fit on the wire are one as well."""
    client = connect(device, register_map="map.csv")
    with pytest.raises(NotFoundError):
        client.read_register("NONE")
    with pytest.raises(AccessDeniedError):
        client.write_register("STATUS", 1)
    for number in (256, -1, 1 << 32):
        with pytest.raises(InvalidRequestError, match=str(number)):
            client.write_register("CONFIG", number)
    with pytest.raises(InvalidRequestError, match="GPIO port"):
        client.read_gpio_port(4)
    with pytest.raises(InvalidRequestError):
        client.write_gpio_port(0, -1, 0)
    with pytest.raises(SessionExistsError):
        connect(device, Behavior.INITIALIZE_SERVER_SESSION)
    with pytest.raises(SessionNotFoundError):
        connect(f"{device} of nobody", Behavior.ATTACH_TO_SERVER_SESSION)


def test_clients_share_one_device(connect: Connect, device: str) -> None:
    """Letter case, blanks and aliases make no other device; settings may be left out."""
    first = connect(device, register_map="map.csv", reset=True)
    second = connect(f" {device.upper()} ?client=two", protocol=Protocol.UNSPECIFIED)
    assert (second.session_name, second.new_session) == (first.session_name, False)
    first.write_register("CONFIG", 77)
    assert second.read_register("CONFIG") == 77


@pytest.mark.parametrize(
    "settings", [{"protocol": Protocol.I2C}, {"register_map": "other.csv"}, {"reset": True}]
)
def test_other_settings_are_refused(
    connect: Connect, device: str, settings: dict[str, object]
) -> None:
    """Who wants a session opened otherwise is told how it is open, and by whom."""
    first = connect(device, register_map="map.csv")
    with pytest.raises(PreconditionError, match="opened with") as caught:
        connect(device, **settings)
    assert caught.value.session is not None
    assert len(caught.value.session.attachments) == 1
    with pytest.raises(PreconditionError):
        connect(device, Behavior.ATTACH_TO_SESSION_THEN_CLOSE, **settings)
    assert first.read_register("CONFIG") == 12


def test_both_doors_lead_to_one_session(connect: Connect, ni: ContractClient, device: str) -> None:
    """A client of either contract finds the session of the other, with the same state."""
    client = connect(device, register_map="map.csv")
    session = ni.initialize(device, SPI, register_map_path="map.csv")
    assert (session.session_name, session.new_session) == (client.session_name, False)
    ni.write(session.session_name, "CONFIG", 42)
    assert client.read_register("CONFIG") == 42
    client.write_gpio_channel(1, 1, True)
    lines = ni.call("ReadGpioPort", session_name=session.session_name, port=1, mask=255)
    assert lines.state == 2
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "'SPI'"):
        ni.initialize(device, UART)


def test_a_close_takes_a_session_from_nobody(
    connect: Connect, ni: ContractClient, device: str
) -> None:
    """NI's door asks to close: who holds the session keeps it till they go; for NI it is over."""
    client = connect(device, register_map="map.csv")
    name = ni.initialize(device).session_name
    ni.call("Close", session_name=name)
    with refused(grpc.StatusCode.NOT_FOUND):
        ni.read(name, "CONFIG")
    assert client.read_register("CONFIG") == 12
    assert client.detach().outcome is Outcome.CLOSED
    with refused(grpc.StatusCode.NOT_FOUND):
        ni.initialize(device, initialization_behavior=ATTACH_TO_EXISTING)


def test_clients_of_the_other_door_hold_nothing(
    service: LocalService[OneThread[Device]], ni: ContractClient, device: str
) -> None:
    """A session that NI's door opened is listed as nobody's, and ends with the last attachment."""
    name = ni.initialize(device).session_name
    (listed,) = [
        session
        for session in service.call(service.engine.sessions)
        if session.resource_name == device
    ]
    assert (listed.created_by, listed.attachments) == (None, ())
    with DeviceCommunicationClient(device, 4, address=service.address, wait=DEADLINE) as client:
        assert client.session_name == name
    with refused(grpc.StatusCode.NOT_FOUND):
        ni.call("ReadGpioPort", session_name=name, port=0, mask=1)


class Reserved:
    """What NI's reservation hands to a constructor."""

    def __init__(self, resource_name: str) -> None:
        self.resource_name = resource_name


def test_constructor_opens_what_is_reserved(
    service: LocalService[OneThread[Device]], device: str
) -> None:
    """The constructor hands behaviour and settings on; its type is that of the project's maps."""
    options = {"protocol": Protocol.UART, "register_map": "map.csv"}
    constructor = DeviceCommunicationSessionConstructor(1, address=service.address, **options)
    with constructor(Reserved(device)) as client:
        assert client.new_session
        assert client.read_register("CONFIG") == 12
    assert INSTRUMENT_TYPE == "DeviceCommunication"
