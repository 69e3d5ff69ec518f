"""What an acknowledged record survives."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from session_sharing.errors import InvalidRequestError


class AckLevel(Enum):
    """How safe a record is when it is acknowledged."""

    OS = "os"
    """Handed to the operating system, it survives the death of any process."""

    DISK = "disk"
    """On disk, it survives a power cut."""

    @staticmethod
    def parse(text: str) -> AckLevel:
        """Return the level of this name.

        Raises:
            InvalidRequestError: There is none.
        """
        for level in AckLevel:
            if level.value == text:
                return level
        raise InvalidRequestError(f"{text!r} is no acknowledgement level. Use 'disk' or 'os'.")


class Acknowledged(NamedTuple):
    """What is true of records when they are acknowledged.

    Attributes:
        level: How safe they are.
        spooled: They wait on the disk of the service's machine, as where they belong is away; they
            are delivered when it is back.
    """

    level: AckLevel
    spooled: bool = False
