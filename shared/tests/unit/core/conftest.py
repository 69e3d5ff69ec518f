"""A registry to test, with the world that it acts on."""

from __future__ import annotations

import pytest

from session_sharing.testing.registry_driver import RegistryDriver


@pytest.fixture
def driver() -> RegistryDriver:
    """Return a driver with three connected clients, named a, b and c."""
    driver = RegistryDriver()
    driver.connect("a", "b", "c")
    return driver
