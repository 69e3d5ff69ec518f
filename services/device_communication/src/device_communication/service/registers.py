"""The registers of a device: what each is, wherever that is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

WORD_BITS = 32
"""What a value has on the wire; a register has as many unless its map says otherwise."""


class Access(Enum):
    """What may be done with a register; the values are what a map says."""

    READ_WRITE = "RW"
    READ_ONLY = "RO"
    RESERVED = "RSV"


@dataclass(frozen=True)
class Register:
    """One register.

    Attributes:
        name: Its name; unique in its map, and letter case counts.
        default: What it holds after a reset.
        address: Where it is in the device, as the map says it; empty if it does not.
        access: What may be done with it.
        width: How many bits it has, 1 to 32.
    """

    name: str
    default: int
    address: str = ""
    access: Access = Access.READ_WRITE
    width: int = WORD_BITS

    @property
    def maximum(self) -> int:
        """The biggest value that it can hold."""
        return (1 << self.width) - 1


RegisterMap = Mapping[str, Register]
"""The registers of a device by their names."""
