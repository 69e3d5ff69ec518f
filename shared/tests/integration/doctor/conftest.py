"""Fixtures of the tests of the doctor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.tests.integration.doctor.sick_station import Discovery


@pytest.fixture(scope="package")
def discovery() -> Iterator[Discovery]:
    """Run a discovery service."""
    running = Discovery()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def environment() -> Iterator[pytest.MonkeyPatch]:
    """Change this process for the tests of a module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch
