"""A whole station as processes, which all tests here share, and the code modules on it."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from teststand.tests.integration.modules.floor import Floor


@pytest.fixture(scope="session")
def running_floor(tmp_path_factory):
    """Return a station, both logs and the instruments, all running."""
    with ExitStack() as stack:
        yield Floor(tmp_path_factory.mktemp("floor"), stack)


@pytest.fixture
def floor(running_floor, monkeypatch):
    """Return the floor, which this process finds as long as the test runs."""
    monkeypatch.setenv("LOCAL_STATION_HOME", str(running_floor.home))
    return running_floor


@pytest.fixture
def tidy(floor):
    """Return the floor; after the test nothing is open, reserved or registered there."""
    yield floor
    assert floor.left() == []
