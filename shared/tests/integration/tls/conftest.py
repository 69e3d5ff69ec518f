"""One floor of servers for each module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from shared.tests.integration.tls.floor import Floor


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """Return servers and files of clients."""
    with ExitStack() as stack:
        yield Floor(tmp_path_factory.mktemp("tls"), stack)
