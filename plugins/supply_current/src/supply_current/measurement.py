"""Measures the supply current of a regulator; every reading goes to a log that may be shared.

How it is shared, by waiting or with an alias, is told in `measurement_support.sharing`.
"""

from __future__ import annotations

from pathlib import Path

import ni_measurement_plugin_sdk_service as nims
from ni_measurement_plugin_sdk_service.session_management import (
    INSTRUMENT_TYPE_NI_DCPOWER,
    TypedConnection,
)

from measurement_support.conditions import Conditions
from measurement_support.connections import require_names
from measurement_support.origin import Origin
from measurement_support.readings import Reading, status, summarise
from measurement_support.regulator import NoiseSource, Regulator
from measurement_support.running import measuring
from measurement_support.sharing import Job, measure_and_log
from session_sharing import Behavior, Limits, Record

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


@measurement_service.register_measurement
@measurement_service.configuration(
    "supply_pin", nims.DataType.IOResource, "VIN", instrument_type=INSTRUMENT_TYPE_NI_DCPOWER
)
# NI's SDK takes one type of instrument or none. None: editors offer pins of files and of databases.
@measurement_service.configuration("log_pin", nims.DataType.IOResource, "LOG")
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
    with measuring(measurement_service.context) as run:
        require_names(supply_pin=supply_pin, log_pin=log_pin)
        conditions = Conditions(
            serial_number, readings, interval, input_voltage, load_current, seed
        )
        job = Job(
            supply_pin, log_pin, log_while_measuring, log_behavior, reserve_timeout, conditions
        )
        logged = measure_and_log(measurement_service.context, run, job, SupplyCurrent(conditions))
        found = summarise(logged.readings, limits_at(load_current))
        result = (found.sites, found.mean, found.noise, found.passed)
        return (*result, logged.count, logged.new_session, logged.public_ids)


class SupplyCurrent:
    """What one run measures.

    Args:
        conditions: Under what conditions.
    """

    instrument_type = INSTRUMENT_TYPE_NI_DCPOWER

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._limits = limits_at(conditions.load_current)
        self._origin = Origin.of_run("supply_current", conditions.serial_number)

    def instrument(self, connection: TypedConnection[object]) -> SimulatedSupply:
        """Return the channel of the instrument at one site."""
        return SimulatedSupply(connection, self._conditions)

    def record(self, reading: Reading) -> Record:
        """Return what is logged of a reading, which is judged by the limits of the mean."""
        return Record(
            "supply current",
            {**self._conditions.recorded(), "channel": reading.channel},
            {"index": reading.index, "current": reading.value},
            reading.taken,
            self._origin.context(reading),
            status(self._limits, reading.value),
            units={"current": "A"},
            limits={"current": self._limits},
        )


class SimulatedSupply:
    """One channel of a power supply, at a simulated unit: here is the place of the driver."""

    def __init__(self, connection: TypedConnection[object], conditions: Conditions) -> None:
        self._current = Regulator(conditions.serial_number, connection.site).supply_current(
            conditions.point
        )
        origin = ("current", conditions.serial_number, connection.site, connection.channel_name)
        self._noise = NoiseSource(20e-6, conditions.seed, *origin)

    def read(self) -> float:
        """Return the current that the channel delivers, in amperes."""
        return self._current + self._noise.next()
