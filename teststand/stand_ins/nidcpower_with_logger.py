"""Stands in for NI's example that sources a DC voltage with NI-DCPower, and logs to a file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import ni_measurement_plugin_sdk_service as nims
from ni_measurement_plugin_sdk_service.session_management import INSTRUMENT_TYPE_NI_DCPOWER

from measurement_support.conditions import Conditions
from measurement_support.connections import require_names
from measurement_support.running import measuring
from measurement_support.serving import serve
from session_sharing import Limits
from supply_current.sourcing import SourceSettings
from supply_current.supply import SupplyCurrent, summarise
from teststand.stand_ins.measuring import measure_once

Outputs = tuple[list[int], list[str], list[float], list[float], list[bool]]

measurement_service = nims.MeasurementService(
    service_config_path=Path(__file__).with_suffix(".serviceconfig")
)


@measurement_service.register_measurement
@measurement_service.configuration(
    "nidcpower_pins",
    nims.DataType.IOResourceArray1D,
    ["DCPowerPin"],
    instrument_type=INSTRUMENT_TYPE_NI_DCPOWER,
)
@measurement_service.configuration("json_logger_pin", nims.DataType.IOResource, "LoggerPin")
@measurement_service.configuration("voltage_level", nims.DataType.Double, 6.0)
@measurement_service.configuration("voltage_level_range", nims.DataType.Double, 6.0)
@measurement_service.configuration("current_limit", nims.DataType.Double, 0.01)
@measurement_service.configuration("current_limit_range", nims.DataType.Double, 0.01)
@measurement_service.configuration("source_delay", nims.DataType.Double, 0.0)
@measurement_service.output("measurement_sites", nims.DataType.Int32Array1D)
@measurement_service.output("measurement_pin_names", nims.DataType.StringArray1D)
@measurement_service.output("voltage_measurements", nims.DataType.DoubleArray1D)
@measurement_service.output("current_measurements", nims.DataType.DoubleArray1D)
@measurement_service.output("in_compliance", nims.DataType.BooleanArray1D)
def measure(  # noqa: PLR0917 - a parameter for each configuration, as the SDK wants it
    nidcpower_pins: Sequence[str],
    json_logger_pin: str,
    voltage_level: float,
    voltage_level_range: float,
    current_limit: float,
    current_limit_range: float,
    source_delay: float,
) -> Outputs:
    """Source a voltage at all pins of each site, measure it once, and log it."""
    with measuring(measurement_service.context) as run:
        require_names(nidcpower_pins=nidcpower_pins, json_logger_pin=json_logger_pin)
        settings = SourceSettings(
            voltage_level, voltage_level_range, current_limit, current_limit_range, source_delay
        )
        supply = SupplyCurrent(
            settings, Conditions(""), Limits(), "nidcpower_with_logger", "DC voltage"
        )
        readings = measure_once(measurement_service, run, supply, nidcpower_pins, json_logger_pin)
        sites, pins, voltages, currents, in_compliance, _ = summarise(readings, supply)
        return (sites, pins, voltages, currents, in_compliance)


if __name__ == "__main__":
    sys.exit(serve(measurement_service, "nidcpower_with_logger"))
