"""The acknowledgement levels and their numbers on the wire."""

from __future__ import annotations

import pytest

from session_sharing.errors import InvalidRequestError
from session_sharing.records import AckLevel
from session_sharing.wire.records import level_from_wire, level_to_wire


def test_levels_keep_their_numbers() -> None:
    """The numbers on the wire are fixed: 1 is the operating system, 2 the disk."""
    assert [level_to_wire(level) for level in (None, AckLevel.OS, AckLevel.DISK)] == [0, 1, 2]
    for level in AckLevel:
        assert level_from_wire(level_to_wire(level), AckLevel.OS) is level
        assert level_from_wire(0, level) is level
        assert AckLevel.parse(level.value) is level


@pytest.mark.parametrize("number", [3, 99, -1])
def test_unknown_level_is_refused(number: int) -> None:
    """A level that nobody knows is refused, not taken for the default."""
    with pytest.raises(InvalidRequestError, match=f"^{number} is no acknowledgement level") as told:
        level_from_wire(number, AckLevel.OS)
    assert "Use 1 (os), 2 (disk), or 0" in told.value.message


@pytest.mark.parametrize("text", ["", "DISK", "fsync"])
def test_unknown_name_is_refused(text: str) -> None:
    """A misspelt level is refused with the names that there are."""
    with pytest.raises(InvalidRequestError, match="'disk' or 'os'"):
        AckLevel.parse(text)
