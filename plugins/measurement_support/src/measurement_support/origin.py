"""Where records come from: the station, the program, and the run, beside unit, site and pin."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from uuid import uuid4

from measurement_support.readings import Reading, V
from session_sharing import RecordContext

STATION_VARIABLE = "SESSION_SHARING_STATION"
"""Names the station; without it the name of the computer counts."""


@dataclass(frozen=True)
class Origin:
    """What the records of one run have in common.

    Attributes:
        program: What the plug-in is called, in one word.
        serial_number: The unit under test.
        run: The run.
        station: The station.
    """

    program: str
    serial_number: str
    run: str
    station: str

    @classmethod
    def of_run(cls, program: str, serial_number: str) -> Origin:
        """Return the origin of a run that begins now, on this station."""
        return cls(program, serial_number, uuid4().hex[:12], station())

    def context(self, reading: Reading[V]) -> RecordContext:
        """Return what the record of a reading belongs to."""
        return RecordContext(
            self.serial_number,
            reading.site,
            reading.pin,
            station=self.station,
            run=self.run,
            program=self.program,
        )


def station() -> str:
    """Return the name of this station."""
    return os.environ.get(STATION_VARIABLE, "").strip() or socket.gethostname()
