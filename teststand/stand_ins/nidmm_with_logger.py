"""Stands in for NI's example that measures with NI-DMM, and logs to a file."""

from __future__ import annotations

import sys
from pathlib import Path

import ni_measurement_plugin_sdk_service as nims
from ni_measurement_plugin_sdk_service.session_management import INSTRUMENT_TYPE_NI_DMM

from measurement_support.conditions import Conditions
from measurement_support.connections import require_names
from measurement_support.running import measuring
from measurement_support.serving import serve
from output_voltage.meter import OutputVoltage
from output_voltage.metering import MeasurementType, MeterSettings
from session_sharing import Limits
from teststand.stand_ins.measuring import measure_once

measurement_service = nims.MeasurementService(
    service_config_path=Path(__file__).with_suffix(".serviceconfig")
)


@measurement_service.register_measurement
@measurement_service.configuration(
    "nidmm_pin", nims.DataType.IOResource, "DMMPin", instrument_type=INSTRUMENT_TYPE_NI_DMM
)
@measurement_service.configuration("json_logger_pin", nims.DataType.IOResource, "LoggerPin")
@measurement_service.configuration(
    "measurement_type",
    nims.DataType.Enum,
    MeasurementType.DC_VOLTS,
    enum_type=MeasurementType,
)
@measurement_service.configuration("range", nims.DataType.Double, 10.0)
@measurement_service.configuration("resolution_digits", nims.DataType.Double, 5.5)
@measurement_service.output("measured_value", nims.DataType.Double)
@measurement_service.output("signal_out_of_range", nims.DataType.Boolean)
@measurement_service.output("absolute_resolution", nims.DataType.Double)
def measure(
    nidmm_pin: str,
    json_logger_pin: str,
    measurement_type: MeasurementType,
    range: float,  # noqa: A002 - the name that NI's own measurement has
    resolution_digits: float,
) -> tuple[float, bool, float]:
    """Measure at a pin, and log it."""
    with measuring(measurement_service.context) as run:
        require_names(nidmm_pin=nidmm_pin, json_logger_pin=json_logger_pin)
        settings = MeterSettings(measurement_type, range, resolution_digits)
        meter = OutputVoltage(settings, Conditions(""), Limits(), "nidmm_with_logger", "DMM value")
        first = measure_once(measurement_service, run, meter, [nidmm_pin], json_logger_pin)[0].value
        return (first.value, first.signal_out_of_range, first.absolute_resolution)


if __name__ == "__main__":
    sys.exit(serve(measurement_service, "nidmm_with_logger"))
