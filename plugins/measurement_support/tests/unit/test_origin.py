"""What the records of a run say of where they come from."""

from __future__ import annotations

import socket

import pytest

from measurement_support.origin import STATION_VARIABLE, Origin
from measurement_support.readings import Reading
from session_sharing.utc import utc_now

READING = Reading(0, 3, "VOUT", "0", 1.0, utc_now())


@pytest.mark.parametrize(
    ("named", "station"), [("line 3", "line 3"), (" ", socket.gethostname())], ids=["named", "not"]
)
def test_station_is_named_or_is_the_computer(monkeypatch, named, station):
    """Records of a test floor tell the stations apart, whether anybody named them or not."""
    monkeypatch.setenv(STATION_VARIABLE, named)
    context = Origin.of_run("pressure", "SN-1").context(READING)
    assert (context.station, context.program) == (station, "pressure")
    assert (context.serial_number, context.site, context.pin) == ("SN-1", 3, "VOUT")


def test_runs_have_names_of_their_own():
    """Two executions of one program on one unit are two runs."""
    assert Origin.of_run("a", "SN-1").run != Origin.of_run("a", "SN-1").run
