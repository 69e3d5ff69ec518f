"""Measures with NI-DMM, the output voltage of a unit, and logs every reading to shared logs.

How a log is shared, by waiting or with an alias, is told in `measurement_support.sharing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ni_measurement_plugin_sdk_service as nims
from ni_measurement_plugin_sdk_service.session_management import INSTRUMENT_TYPE_NI_DMM

from measurement_support.conditions import Conditions, limits_of
from measurement_support.connections import require_names
from measurement_support.running import measuring
from measurement_support.sharing import Job, measure_and_log
from output_voltage.meter import OutputVoltage, summarise
from output_voltage.metering import MeasurementType, MeterSettings
from session_sharing import Behavior

Outputs = tuple[
    list[int],
    list[str],
    list[float],
    list[float],
    list[bool],
    list[float],
    bool,
    int,
    bool,
    str,
]

measurement_service = nims.MeasurementService(
    service_config_path=Path(__file__).with_name("OutputVoltage.serviceconfig")
)


@measurement_service.register_measurement
@measurement_service.configuration(
    "voltage_pins",
    nims.DataType.IOResourceArray1D,
    ["VOUT"],
    instrument_type=INSTRUMENT_TYPE_NI_DMM,
)
# NI's SDK takes one type of instrument or none. None: editors offer pins of files and of databases.
@measurement_service.configuration("log_pin", nims.DataType.IOResource, "LOG")
@measurement_service.configuration(
    "measurement_type",
    nims.DataType.Enum,
    MeasurementType.DC_VOLTS,
    enum_type=MeasurementType,
)
@measurement_service.configuration("range", nims.DataType.Double, 10.0)
@measurement_service.configuration("resolution_digits", nims.DataType.Double, 5.5)
@measurement_service.configuration("low_limit", nims.DataType.Double, 3.234)
@measurement_service.configuration("high_limit", nims.DataType.Double, 3.366)
@measurement_service.configuration("readings", nims.DataType.Int32, 10)
@measurement_service.configuration("interval", nims.DataType.Double, 0.005)
@measurement_service.configuration("log_while_measuring", nims.DataType.Boolean, False)
@measurement_service.configuration(
    "log_behavior", nims.DataType.Enum, Behavior.AUTO, enum_type=Behavior
)
@measurement_service.configuration("reserve_timeout", nims.DataType.Double, 60.0)
@measurement_service.configuration("serial_number", nims.DataType.String, "SN-0001")
@measurement_service.output("sites", nims.DataType.Int32Array1D)
@measurement_service.output("pins", nims.DataType.StringArray1D)
@measurement_service.output("mean", nims.DataType.DoubleArray1D)
@measurement_service.output("noise", nims.DataType.DoubleArray1D)
@measurement_service.output("signal_out_of_range", nims.DataType.BooleanArray1D)
@measurement_service.output("absolute_resolution", nims.DataType.DoubleArray1D)
@measurement_service.output("passed", nims.DataType.Boolean)
@measurement_service.output("logged", nims.DataType.Int32)
@measurement_service.output("new_session", nims.DataType.Boolean)
@measurement_service.output("log_session", nims.DataType.String)
def measure(  # noqa: PLR0917 - a parameter for each configuration, as the SDK wants it
    voltage_pins: Sequence[str],
    log_pin: str,
    measurement_type: MeasurementType,
    range: float,  # noqa: A002 - the name that NI's own measurements have
    resolution_digits: float,
    low_limit: float,
    high_limit: float,
    readings: int,
    interval: float,
    log_while_measuring: bool,
    log_behavior: Behavior,
    reserve_timeout: float,
    serial_number: str,
) -> Outputs:
    """Measure at all pins of each site. The README tells what is what."""
    with measuring(measurement_service.context) as run:
        require_names(voltage_pins=voltage_pins, log_pin=log_pin)
        conditions = Conditions(serial_number, readings, interval)
        settings = MeterSettings(measurement_type, range, resolution_digits)
        meter = OutputVoltage(settings, conditions, limits_of(low_limit, high_limit))
        job = Job(
            voltage_pins, log_pin, log_while_measuring, log_behavior, reserve_timeout, conditions
        )
        logged = measure_and_log(measurement_service, run, job, meter)
        found = summarise(logged.readings, meter)
        return (*found, logged.count, logged.new_session, logged.public_ids)
