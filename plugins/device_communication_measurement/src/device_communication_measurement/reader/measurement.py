"""Reads the lines of a GPIO port, again and again: also what another plug-in sets meanwhile."""

from __future__ import annotations

from pathlib import Path

import ni_measurement_plugin_sdk_service as nims

from device_communication import INSTRUMENT_TYPE, Protocol
from device_communication_measurement.shared_session import shared_session
from measurement_support.running import measuring
from session_sharing import Behavior

measurement_service = nims.MeasurementService(
    service_config_path=Path(__file__).with_name("DeviceCommunicationReader.serviceconfig")
)


@measurement_service.register_measurement
@measurement_service.configuration(
    "pin", nims.DataType.IOResource, "DEVICE_COMMUNICATION_READER", instrument_type=INSTRUMENT_TYPE
)
@measurement_service.configuration("port", nims.DataType.Int32, 0)
@measurement_service.configuration("count", nims.DataType.Int32, 3)
@measurement_service.configuration("interval", nims.DataType.Double, 0.01)
@measurement_service.configuration(
    "behavior", nims.DataType.Enum, Behavior.AUTO, enum_type=Behavior
)
@measurement_service.configuration("protocol", nims.DataType.Enum, Protocol.SPI, enum_type=Protocol)
@measurement_service.configuration("reserve_timeout", nims.DataType.Double, 60.0)
@measurement_service.output("values", nims.DataType.Int32Array1D)
@measurement_service.output("session", nims.DataType.String)
@measurement_service.output("new_session", nims.DataType.Boolean)
def measure(  # noqa: PLR0917 - a parameter for each configuration, as the SDK wants it
    pin: str,
    port: int,
    count: int,
    interval: float,
    behavior: Behavior,
    protocol: Protocol,
    reserve_timeout: float,
) -> tuple[list[int], str, bool]:
    """Read so many times, and wait before each of them."""
    with (
        measuring(measurement_service.context) as run,
        shared_session(
            measurement_service, run, pin, behavior, reserve_timeout, protocol=protocol
        ) as session,
    ):
        values = []
        for _ in range(count):
            run.wait(interval)
            values.append(session.read_gpio_port(port))
        return values, session.public_id, session.new_session
