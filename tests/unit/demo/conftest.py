"""A scene that went well, for tests to spoil."""

from __future__ import annotations

import pytest

from demo.told.performance import Performance
from tests.unit.demo.story import good_scene


@pytest.fixture
def good() -> Performance:
    """Return a scene by aliases: one creates, the other joins, the creator leaves first."""
    return good_scene()
