"""What holds for all tests of the project."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

OUTSIDE = ("SESSION_SHARING_DISCOVERY", "NIDiscovery_ClusterId", "ClusterId")

# Slow machines are no faults, each run tries new examples, and a failure can be repeated.
settings.register_profile("project", deadline=None, derandomize=False, print_blob=True)
settings.load_profile("project")


@pytest.fixture(scope="session", autouse=True)
def own_station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test away from the station and the data of whoever runs it."""
    with pytest.MonkeyPatch.context() as environment:
        for name in OUTSIDE:
            environment.delenv(name, raising=False)
        for name in ("LOCAL_STATION_HOME", "SESSION_SHARING_DATA"):
            environment.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield
