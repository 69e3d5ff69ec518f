"""Sources a DC voltage with NI-DCPower, measures it, and logs every reading to shared logs.

How a log is shared, by waiting or with an alias, is told in `measurement_support.sharing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ni_measurement_plugin_sdk_service as nims
from ni_measurement_plugin_sdk_service.session_management import INSTRUMENT_TYPE_NI_DCPOWER

from measurement_support.conditions import Conditions, limits_of
from measurement_support.connections import require_names
from measurement_support.running import measuring
from measurement_support.sharing import Job, measure_and_log
from session_sharing import Behavior
from supply_current.sourcing import SourceSettings
from supply_current.supply import SupplyCurrent, summarise

Outputs = tuple[list[int], list[str], list[float], list[float], list[bool], bool, int, bool, str]

measurement_service = nims.MeasurementService(
    service_config_path=Path(__file__).with_name("SupplyCurrent.serviceconfig")
)


@measurement_service.register_measurement
@measurement_service.configuration(
    "supply_pins",
    nims.DataType.IOResourceArray1D,
    ["VIN"],
    instrument_type=INSTRUMENT_TYPE_NI_DCPOWER,
)
# NI's SDK takes one type of instrument or none. None: editors offer pins of files and of databases.
@measurement_service.configuration("log_pin", nims.DataType.IOResource, "LOG")
@measurement_service.configuration("voltage_level", nims.DataType.Double, 5.0)
@measurement_service.configuration("voltage_level_range", nims.DataType.Double, 6.0)
@measurement_service.configuration("current_limit", nims.DataType.Double, 0.01)
@measurement_service.configuration("current_limit_range", nims.DataType.Double, 0.01)
@measurement_service.configuration("source_delay", nims.DataType.Double, 0.01)
@measurement_service.configuration("low_limit", nims.DataType.Double, 0.5e-3)
@measurement_service.configuration("high_limit", nims.DataType.Double, 1.5e-3)
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
@measurement_service.output("voltages", nims.DataType.DoubleArray1D)
@measurement_service.output("currents", nims.DataType.DoubleArray1D)
@measurement_service.output("in_compliance", nims.DataType.BooleanArray1D)
@measurement_service.output("passed", nims.DataType.Boolean)
@measurement_service.output("logged", nims.DataType.Int32)
@measurement_service.output("new_session", nims.DataType.Boolean)
@measurement_service.output("log_session", nims.DataType.String)
def measure(  # noqa: PLR0917 - a parameter for each configuration, as the SDK wants it
    supply_pins: Sequence[str],
    log_pin: str,
    voltage_level: float,
    voltage_level_range: float,
    current_limit: float,
    current_limit_range: float,
    source_delay: float,
    low_limit: float,
    high_limit: float,
    readings: int,
    interval: float,
    log_while_measuring: bool,
    log_behavior: Behavior,
    reserve_timeout: float,
    serial_number: str,
) -> Outputs:
    """Source a voltage at all pins of each site, and measure. The README tells what is what."""
    with measuring(measurement_service.context) as run:
        require_names(supply_pins=supply_pins, log_pin=log_pin)
        conditions = Conditions(serial_number, readings, interval)
        settings = SourceSettings(
            voltage_level, voltage_level_range, current_limit, current_limit_range, source_delay
        )
        supply = SupplyCurrent(settings, conditions, limits_of(low_limit, high_limit))
        job = Job(
            supply_pins, log_pin, log_while_measuring, log_behavior, reserve_timeout, conditions
        )
        logged = measure_and_log(measurement_service, run, job, supply)
        found = summarise(logged.readings, supply)
        return (*found, logged.count, logged.new_session, logged.public_ids)
