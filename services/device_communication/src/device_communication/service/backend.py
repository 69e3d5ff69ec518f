"""What stands between the service and an instrument: the place of an SPI, I2C or UART adapter.

The service checks names, numbers and access before it calls; an instrument does what it is told.
Each one is opened, used and closed in one thread of its own, one call at a time, so its methods may
block; a session whose instrument blocks for too long is broken, and disturbs no other.
"""

from __future__ import annotations

import typing

from device_communication.protocol import Protocol
from device_communication.service.registers import Register, RegisterMap

PORTS = 4
"""How many GPIO ports an instrument has."""

CHANNELS = 8
"""How many lines a port has; masks and states of ports have a bit for each, the first is 1."""


class Instrument(typing.Protocol):
    """An instrument that is open. What it raises as `OSError` is told as UNAVAILABLE."""

    def read_register(self, register: Register) -> int:
        """Return what a register holds."""
        ...

    def write_register(self, register: Register, value: int) -> None:
        """Let a register hold a value; return when it does."""
        ...

    def read_gpio(self, port: int) -> int:
        """Return the states of all lines of a port."""
        ...

    def write_gpio(self, port: int, mask: int, state: int) -> None:
        """Set the lines of a port that a mask names, and leave the others as they are."""
        ...

    def close(self) -> None:
        """Let the instrument go. It keeps its state, as far as it can."""
        ...


class Backend(typing.Protocol):
    """Opens instruments; called in the thread of each."""

    def open(
        self, name: str, protocol: Protocol, registers: RegisterMap, *, reset: bool
    ) -> Instrument:
        """Open an instrument in the state that it is in, or reset.

        Args:
            name: The name of the device, as clients give it.
            protocol: How to talk to it; never UNSPECIFIED.
            registers: What registers it has.
            reset: Bring registers to what the map says, and GPIO lines to low, in whatever state
                they are.

        Raises:
            SharingError: There is no such instrument, or another process holds it.
            OSError: It does not answer.
        """
        ...
