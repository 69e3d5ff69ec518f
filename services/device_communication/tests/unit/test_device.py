"""A device: whatever is asked of it in whatever order, it is as a simple model says."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from device_communication import Protocol
from device_communication.service.device import Device
from device_communication.service.register_map import parse_register_map
from device_communication.service.simulated_instrument import (
    SimulatedInstruments,
    State,
    file_name,
)
from services.device_communication.tests.support import MAP
from session_sharing.errors import (
    AccessDeniedError,
    InvalidRequestError,
    NotFoundError,
    PreconditionError,
)

REGISTERS = parse_register_map(MAP.encode(), "map.csv")
WRITABLE = {"CONFIG": 0xFF, "WIDE": 0xFFFFFFFF}
PORTS, CHANNELS, BYTES = st.integers(0, 3), st.integers(0, 7), st.integers(0, 255)
NO_BYTE = st.integers(max_value=-1) | st.integers(min_value=256)


class DeviceMachine(RuleBasedStateMachine):
    """A device on a simulated instrument, beside dictionaries that should be the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.instruments = SimulatedInstruments(Path(self.folder.name) / "instruments")

    def teardown(self) -> None:
        """Remove the files."""
        self.folder.cleanup()

    @initialize()
    def begin(self) -> None:
        """Open it for the first time."""
        self.forget()
        self.open("DUT")

    def forget(self) -> None:
        """Let the model be as the map says."""
        self.values = {"CONFIG": 12, "WIDE": 0xFFFF0000}
        self.lines = {(port, channel): False for port in range(4) for channel in range(8)}

    @rule(name=st.sampled_from(["DUT", "dut"]))
    def reopen(self, name: str) -> None:
        """Open it again: it is the same device, in the same state."""
        self.open(name)

    def open(self, name: str, *, reset: bool = False) -> None:
        """Open it."""
        self.instrument = self.instruments.open(name, Protocol.SPI, REGISTERS, reset=reset)
        self.device = Device(name, self.instrument, REGISTERS, self.instrument.close)

    @rule()
    def reset(self) -> None:
        """Bring it to its defaults."""
        self.open("DUT", reset=True)
        self.forget()

    @rule(name=st.sampled_from(sorted(WRITABLE)), value=st.integers(-1, 2**32))
    def write_register(self, name: str, value: int) -> None:
        """Write; what does not fit is refused."""
        if 0 <= value <= WRITABLE[name]:
            self.device.write_register(name, value)
            self.values[name] = value
        else:
            with pytest.raises(InvalidRequestError, match=str(value)):
                self.device.write_register(name, value)

    @rule(port=PORTS, channel=CHANNELS, state=st.booleans())
    def write_channel(self, port: int, channel: int, state: bool) -> None:
        """Set one line."""
        self.device.write_gpio_channel(port, channel, state)
        self.lines[port, channel] = state

    @rule(port=PORTS, mask=BYTES, state=BYTES)
    def write_port(self, port: int, mask: int, state: int) -> None:
        """Set the lines of a mask."""
        self.device.write_gpio_port(port, mask, state)
        for channel in range(8):
            if mask >> channel & 1:
                self.lines[port, channel] = bool(state >> channel & 1)

    @rule(port=PORTS, wrong=NO_BYTE)
    def refused_lines(self, port: int, wrong: int) -> None:
        """What names no lines is refused."""
        with pytest.raises(InvalidRequestError):
            self.device.write_gpio_port(port, wrong, 0)
        with pytest.raises(InvalidRequestError):
            self.device.write_gpio_port(port, 0xFF, wrong)
        with pytest.raises(InvalidRequestError):
            self.device.write_gpio_channel(wrong, 0, True)
        with pytest.raises(InvalidRequestError):
            self.device.read_gpio_channel(port, wrong)

    @rule(name=st.sampled_from(["STATUS", "SECRET", "config", "NEW"]))
    def refused_registers(self, name: str) -> None:
        """What cannot be written is refused."""
        error = AccessDeniedError if name in REGISTERS else NotFoundError
        with pytest.raises(error, match=name):
            self.device.write_register(name, 0)

    @invariant()
    def reads_what_was_written(self) -> None:
        """Everything reads as the model has it."""
        assert {name: self.device.read_register(name) for name in self.values} == self.values
        assert self.device.read_register("STATUS") == 0x55
        for port in range(4):
            lines = [self.lines[port, channel] for channel in range(8)]
            assert [self.device.read_gpio_channel(port, each) for each in range(8)] == lines
            state = sum(high << channel for channel, high in enumerate(lines))
            assert self.device.read_gpio_port(port, 0xFF) == state
            assert self.device.read_gpio_port(port, 0b1010) == state & 0b1010


TestDevice = DeviceMachine.TestCase
TestDevice.settings = settings(max_examples=30, stateful_step_count=20)


def test_no_two_devices_share_a_file() -> None:
    """The file of a device has a safe name, which no other device has."""
    names = ["DUT 1", "DUT/1", "DUT_1", "../DUT_1", "DÜT 1", "x" * 200, "x" * 199]
    files = {file_name(name) for name in names}
    assert len(files) == len(names)
    assert all(len(file) < 64 and "/" not in file for file in files)
    assert file_name("dut 1") == file_name("DUT 1")


def test_value_that_a_narrower_register_cannot_hold(tmp_path: Path) -> None:
    """Where the map was changed, what no longer fits is not read: the default is."""
    instruments = SimulatedInstruments(tmp_path)
    header = "Register Name,Default Data,Width\n"
    wide, narrow = (
        parse_register_map(f"{header}A,1,{width}\n".encode(), "a.csv") for width in (16, 8)
    )
    instruments.open("DUT", Protocol.SPI, wide).write_register(wide["A"], 256)
    assert instruments.open("DUT", Protocol.SPI, wide).read_register(wide["A"]) == 256
    assert instruments.open("DUT", Protocol.SPI, narrow).read_register(narrow["A"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "[" * 100_000,
        '{"registers": {}, "gpio": {"a": 0, "b": 0, "c": 0, "d": 0}}',
        "{}",
        '{"registers": {}, "gpio": [0, 0, 0]}',
        '{"registers": {}, "gpio": [0, 0, 0, 256]}',
        '{"registers": {"A": -1}, "gpio": [0, 0, 0, 0]}',
        '{"registers": {"A": true}, "gpio": [0, 0, 0, 0]}',
        '{"registers": 1, "gpio": [0, 0, 0, 0]}',
        "\xff",
    ],
)
def test_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    """What is no state of a device is not taken for one; the text says what to do."""
    (tmp_path / file_name("DUT")).write_text(text, "latin-1")
    with pytest.raises(PreconditionError, match="Delete it"):
        SimulatedInstruments(tmp_path).open("DUT", Protocol.SPI, {})
    SimulatedInstruments(tmp_path).open("DUT", Protocol.SPI, {}, reset=True)
    SimulatedInstruments(tmp_path).open("DUT", Protocol.SPI, {})


def test_empty_file_is_a_new_device(tmp_path: Path) -> None:
    """A power cut may leave a file without content; the device begins with its defaults then."""
    (tmp_path / file_name("DUT")).touch()
    assert SimulatedInstruments(tmp_path).open("DUT", Protocol.SPI, {}).read_gpio(0) == 0


def test_state_comes_back_as_it_was() -> None:
    """What is written into a file is read from it."""
    state = State({"A": 2**32 - 1, "Ä": 0}, [0, 255, 1, 128])
    assert State.from_json(state.to_json()) == state
