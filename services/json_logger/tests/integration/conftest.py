"""A logger in a thread for the tests that disturb nobody, and one of its own for those that do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from json_logger import JsonLoggerClient
from json_logger.service.log_file import LogFile
from services.json_logger.tests.support import DEADLINE, Raw, local_logger
from session_sharing.testing.hosting import LocalService


@pytest.fixture
def logger(tmp_path: Path) -> Iterator[LocalService[LogFile]]:
    """Start a logger with its data in `tmp_path / "data"`."""
    with local_logger(tmp_path) as service:
        yield service


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return the data folder of `logger`."""
    return tmp_path / "data"


@pytest.fixture
def raw(logger: LocalService[LogFile]) -> Iterator[Raw]:
    """Connect a raw client."""
    with Raw(logger.address) as client:
        yield client


@pytest.fixture
def connect(logger: LocalService[LogFile]) -> Iterator[Callable[..., JsonLoggerClient]]:
    """Return what opens clients of the library; they are detached in the end."""
    with ExitStack() as clients:

        def open_client(resource: str, behavior: int = 0, **options: Any) -> JsonLoggerClient:
            options = {"address": logger.address, "wait": DEADLINE, **options}
            client = JsonLoggerClient(resource, behavior, **options)
            clients.callback(client.detach)
            return client

        yield open_client
