"""How both plug-ins come to their session: reserved, opened, and given back whatever happens.

The pin decides how they share it. With a pin each, on aliases of one instrument, both hold the
session at once. With the same pin, one waits until the other has given it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ni_measurement_plugin_sdk_service import MeasurementService

from device_communication import (
    INSTRUMENT_TYPE,
    DeviceCommunicationClient,
    DeviceCommunicationSessionConstructor,
    Protocol,
)
from measurement_support.connections import connections, require_names
from measurement_support.interruption import Interruption
from measurement_support.reserving import reserved
from session_sharing import Behavior

CALL_SECONDS = 30.0
"""How long a call to the service may take; never beyond the caller's deadline."""


@contextmanager
def shared_session(
    service: MeasurementService,
    run: Interruption,
    pin: str,
    behavior: Behavior,
    reserve_timeout: float,
    *,
    protocol: Protocol,
) -> Iterator[DeviceCommunicationClient]:
    """Have the device of a pin while the block runs.

    Args:
        service: The measurement that runs.
        run: Its run.
        pin: The pin; another plug-in that has it reserved is waited for.
        behavior: How the session is initialized.
        reserve_timeout: How long to wait for the reservation, in seconds.
        protocol: How the device is talked to; UNSPECIFIED for whatever a session is open with.

    Raises:
        SharingError: The pin map does not fit, or the service refuses.
        grpc.RpcError: The reservation was refused, or the run has to end.
    """
    require_names(pin=pin)
    with reserved(service, run, [pin], reserve_timeout) as reservation:
        connections(reservation, pin, INSTRUMENT_TYPE)  # Refuses a pin of something else.
        constructor = DeviceCommunicationSessionConstructor(
            behavior,
            protocol=protocol,
            wait=run.call_timeout(CALL_SECONDS),
            give_up=run.nearly_over,
        )
        with reservation.initialize_session(constructor, INSTRUMENT_TYPE) as opened:
            yield opened.session
