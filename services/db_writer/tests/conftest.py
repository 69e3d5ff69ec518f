"""Databases of both kinds, a new one for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Store
from services.db_writer.tests.postgresql import PostgresqlServer

READERS = 3


@pytest.fixture(scope="module")
def make_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], DatabaseSettings]:
    """Return what names SQLite files that are not there yet, each in a folder of its own."""

    def make() -> DatabaseSettings:
        path = tmp_path_factory.mktemp("sqlite") / "results.sqlite"
        url = URL.create("sqlite", database=str(path))
        return DatabaseSettings("file", url, str(path), 1.0, READERS)

    return make


@pytest.fixture(scope="module")
def make_postgresql(server: PostgresqlServer) -> Iterator[Callable[[], DatabaseSettings]]:
    """Return what makes empty PostgreSQL databases."""
    with ExitStack() as databases:

        def make() -> DatabaseSettings:
            url = databases.enter_context(server.database())
            return DatabaseSettings("line", url, url.render_as_string(), 5.0, READERS)

        yield make


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def make_settings(request: pytest.FixtureRequest) -> Callable[[], DatabaseSettings]:
    """Return what makes empty databases, of one kind after the other."""
    found: Callable[[], DatabaseSettings] = request.getfixturevalue(f"make_{request.param}")
    return found


@pytest.fixture
def settings(make_settings: Callable[[], DatabaseSettings]) -> DatabaseSettings:
    """Return the settings of an empty database."""
    return make_settings()


@pytest.fixture
def sqlite(make_sqlite: Callable[[], DatabaseSettings]) -> DatabaseSettings:
    """Return the settings of an SQLite file that is not there yet."""
    return make_sqlite()


@pytest.fixture
def sqlite_path(sqlite: DatabaseSettings) -> Path:
    """Return where the file of `sqlite` is to be."""
    return Path(str(sqlite.url.database))


@pytest.fixture
def postgresql(make_postgresql: Callable[[], DatabaseSettings]) -> DatabaseSettings:
    """Return the settings of an empty PostgreSQL database."""
    return make_postgresql()


@pytest.fixture
def store(settings: DatabaseSettings) -> Iterator[Store]:
    """Open a store on an empty database."""
    store = Store(settings)
    yield store
    store.close()
