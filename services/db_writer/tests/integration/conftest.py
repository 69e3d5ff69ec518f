"""Writers in a thread: one that tests share who disturb nobody, and one for each of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from db_writer import DbWriterClient
from db_writer.service.database import Database
from db_writer.service.settings import DatabaseSettings
from services.db_writer.tests.looking import DEADLINE
from services.db_writer.tests.support import local_writer
from session_sharing.testing.hosting import LocalService


@pytest.fixture
def resource() -> str:
    """Return the name of the database of `writer`."""
    return "line"


@pytest.fixture
def writer(tmp_path: Path, settings: DatabaseSettings) -> Iterator[LocalService[Database]]:
    """Start a writer that knows one database, which is empty."""
    with local_writer(tmp_path, {"line": settings}) as service:
        yield service


@pytest.fixture
def connect(
    writer: LocalService[Database], resource: str
) -> Iterator[Callable[..., DbWriterClient]]:
    """Return what opens clients on the database, given an alias; they are detached in the end."""
    with ExitStack() as clients:

        def open_client(alias: str = "", behavior: int = 0, **options: Any) -> DbWriterClient:
            options = {"address": writer.address, "wait": DEADLINE, **options}
            client = DbWriterClient(resource + alias, behavior, **options)
            clients.callback(client.detach)
            return client

        yield open_client


@pytest.fixture(scope="module")
def shared_client(
    tmp_path_factory: pytest.TempPathFactory, make_settings: Callable[[], DatabaseSettings]
) -> Iterator[DbWriterClient]:
    """Return a client of a writer that all tests of a module share."""
    folder = tmp_path_factory.mktemp("writer")
    with (
        local_writer(folder, {"line": make_settings()}) as service,
        DbWriterClient("line", address=service.address, wait=DEADLINE) as client,
    ):
        yield client
