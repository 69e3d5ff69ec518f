"""How a device is talked to: the protocols, by their numbers on the wire."""

from __future__ import annotations

from enum import IntEnum


class Protocol(IntEnum):
    """A protocol. UNSPECIFIED is whatever a session is open with; a new one has to be given one."""

    UNSPECIFIED = 0
    SPI = 1
    I2C = 2
    UART = 3
