"""One CA for each module, and services with two doors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from session_sharing.testing.certificates import Authority
from shared.tests.integration.access.door import Doors


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return the CA that services and clients trust."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def doors(authority: Authority, tmp_path: Path) -> Iterator[Doors]:
    """Return what starts services and lets clients in."""
    with ExitStack() as stack:
        yield Doors(authority, tmp_path / "state", stack)
