"""Measures the supply current of a regulator; every reading goes to a log that may be shared.

There are two ways to share the log. Both hold a reservation of the log's pin while they use it:

- by waiting: the power supply is reserved and read, and let go; then the log is waited for,
  and reserved around writing all records. Plug-ins may name one and the same log pin;
- with an alias: power supply and log are reserved at once, and each reading is logged as it is
  taken. Each plug-in names a log pin of its own, which the pin map connects to an alias of one
  file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from uuid import uuid4

import ni_measurement_plugin_sdk_service as nims
from ni_measurement_plugin_sdk_service.measurement.service import MeasurementContext
from ni_measurement_plugin_sdk_service.session_management import (
    INSTRUMENT_TYPE_NI_DCPOWER,
    BaseReservation,
    TypedConnection,
)

from json_logger import INSTRUMENT_TYPE, JsonLoggerSessionConstructor, Record, RecordContext
from measurement_support.conditions import Conditions
from measurement_support.connections import connections, require_names
from measurement_support.interruption import Interruption
from measurement_support.logs import SiteLogs
from measurement_support.readings import Limits, Reading, now, summarise
from measurement_support.regulator import NoiseSource, Regulator
from measurement_support.running import measuring
from session_sharing import Behavior

LOG_SECONDS = 30.0
Outputs = tuple[list[int], list[float], list[float], bool, int, bool, str]

measurement_service = nims.MeasurementService(
    service_config_path=Path(__file__).with_name("SupplyCurrent.serviceconfig")
)


def limits_at(load: float) -> Limits:
    """Return the limits at a load current: the unit takes 0.5 to 1.5 mA and up to 2 % of the load.

    Args:
        load: In amperes, as the limits are.
    """
    return Limits(low=load + 0.5e-3, high=load + 1.5e-3 + 0.02 * load)


@dataclass(frozen=True)
class Job:
    """What one run was asked to do."""

    pin: str
    log_pin: str
    conditions: Conditions
    behavior: Behavior
    reserve_timeout: float
    run: str = field(default_factory=lambda: uuid4().hex[:12])

    def __post_init__(self) -> None:
        require_names(supply_pin=self.pin, log_pin=self.log_pin)


@measurement_service.register_measurement
@measurement_service.configuration(
    "supply_pin", nims.DataType.IOResource, "VIN", instrument_type=INSTRUMENT_TYPE_NI_DCPOWER
)
@measurement_service.configuration(
    "log_pin", nims.DataType.IOResource, "LOG", instrument_type=INSTRUMENT_TYPE
)
@measurement_service.configuration("readings", nims.DataType.Int32, 10)
@measurement_service.configuration("interval", nims.DataType.Double, 0.005)
@measurement_service.configuration("input_voltage", nims.DataType.Double, 5.0)
@measurement_service.configuration("load_current", nims.DataType.Double, 0.1)
@measurement_service.configuration("log_while_measuring", nims.DataType.Boolean, False)
@measurement_service.configuration(
    "log_behavior", nims.DataType.Enum, Behavior.AUTO, enum_type=Behavior
)
@measurement_service.configuration("reserve_timeout", nims.DataType.Double, 60.0)
@measurement_service.configuration("serial_number", nims.DataType.String, "SN-0001")
@measurement_service.configuration("seed", nims.DataType.Int32, 0)
@measurement_service.output("sites", nims.DataType.Int32Array1D)
@measurement_service.output("mean", nims.DataType.DoubleArray1D)
@measurement_service.output("noise", nims.DataType.DoubleArray1D)
@measurement_service.output("passed", nims.DataType.Boolean)
@measurement_service.output("logged", nims.DataType.Int32)
@measurement_service.output("new_session", nims.DataType.Boolean)
@measurement_service.output("log_session", nims.DataType.String)
def measure(  # noqa: PLR0917 - a parameter for each configuration, as the SDK wants it
    supply_pin: str,
    log_pin: str,
    readings: int,
    interval: float,
    input_voltage: float,
    load_current: float,
    log_while_measuring: bool,
    log_behavior: Behavior,
    reserve_timeout: float,
    serial_number: str,
    seed: int,
) -> Outputs:
    """Measure the supply current of the unit at each site. The README tells what is what."""
    context = measurement_service.context
    with measuring(context) as run:
        conditions = Conditions(
            serial_number, readings, interval, input_voltage, load_current, seed
        )
        job = Job(supply_pin, log_pin, conditions, log_behavior, reserve_timeout)
        if log_while_measuring:
            return measure_and_log(context, run, job)
        return measure_then_log(context, run, job)


def measure_then_log(context: MeasurementContext, run: Interruption, job: Job) -> Outputs:
    """Share by waiting: hold the supply while it measures, then the log while it is written."""
    timeout = run.reserve_timeout(job.reserve_timeout)
    with context.reserve_sessions(job.pin, timeout=timeout) as reservation:
        readings = list(take(run, reservation, job))
    timeout = run.reserve_timeout(job.reserve_timeout)
    with (
        context.reserve_sessions(job.log_pin, timeout=timeout) as reservation,
        opened_logs(run, reservation, job) as logs,
    ):
        logs.log((reading, record_of(reading, job)) for reading in readings)
        return outputs_of(readings, logs, job)


def measure_and_log(context: MeasurementContext, run: Interruption, job: Job) -> Outputs:
    """Share with an alias: hold supply and log at once, and log each reading as it comes."""
    timeout = run.reserve_timeout(job.reserve_timeout)
    with (
        context.reserve_sessions([job.pin, job.log_pin], timeout=timeout) as reservation,
        opened_logs(run, reservation, job) as logs,
    ):
        readings = []
        for reading in take(run, reservation, job):
            logs.log([(reading, record_of(reading, job))])
            readings.append(reading)
        return outputs_of(readings, logs, job)


@contextmanager
def opened_logs(run: Interruption, reservation: BaseReservation, job: Job) -> Iterator[SiteLogs]:
    """Open the reserved logs: one for all sites, or one for each, as the pin map has it."""
    run.check()
    where = connections(reservation, job.log_pin, INSTRUMENT_TYPE)
    constructor = JsonLoggerSessionConstructor(job.behavior, wait=run.call_timeout(LOG_SECONDS))
    with reservation.initialize_sessions(constructor, INSTRUMENT_TYPE) as opened:
        yield SiteLogs(where, opened)


class SimulatedSupply:
    """One channel of a power supply, at a simulated unit: here is the place of the driver."""

    def __init__(self, connection: TypedConnection[object], conditions: Conditions) -> None:
        self.connection = connection
        self._current = Regulator(conditions.serial_number, connection.site).supply_current(
            conditions.point
        )
        origin = ("current", conditions.serial_number, connection.site, connection.channel_name)
        self._noise = NoiseSource(20e-6, conditions.seed, *origin)

    def read(self) -> float:
        """Return the current that the channel delivers, in amperes."""
        return self._current + self._noise.next()


def take(run: Interruption, reservation: BaseReservation, job: Job) -> Iterator[Reading]:
    """Take the readings: at all sites at once, as often as asked for."""
    run.check()
    found = connections(reservation, job.pin, INSTRUMENT_TYPE_NI_DCPOWER)
    supplies = [SimulatedSupply(connection, job.conditions) for connection in found]
    index = count()
    for _ in range(job.conditions.readings):
        run.wait(job.conditions.interval)
        for supply in supplies:
            at = supply.connection
            name, value = at.pin_or_relay_name, supply.read()
            yield Reading(next(index), at.site, name, at.channel_name, value, now())


def record_of(reading: Reading, job: Job) -> Record:
    """Return what is logged of a reading."""
    return Record(
        "supply current",
        {**job.conditions.recorded(), "channel": reading.channel},
        {"index": reading.index, "current": reading.value},
        reading.taken,
        RecordContext(job.conditions.serial_number, reading.site, reading.pin, run=job.run),
    )


def outputs_of(readings: list[Reading], logs: SiteLogs, job: Job) -> Outputs:
    """Return the outputs of the measurement."""
    found = summarise(readings, limits_at(job.conditions.load_current))
    logged = (logs.logged, logs.new_session, logs.public_ids)
    return (found.sites, found.mean, found.noise, found.passed, *logged)
