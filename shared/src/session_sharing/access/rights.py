"""What a caller may have the right to do."""

from __future__ import annotations

from enum import Enum


class Right(Enum):
    """Something that a list of a service allows; the value is the key of that list.

    A list that a service does not have allows it to everybody.
    """

    ATTACH = "attach"
    LOOK = "look"
    FORCE_CLOSE = "force_close"

    @property
    def deed(self) -> str:
        """What it is a right to."""
        return _DEEDS[self]


_DEEDS = {
    Right.ATTACH: "attach to sessions and use them",
    Right.LOOK: "look at sessions",
    Right.FORCE_CLOSE: "close sessions by force",
}
