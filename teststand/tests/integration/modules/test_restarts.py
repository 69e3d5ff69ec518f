"""Services that go, and come back or not, between Setup and Cleanup."""

from __future__ import annotations

import pytest

from session_sharing.errors import UnavailableError
from session_sharing.testing.processes import ServerProcess, running_station
from teststand_json_logger import create_file_sessions, destroy_file_sessions

PATTERNS = pytest.mark.parametrize("pattern", ["hold", "detach and close"])


class Restarting:
    """Kills a service of the floor, and starts it again at its place."""

    def __init__(self, floor):
        self._floor = floor

    def logger(self):
        """Return what starts the killed logger again."""
        floor, port = self._floor, self._floor.logger.port
        floor.logger.kill()

        def start():
            arguments = ["--port", str(port), *floor.logger_arguments]
            floor.logger = floor.keep(ServerProcess("json_logger", arguments, floor.environment))

        return start

    def station(self):
        """Restart the station: it forgets pin maps and registrations."""
        floor, port = self._floor, self._floor.station.port
        floor.station.kill()
        floor.station = floor.keep(running_station(floor.home, "--port", str(port)))


@PATTERNS
def test_logger_starts_again(tidy, pattern):
    """An execution goes over a restart of the logger, and its records are all there."""
    context = tidy.context(f"restart-{pattern[:4]}")
    create_file_sessions(context, pattern, serial_number="SN")
    tidy.log(context, name="before")
    Restarting(tidy).logger()()
    assert tidy.log(context, name="after") == (True, False)
    destroy_file_sessions(context)
    records = tidy.records(f"restart-{pattern[:4]}")
    assert [record["measurement_name"] for record in records] == ["before", "after"]
    assert {record["context"]["serial_number"] for record in records} == {"SN"}


@PATTERNS
def test_logger_is_away_at_cleanup(tidy, pattern):
    """Without the logger, Cleanup ends in time, tells it, and unregisters all the same."""
    context = tidy.context()
    create_file_sessions(context, pattern, service_timeout=0.5)
    start = Restarting(tidy).logger()
    try:
        with pytest.raises(UnavailableError, match=r"is away|knows no running"):
            destroy_file_sessions(context)
        assert tidy.registered() == []
    finally:
        start()
    if pattern == "detach and close":
        destroy_file_sessions(context)  # What could not be closed is tried again.
    tidy.gone("nobody comes back for what was held")


@PATTERNS
def test_station_starts_again(tidy, pattern):
    """A station that forgot the pin map and the registrations keeps no log open."""
    context = tidy.context()
    create_file_sessions(context, pattern)
    Restarting(tidy).station()
    destroy_file_sessions(context)
    assert tidy.left() == []
