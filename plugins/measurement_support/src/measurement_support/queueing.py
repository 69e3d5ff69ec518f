"""Waiting for a reservation, until it is granted, refused, or the run has to end.

NI's client makes the request and the reservation as ever. Only its channels are wrapped, so that
the one call that waits can be broken off: NI's own way to call blocks until there is an answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

import grpc
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs
from ni_grpc_extensions.channelpool import GrpcChannelPool
from ni_measurement_plugin_sdk_service import MeasurementService
from ni_measurement_plugin_sdk_service.session_management import (
    MultiSessionReservation,
    SessionManagementClient,
)

from measurement_support.drivers import POLL_SECONDS
from measurement_support.interruption import CLEAN_UP_SECONDS, Interruption
from measurement_support.late_releases import LATE_RELEASES, MARK, LateRelease


@dataclass(frozen=True)
class _Wait:
    run: Interruption
    late: LateRelease


_waits: ContextVar[_Wait | None] = ContextVar("_waits", default=None)
"""What the thread of a run waits for at this moment, if that is a reservation."""


def reserve(
    service: MeasurementService,
    run: Interruption,
    pins: Sequence[str],
    limit: float,
    late: LateRelease,
) -> MultiSessionReservation:
    """Reserve pins, all or nothing; a run that has to end leaves the queue.

    Args:
        service: The measurement that runs in this thread.
        run: The run that reserves.
        pins: What to reserve.
        limit: How long to wait for it, in seconds; 0 not to wait, negative for as long as may be.
        late: Has the mark of the reservation, and gives back what is granted too late.

    Returns:
        The reservation. It may be there although the run has to end meanwhile: check that.

    Raises:
        InvalidRequestError: The limit is no number.
        grpc.RpcError: The reservation was refused, or the run has to end.
    """
    where, timeout = service.context.pin_map_context, run.reserve_timeout(limit)
    before = _waits.set(_Wait(run, late))
    try:
        return _client_of(service).reserve_sessions(where, pins, timeout=timeout)
    finally:
        _waits.reset(before)


@cache
def _client_of(service: MeasurementService) -> SessionManagementClient:
    """Return the one client of a service: to make one may ask a name server."""
    return SessionManagementClient(
        discovery_client=service.discovery_client, grpc_channel_pool=_Pool(service)
    )


class _Pool(GrpcChannelPool):
    """The channels of a service, with the wait on them made interruptible."""

    def __init__(self, service: MeasurementService) -> None:
        super().__init__()
        self._service = service

    def get_channel(self, target: str) -> grpc.Channel:
        channel = self._service.channel_pool.get_channel(target)
        return grpc.intercept_channel(channel, _Waiting(channel))


class _Waiting(grpc.UnaryUnaryClientInterceptor):
    """Makes the call of a run that reserves, and breaks it off when the run has to end."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = stubs.SessionManagementServiceStub(channel)

    def intercept_unary_unary(
        self,
        continuation: Callable[..., Any],
        client_call_details: grpc.ClientCallDetails,
        request: Any,  # noqa: ANN401 - each message of NI's passes here
    ) -> Any:  # noqa: ANN401 - grpc's type for it is private
        wait = _waits.get()
        if wait is not None:
            request.annotations[MARK] = wait.late.mark
            return _until_it_ends(wait, self._stub.ReserveSessions.future(request))
        if isinstance(request, messages.UnreserveSessionsRequest):  # NI's client has no time-out.
            return self._stub.UnreserveSessions.future(request, timeout=CLEAN_UP_SECONDS)
        return continuation(client_call_details, request)


def _until_it_ends(wait: _Wait, call: Any) -> Any:  # noqa: ANN401
    ended = threading.Event()
    call.add_done_callback(lambda _call: ended.set())
    while not ended.wait(POLL_SECONDS) and not wait.run.asked.is_set():
        pass
    call.cancel()
    if call.cancelled():
        LATE_RELEASES.add(wait.late)  # A grant may be on its way.
        wait.run.check()
    return call  # It ended first: its answer counts, and a reservation will be given back.
