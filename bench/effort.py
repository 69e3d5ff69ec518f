"""How much is measured: for a full run, and for a quick look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        pairs: How often each case is measured, in turns with what it is compared to.
        seconds: How long one measurement of a rate takes.
        records: How many records the big log has.
        sessions: How many sessions are many.
        resting: How many clients at rest are many.
        rest: How long they are looked at, in seconds.
        batch: How many records are many.
        services: How many services, and sessions of a pin map, are many for a station.
    """

    pairs: int
    seconds: float
    records: int
    sessions: int
    resting: int
    rest: float
    batch: int
    services: int


FULL = Effort(
    pairs=20,
    seconds=0.2,
    records=1_000_000,
    sessions=500,
    resting=200,
    rest=20.0,
    batch=20_000,
    services=1_000,
)
QUICK = Effort(
    pairs=5,
    seconds=0.08,
    records=200_000,
    sessions=100,
    resting=40,
    rest=4.0,
    batch=5_000,
    services=200,
)
