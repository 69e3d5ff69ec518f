"""Instruments that are simulated: they have what was written last, also over restarts."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from device_communication.protocol import Protocol
from device_communication.service.backend import CHANNELS, PORTS
from device_communication.service.registers import Register, RegisterMap
from session_sharing.errors import PreconditionError
from session_sharing.service import atomic_write_text, private_folder

_UNSAFE = re.compile(r"[^a-z0-9_-]+")


@dataclass
class State:
    """What an instrument has in it.

    Attributes:
        written: What registers hold that were written since the last reset, by their names.
        gpio: The states of the lines of each port.
    """

    written: dict[str, int] = field(default_factory=dict)
    gpio: list[int] = field(default_factory=lambda: [0] * PORTS)

    def to_json(self) -> str:
        """Return it as a text."""
        return json.dumps({"registers": self.written, "gpio": self.gpio}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> State:
        """Read what `to_json` wrote.

        Raises:
            ValueError: It is something else.
        """
        try:
            read = json.loads(text)
            written, gpio = read["registers"], read["gpio"]
            values = [*written.values(), *gpio]
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"it lacks {error}") from error
        if type(gpio) is not list or len(gpio) != PORTS:
            raise ValueError("it has other ports")
        if not all(type(value) is int and value >= 0 for value in values):
            raise ValueError("it has other numbers")
        if any(lines >> CHANNELS for lines in gpio):
            raise ValueError("it has other lines")
        return cls(written, gpio)


class SimulatedInstrument:
    """An instrument whose state is a small file, as that of a real one is in the instrument.

    So it survives the end of any session and any process, and only `reset` takes it away. What was
    written is in the file when a call returns; a call that fails changes nothing.

    Args:
        path: The file; it need not exist.
        reset: Begin with the defaults, whatever the file holds.

    Raises:
        PreconditionError: The file holds something else.
        OSError: The file cannot be read, or written.
    """

    def __init__(self, path: Path, *, reset: bool = False) -> None:
        self._path = path
        self._state = State() if reset else _load(path)
        if reset:
            self._keep(self._state)

    def read_register(self, register: Register) -> int:
        """Return what was written last, or the default."""
        value = self._state.written.get(register.name, register.default)
        return value if value <= register.maximum else register.default

    def write_register(self, register: Register, value: int) -> None:
        """Keep a value."""
        self._keep(State({**self._state.written, register.name: value}, self._state.gpio))

    def read_gpio(self, port: int) -> int:
        """Return what was written last: the lines are not connected to anything else."""
        return self._state.gpio[port]

    def write_gpio(self, port: int, mask: int, state: int) -> None:
        """Set some lines."""
        gpio = list(self._state.gpio)
        gpio[port] = gpio[port] & ~mask | state & mask
        self._keep(State(self._state.written, gpio))

    def close(self) -> None:
        """Do nothing: everything is in the file."""

    def _keep(self, state: State) -> None:
        # Without a sync: in a power cut the instrument would lose its state as well.
        atomic_write_text(self._path, state.to_json(), sync=False)
        self._state = state


class SimulatedInstruments:
    """Opens simulated instruments. No state.

    Args:
        folder: Where their files lie; created when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(
        self, name: str, protocol: Protocol, registers: RegisterMap, *, reset: bool = False
    ) -> SimulatedInstrument:
        """Open an instrument; any protocol will do.

        Raises:
            SharingError: Its folder or its file cannot be used.
            OSError: Its file cannot be read.
        """
        private_folder(self._folder)
        return SimulatedInstrument(self._folder / file_name(name), reset=reset)


def file_name(name: str) -> str:
    """Return the name of the file of an instrument: readable, safe, and its own."""
    key = name.casefold()
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return f"{_UNSAFE.sub('_', key)[:40]}-{digest}.json"


def _load(path: Path) -> State:
    try:
        text = path.read_text("utf-8")
        # A power cut may leave an empty file, and takes the state of an instrument as well.
        return State.from_json(text) if text else State()
    except FileNotFoundError:
        return State()
    except ValueError as error:
        raise PreconditionError(
            f"The file {path} is not the state of a simulated instrument ({error}). Delete it, or "
            "initialize with a reset: the instrument begins with its defaults then."
        ) from error
