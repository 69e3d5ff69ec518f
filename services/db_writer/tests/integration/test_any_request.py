"""Whatever can be sent to a writer whose database is a real server of PostgreSQL."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.db_writer.tests.any_request import target_with
from session_sharing.testing.any_calls import rounds_of
from session_sharing.testing.fuzzed_server import FuzzedServer


@pytest.fixture(scope="module")
def fuzzed(server, tmp_path_factory):
    """Start a writer among traps; the database is there as long as it is."""
    with (
        server.database() as url,
        FuzzedServer(target_with(url, "line"), tmp_path_factory.mktemp("fuzzed")) as writer,
    ):
        yield writer


@pytest.fixture(scope="module")
def rounds(fuzzed):
    return rounds_of(fuzzed.implemented, fuzzed.target.all_hints(), len(fuzzed.opening))


@pytest.mark.reliability
@pytest.mark.timeout(3600)
@settings(
    max_examples=1000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.generate],
)
@given(st.data())
def test_thousands_of_calls(fuzzed, rounds, data):
    """Whatever reaches the database: no defect, no password told, and all others go on."""
    fuzzed.run(data.draw(rounds))
