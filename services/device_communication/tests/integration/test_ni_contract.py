"""NI's contract by a client that knows its table alone: every method, every status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest

from services.device_communication.tests.contract import (
    ATTACH_TO_EXISTING,
    I2C,
    INITIALIZE_NEW,
    UART,
    ContractClient,
)
from services.device_communication.tests.support import refused

INVALID = grpc.StatusCode.INVALID_ARGUMENT
MISSING = grpc.StatusCode.NOT_FOUND
DENIED = grpc.StatusCode.PERMISSION_DENIED


@pytest.fixture
def session(ni: ContractClient, device: str) -> str:
    """Return the name of an open session on a device with registers."""
    return ni.initialize(device, register_map_path="map.csv").session_name


def test_registers_hold_what_was_written(ni: ContractClient, session: str) -> None:
    """A register reads its default, then what was written last, up to 32 bits."""
    assert [ni.read(session, name) for name in ("CONFIG", "WIDE", "STATUS")] == [
        12,
        0xFFFF0000,
        0x55,
    ]
    for value in (0, 255, 256, 0xFFFFFFFF):
        ni.write(session, "WIDE", value)
        assert ni.read(session, "WIDE") == value
    assert ni.read(session, "CONFIG") == 12


def test_gpio_reads_back_what_was_written(ni: ContractClient, session: str) -> None:
    """Each of the 32 lines has its own state, by channel and by port; masks keep the others."""
    lines: dict[str, Any] = {"session_name": session}
    for port in range(4):
        state = 0b10010110 >> port
        ni.call("WriteGpioPort", **lines, port=port, mask=255, state=state)
    for port in range(4):
        state = 0b10010110 >> port
        assert ni.call("ReadGpioPort", **lines, port=port, mask=255).state == state
        assert ni.call("ReadGpioPort", **lines, port=port, mask=0b110).state == state & 0b110
        channels = [
            ni.call("ReadGpioChannel", **lines, port=port, channel=channel).state
            for channel in range(8)
        ]
        assert channels == [bool(state >> channel & 1) for channel in range(8)]
    ni.call("WriteGpioPort", **lines, port=2, mask=0b1100, state=0b0101)
    ni.call("WriteGpioChannel", **lines, port=2, channel=7, state=True)
    ni.call("WriteGpioChannel", **lines, port=2, channel=5, state=False)
    assert ni.call("ReadGpioPort", **lines, port=2, mask=255).state == 0b10000101


def test_behaviours(ni: ContractClient, device: str) -> None:
    """AUTO finds or makes, NEW makes or ALREADY_EXISTS, ATTACH finds or NOT_FOUND."""
    with refused(MISSING, device):
        ni.initialize(device, initialization_behavior=ATTACH_TO_EXISTING)
    first = ni.initialize(device)
    assert first.new_session
    for behavior in (0, ATTACH_TO_EXISTING):
        again = ni.initialize(device, initialization_behavior=behavior)
        assert (again.session_name, again.new_session) == (first.session_name, False)
    with refused(grpc.StatusCode.ALREADY_EXISTS, device):
        ni.initialize(device, initialization_behavior=INITIALIZE_NEW)
    ni.call("Close", session_name=first.session_name)
    anew = ni.initialize(device, initialization_behavior=INITIALIZE_NEW)
    assert anew.new_session
    assert anew.session_name != first.session_name


OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("ReadRegister", {"register_name": "CONFIG"}),
    ("WriteRegister", {"register_name": "CONFIG", "value": 1}),
    ("ReadGpioChannel", {}),
    ("WriteGpioChannel", {}),
    ("ReadGpioPort", {"mask": 1}),
    ("WriteGpioPort", {"mask": 1}),
    ("Close", {}),
]


@pytest.mark.parametrize(("method", "fields"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_missing_sessions_are_not_found(
    ni: ContractClient, device: str, method: str, fields: dict[str, Any]
) -> None:
    """A session that never was, has no name, or is closed is NOT_FOUND to every method."""
    closed = ni.initialize(device, register_map_path="map.csv").session_name
    ni.call("Close", session_name=closed)
    for name in ("never was", "", closed):
        with refused(MISSING, "Initialize again"):
            ni.call(method, session_name=name, **fields)


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("ReadGpioChannel", {"port": 4}),
        ("ReadGpioChannel", {"channel": 8}),
        ("WriteGpioChannel", {"port": 4}),
        ("WriteGpioChannel", {"channel": 0xFFFFFFFF}),
        ("ReadGpioPort", {"port": 4}),
        ("ReadGpioPort", {"mask": 256}),
        ("WriteGpioPort", {"port": 0xFFFFFFFF}),
        ("WriteGpioPort", {"mask": 256}),
        ("WriteGpioPort", {"mask": 255, "state": 256}),
    ],
)
def test_lines_that_are_not_there_are_invalid(
    ni: ContractClient, session: str, method: str, fields: dict[str, Any]
) -> None:
    """A port over 3, a channel over 7, a mask or a state over 255 is INVALID_ARGUMENT."""
    (wrong,) = [value for value in fields.values() if value != 255]
    with refused(INVALID, str(wrong)):
        ni.call(method, session_name=session, **fields)


def test_registers_that_refuse(ni: ContractClient, session: str) -> None:
    """Unknown: NOT_FOUND; read-only or reserved: PERMISSION_DENIED; too big: INVALID_ARGUMENT."""
    with refused(MISSING, "'config'", "'CONFIG'"):
        ni.read(session, "config")
    with refused(MISSING, "'NEW'"):
        ni.write(session, "NEW", 1)
    with refused(MISSING, "'NEW'"):
        ni.read(session, "NEW")
    for name, kind in (("STATUS", "read-only"), ("SECRET", "reserved")):
        with refused(DENIED, name, kind):
            ni.write(session, name, 1)
    with refused(DENIED, "reserved"):
        ni.read(session, "SECRET")
    with refused(INVALID, "256", "8 bits"):
        ni.write(session, "CONFIG", 256)
    assert (ni.read(session, "STATUS"), ni.read(session, "CONFIG")) == (0x55, 12)


@pytest.mark.parametrize("protocol", [0, 4, 99, -1])
def test_protocols_that_are_none_are_invalid(
    ni: ContractClient, device: str, protocol: int
) -> None:
    """No session is opened without a protocol, or with one that does not exist."""
    with refused(INVALID, "protocol"):
        ni.initialize(device, protocol=protocol)
    with refused(MISSING):
        ni.initialize(device, initialization_behavior=ATTACH_TO_EXISTING)


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "x" * 201])
def test_names_that_are_none_are_invalid(ni: ContractClient, name: str) -> None:
    """A device has a name that people can read."""
    with refused(INVALID):
        ni.initialize(name)


@pytest.mark.parametrize("behavior", [3, 4, 99, -1])
def test_behaviours_that_are_none_are_invalid(
    ni: ContractClient, device: str, behavior: int
) -> None:
    """This contract has three behaviours."""
    with refused(INVALID, str(behavior)):
        ni.initialize(device, initialization_behavior=behavior)


def test_register_maps_that_cannot_be_used(ni: ContractClient, device: str, folder: Path) -> None:
    """Missing: NOT_FOUND; elsewhere: PERMISSION_DENIED; wrong: INVALID_ARGUMENT."""
    (folder / "outside.csv").write_text("Register Name,Default Data\n")
    (folder / "data" / "bad.csv").write_text("Register Name,Default Data\nA,-1\n")
    for path, code, words in (
        ("missing.csv", MISSING, "missing.csv"),
        ("no/folder.csv", MISSING, "no"),
        ("map.txt", INVALID, ".csv"),
        ("../outside.csv", DENIED, "--allow-root"),
        (str(folder / "outside.csv"), DENIED, "--allow-root"),
        ("bad.csv", INVALID, "line 2, column 'Default Data'"),
    ):
        with refused(code, words):
            ni.initialize(device, register_map_path=path)
    assert ni.initialize(device, register_map_path="map.csv").new_session, "nothing stayed behind"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"protocol": I2C}, "SPI"),
        ({"protocol": UART}, "UART"),
        ({"register_map_path": "other.csv"}, "map.csv"),
        ({"reset": True}, "reset"),
    ],
)
def test_other_settings_than_those_of_the_session_are_refused(
    ni: ContractClient, device: str, session: str, folder: Path, fields: dict[str, Any], word: str
) -> None:
    """A session is open with what it was opened with; nobody is told that it is something else."""
    (folder / "data" / "other.csv").touch()
    with refused(grpc.StatusCode.FAILED_PRECONDITION, word, "close"):
        ni.initialize(device, **fields)
    again = ni.initialize(device, protocol=0)
    assert again.session_name == session, "what is not given may be anything"
