"""Which fields a record of a binary file has."""

from __future__ import annotations

from enum import IntEnum


class Mask(IntEnum):
    """The bits of a record's first word."""

    COMMENT = 0x1
    VALUE = 0x2
    FLAGS = 0xC  # either of two; one word, even if both
    TYPE_FLAGS = 0x10
    INSTANCE_FLAGS = 0x20
    OVERRIDES = 0x40
    TYPED = 0x80
    CONTROLLERS = 0x100
    FORMAT = 0x200
    REPRESENTED = 0x800
    ATTRIBUTES = 0x1000
    ENUM = 0x10000  # goes with enumerations, and brings no field
    ENUMERATORS = 0x20000
    KNOWN = 0x31BFF
