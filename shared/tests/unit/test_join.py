"""What joining needs to know of modules."""

from __future__ import annotations

import pytest

from session_sharing.join import is_part_of


@pytest.mark.parametrize(
    ("name", "package", "expected"),
    [
        ("ni.measurementlink", "ni.measurementlink", True),
        ("ni.measurementlink.discovery", "ni.measurementlink", True),
        ("ni.measurementlink", "ni", True),
        ("ni.measurementlink", "ni.measure", False),
        ("nidaqmx", "ni", False),
        ("ni", "ni.measurementlink", False),
        ("ni", None, False),
        ("ni", "", False),
    ],
)
def test_modules_are_told_apart_at_the_dots(name, package, expected):
    """A missing module whose name only begins alike is not taken for a missing parent."""
    assert is_part_of(name, package) is expected
