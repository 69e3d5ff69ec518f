"""What an acknowledged record survives."""

from __future__ import annotations

from enum import Enum

from session_sharing.errors import InvalidRequestError


class AckLevel(Enum):
    """How safe a record is when it is acknowledged."""

    OS = "os"
    """Handed to the operating system: it survives the death of any process."""

    DISK = "disk"
    """On disk: it survives a power cut."""

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
