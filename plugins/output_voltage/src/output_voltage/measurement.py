"""Measures the output voltage of a regulator; every reading goes to a log that may be shared.

How it is shared, by waiting or with an alias, is told in `measurement_support.sharing`.
"""

from __future__ import annotations

from pathlib import Path

import ni_measurement_plugin_sdk_service as nims
from ni_measurement_plugin_sdk_service.session_management import (
    INSTRUMENT_TYPE_NI_DMM,
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

LIMITS = Limits(low=3.234, high=3.366)  # volts: 2 % about 3.3 V
Outputs = tuple[list[int], list[float], list[float], bool, int, bool, str]

measurement_service = nims.MeasurementService(
    service_config_path=Path(__file__).with_name("OutputVoltage.serviceconfig")
)


@measurement_service.register_measurement
@measurement_service.configuration(
    "voltage_pin", nims.DataType.IOResource, "VOUT", instrument_type=INSTRUMENT_TYPE_NI_DMM
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
    voltage_pin: str,
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
    """Measure the output voltage of the unit at each site. The README tells what is what."""
    with measuring(measurement_service.context) as run:
        require_names(voltage_pin=voltage_pin, log_pin=log_pin)
        conditions = Conditions(
            serial_number, readings, interval, input_voltage, load_current, seed
        )
        job = Job(
            voltage_pin, log_pin, log_while_measuring, log_behavior, reserve_timeout, conditions
        )
        logged = measure_and_log(measurement_service.context, run, job, OutputVoltage(conditions))
        found = summarise(logged.readings, LIMITS)
        result = (found.sites, found.mean, found.noise, found.passed)
        return (*result, logged.count, logged.new_session, logged.public_ids)


class OutputVoltage:
    """What one run measures.

    Args:
        conditions: Under what conditions.
    """

    instrument_type = INSTRUMENT_TYPE_NI_DMM

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._origin = Origin.of_run("output_voltage", conditions.serial_number)

    def instrument(self, connection: TypedConnection[object]) -> SimulatedMeter:
        """Return the channel of the instrument at one site."""
        return SimulatedMeter(connection, self._conditions)

    def record(self, reading: Reading) -> Record:
        """Return what is logged of a reading, which is judged by the limits of the mean."""
        return Record(
            "output voltage",
            {**self._conditions.recorded(), "channel": reading.channel},
            {"index": reading.index, "voltage": reading.value},
            reading.taken,
            self._origin.context(reading),
            status(LIMITS, reading.value),
            units={"voltage": "V"},
            limits={"voltage": LIMITS},
        )


class SimulatedMeter:
    """One input of a multimeter, on a simulated unit: here is the place of the driver."""

    def __init__(self, connection: TypedConnection[object], conditions: Conditions) -> None:
        self._voltage = Regulator(conditions.serial_number, connection.site).output_voltage(
            conditions.point
        )
        origin = ("voltage", conditions.serial_number, connection.site, connection.channel_name)
        self._noise = NoiseSource(200e-6, conditions.seed, *origin)

    def read(self) -> float:
        """Return the voltage, in volts."""
        return self._voltage + self._noise.next()
