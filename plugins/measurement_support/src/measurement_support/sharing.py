"""The two ways for a measurement to share its logs with others.

A log is whatever the log's pin is connected to: a file, a database, or both at once. Both ways hold
a reservation of the log's pin while they use the log:

- by waiting: the instruments are reserved and read, and let go; then the log is waited for, and
  reserved around writing all records. Measurements may name one and the same log pin;
- with an alias: instruments and log are reserved at once, and each reading is logged as it is
  taken. Each measurement names a log pin of its own, which the pin map connects to an alias of one
  file or database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Generic, Protocol, TypeVar

from ni_measurement_plugin_sdk_service import MeasurementService
from ni_measurement_plugin_sdk_service.session_management import (
    MultiSessionReservation,
    TypedConnection,
)

from measurement_support.conditions import Conditions
from measurement_support.connections import connections
from measurement_support.interruption import Interruption
from measurement_support.log_sessions import LOG_TYPES, LogConstructor, opened_logs
from measurement_support.logs import SiteLogs
from measurement_support.readings import Reading, V
from measurement_support.reserving import reserved
from session_sharing import Behavior, Record
from session_sharing.utc import utc_now

V_co = TypeVar("V_co", covariant=True)

LOG_SECONDS = 30.0
"""How long a call to the log's service may take; never beyond the caller's deadline."""


class Instruments(Protocol[V_co]):
    """The instruments of a run, at all pins and sites, ready to be read."""

    def read(self) -> Iterable[tuple[TypedConnection[object], V_co]]:
        """Return a reading at each pin of each site."""
        ...


class Measurement(Protocol[V]):
    """What a plug-in measures, with which instruments, and what it logs of it."""

    def instruments(
        self, run: Interruption, reservation: MultiSessionReservation, pins: Sequence[str]
    ) -> AbstractContextManager[Instruments[V]]:
        """Open and set up the instruments of reserved pins; leave them safe when the block ends.

        Raises:
            SharingError: The pin map does not fit, or a driver refuses.
            grpc.RpcError: The run has to end, or there is nobody who has the instruments.
        """
        ...

    def record(self, reading: Reading[V]) -> Record:
        """Return what is logged of a reading."""
        ...


@dataclass(frozen=True)
class Job:
    """What one run was asked to do.

    Attributes:
        pins: The pins to measure at.
        log_pin: The pin of the log.
        log_while_measuring: Whether the log is shared with an alias, not by waiting.
        behavior: How the log's session is initialized.
        reserve_timeout: How long to wait for a reservation, in seconds; negative for as long as
            may be.
        conditions: Which unit is measured, how often.
    """

    pins: Sequence[str]
    log_pin: str
    log_while_measuring: bool
    behavior: Behavior
    reserve_timeout: float
    conditions: Conditions


@dataclass(frozen=True)
class Logged(Generic[V]):
    """What came of a run.

    Attributes:
        readings: The readings, in their order.
        count: How many records were logged, and acknowledged wherever they belong; one that is in
            file and database counts once.
        new_session: Whether this run created the log's session, or one of several.
        public_ids: The public id of the session; of several, with commas between them.
    """

    readings: Sequence[Reading[V]]
    count: int
    new_session: bool
    public_ids: str

    @classmethod
    def to(cls, logs: SiteLogs, readings: Sequence[Reading[V]]) -> Logged[V]:
        """Return what came of a run that logged to these logs."""
        return cls(readings, logs.count, logs.new_session, logs.public_ids)


def measure_and_log(
    service: MeasurementService, run: Interruption, job: Job, measurement: Measurement[V]
) -> Logged[V]:
    """Measure, and log every reading to logs that may be shared.

    Raises:
        SharingError: The pin map does not fit, or the log refuses.
        grpc.RpcError: A reservation was refused, or the run has to end.
    """
    way = _log_while_measuring if job.log_while_measuring else _measure_then_log
    return way(service, run, job, measurement)


def _measure_then_log(
    service: MeasurementService, run: Interruption, job: Job, measurement: Measurement[V]
) -> Logged[V]:
    """Share by waiting: hold the instruments to measure, then the log while it is written."""
    with (
        reserved(service, run, job.pins, job.reserve_timeout) as reservation,
        measurement.instruments(run, reservation, job.pins) as instruments,
    ):
        readings = list(_take(run, job, instruments))
    with (
        reserved(service, run, [job.log_pin], job.reserve_timeout) as reservation,
        _opened_logs(run, reservation, job) as logs,
    ):
        logs.log((reading, measurement.record(reading)) for reading in readings)
        return Logged.to(logs, readings)


def _log_while_measuring(
    service: MeasurementService, run: Interruption, job: Job, measurement: Measurement[V]
) -> Logged[V]:
    """Share with an alias: hold instruments and log at once, and log each reading as it comes."""
    with (
        reserved(service, run, [*job.pins, job.log_pin], job.reserve_timeout) as reservation,
        _opened_logs(run, reservation, job) as logs,
        measurement.instruments(run, reservation, job.pins) as instruments,
    ):
        readings = []
        for reading in _take(run, job, instruments):
            logs.log([(reading, measurement.record(reading))])
            readings.append(reading)
        return Logged.to(logs, readings)


@contextmanager
def _opened_logs(
    run: Interruption, reservation: MultiSessionReservation, job: Job
) -> Iterator[SiteLogs]:
    """Open the reserved logs: for all sites or for each, of one type or both: the map says it."""
    run.check()
    where = connections(reservation, job.log_pin, *LOG_TYPES)
    constructor = LogConstructor(job.behavior, run.call_timeout(LOG_SECONDS), run.nearly_over)
    with opened_logs(reservation, constructor) as opened:
        yield SiteLogs(where, opened, run)


def _take(run: Interruption, job: Job, instruments: Instruments[V]) -> Iterator[Reading[V]]:
    """Take the readings: at all pins and sites at once, as often as asked for."""
    index = count()
    for _ in range(job.conditions.readings):
        run.wait(job.conditions.interval)
        for at, value in instruments.read():
            yield Reading(
                next(index), at.site, at.pin_or_relay_name, at.channel_name, value, utc_now()
            )
