"""A whole station as processes, which all tests here share, and the code modules on it."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from teststand.tests.integration.modules.floor import Floor


@pytest.fixture(scope="session")
def floor(tmp_path_factory):
    """Return a station, both logs and the instruments, all running, which this process finds."""
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        floor = Floor(tmp_path_factory.mktemp("floor"), stack)
        environment.setenv("LOCAL_STATION_HOME", str(floor.home))
        yield floor


@pytest.fixture
def tidy(floor):
    """Return the floor; after the test nothing is open, reserved or registered there."""
    yield floor
    assert floor.left() == []
