"""Reserving pins for a part of a measurement, and telling when they could not be given back."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import grpc
from ni_measurement_plugin_sdk_service import MeasurementService
from ni_measurement_plugin_sdk_service.session_management import MultiSessionReservation

from measurement_support.interruption import Interruption
from measurement_support.late_releases import LATE_RELEASES, LateRelease, is_undelivered
from measurement_support.queueing import reserve
from session_sharing.errors import InvalidRequestError, UnavailableError
from session_sharing.text import printable

_log = logging.getLogger(__name__)


@contextmanager
def reserved(
    service: MeasurementService, run: Interruption, pins: Sequence[str], limit: float
) -> Iterator[MultiSessionReservation]:
    """Hold a reservation while the block runs. A failure of the block comes before all others.

    A release that session management did not take, as it was away, is tried again until it does.

    Args:
        service: The measurement that runs in this thread.
        run: The run that reserves.
        pins: What to reserve, all or nothing.
        limit: How long to wait for it, in seconds; 0 not to wait, negative for as long as may be.

    Yields:
        The reservation.

    Raises:
        InvalidRequestError: The call of the measurement names no pin map, so there was nothing to
            reserve.
        UnavailableError: The block went well, but session management did not take the release.
        grpc.RpcError: The reservation was refused, or the run has to end.
    """
    late = LateRelease(uuid.uuid4().hex, ", ".join(pins))
    reservation = reserve(service, run, pins, limit, late)
    try:
        run.check()  # It may have been granted in the moment in which the run was asked to end.
        _require_pin_map(service, reservation, pins)
        yield reservation
    except BaseException:
        text = _release(reservation, late)
        if text:
            _log.warning("%s", printable(text))
        raise
    text = _release(reservation, late)
    if text:
        run.check()  # A run that has to end tells why, not what failed because of it.
        raise UnavailableError(text)


def _require_pin_map(
    service: MeasurementService, reservation: MultiSessionReservation, pins: Sequence[str]
) -> None:
    # Afterwards: with NI's software a pin can be an instrument's own name, without a pin map.
    if not reservation.session_info and not service.context.pin_map_context.pin_map_id:
        raise InvalidRequestError(
            f"The call names no pin map, so nothing is connected to {', '.join(pins)}. Register "
            "a pin map, for example with PinMapClient().update_pin_map(path), and name the id that "
            "this returns in the call."
        )


def _release(reservation: MultiSessionReservation, late: LateRelease) -> str:
    """Release, or see to it that it is done later; return what to tell of that, or nothing."""
    try:
        reservation.unreserve()
    except grpc.RpcError as failure:
        if not is_undelivered(failure):
            return f"{_failed(late, failure)} Others may have to wait for these pins."
        LATE_RELEASES.add(late)
        return (
            f"{_failed(late, failure)} It is tried again until session management takes it, or "
            "this plug-in ends; until then others may have to wait for these pins. If the station "
            "has ended, start it again."
        )
    except ValueError as failure:  # The channel is closed: the plug-in ends.
        return f"{_failed(late, failure)} A station frees it when this plug-in has ended."
    return ""


def _failed(late: LateRelease, failure: Exception) -> str:
    reason = str(failure)
    if isinstance(failure, grpc.Call):
        reason = f"{failure.code().name}: {failure.details()}"
    return f"Releasing the reservation of {late.pins} at session management failed ({reason})."
