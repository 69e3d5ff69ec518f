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


@pytest.fixture(params=[False, True], ids=["steps", "snapshot"])
def from_snapshot(request: pytest.FixtureRequest) -> bool:
    """Let a test run with all steps that were kept, and with a snapshot of them."""
    return bool(request.param)
