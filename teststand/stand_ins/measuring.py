"""Measuring once, and logging that: what both stand-ins do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ni_measurement_plugin_sdk_service import MeasurementService

from json_logger import JsonLoggerSessionConstructor
from measurement_support.connections import connections
from measurement_support.interruption import Interruption
from measurement_support.logs import SiteLogs
from measurement_support.readings import Reading
from measurement_support.reserving import reserved
from measurement_support.sharing import Measurement
from session_sharing import Behavior
from session_sharing.utc import utc_now

LOG_TYPE = "JsonLoggerService"
"""The instrument type of the log in NI's published pin map."""

RESERVE_SECONDS = 60.0
"""How long instruments and log are waited for."""

V = TypeVar("V")


def measure_once(
    service: MeasurementService,
    run: Interruption,
    measurement: Measurement[V],
    pins: Sequence[str],
    log_pin: str,
) -> list[Reading[V]]:
    """Reserve instruments and log, measure at each pin of each site, and log that.

    Raises:
        SharingError: The pin map does not fit, or a driver or the log refuses.
        grpc.RpcError: A reservation was refused, or the run has to end.
    """
    with (
        reserved(service, run, [*pins, log_pin], RESERVE_SECONDS) as reservation,
        reservation.initialize_sessions(
            JsonLoggerSessionConstructor(Behavior.AUTO), LOG_TYPE
        ) as opened,
        measurement.instruments(run, reservation, pins) as instruments,
    ):
        logs = SiteLogs(connections(reservation, log_pin, LOG_TYPE), opened, run)
        readings = [
            Reading(index, at.site, at.pin_or_relay_name, at.channel_name, value, utc_now())
            for index, (at, value) in enumerate(instruments.read())
        ]
        logs.log((reading, measurement.record(reading)) for reading in readings)
        return readings
