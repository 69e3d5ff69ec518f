"""Waiting for reservations, at a session management that grants when it is told to."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import grpc
import pytest
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as services
from ni_grpc_extensions.channelpool import GrpcChannelPool
from ni_measurement_plugin_sdk_service.session_management import PinMapContext

from measurement_support import queueing
from measurement_support.interruption import Interruption
from measurement_support.late_releases import MARK, LateRelease
from measurement_support.reserving import reserved
from plugins.measurement_support.tests.contexts import AbortedError, FakeContext

LIMIT = 20.0


class Management(services.SessionManagementServiceServicer):
    """Grants one session when `granting` is set; `left` is set when who waited goes away."""

    def __init__(self) -> None:
        self.asked, self.granting, self.left = (threading.Event() for _ in range(3))
        self.freed: list[str] = []
        self.marks: list[str] = []

    def ReserveSessions(self, request, context):
        """Wait, and grant."""
        assert len(request.annotations) > 1, "NI's client says who asks"
        self.marks.append(request.annotations[MARK])
        context.add_callback(lambda: (self.left.set(), self.granting.set()))
        self.asked.set()
        assert self.granting.wait(LIMIT)
        response = messages.ReserveSessionsResponse()
        response.sessions.add().session.name = "+".join(request.pin_or_relay_names)
        return response

    def UnreserveSessions(self, request, context):
        """Note what is free again, if anybody waits only so long for the answer."""
        assert context.time_remaining() < LIMIT
        self.freed += [each.session.name for each in request.sessions]
        return messages.UnreserveSessionsResponse()


class Service(SimpleNamespace):
    """Stands for the SDK's `MeasurementService`."""

    __hash__ = object.__hash__

    def __init__(self, context: FakeContext, discovery: object, pool: GrpcChannelPool) -> None:
        super().__init__(context=context, discovery_client=discovery, channel_pool=pool)


@pytest.fixture
def management():
    return Management()


@pytest.fixture
def service(management):
    """Return a measurement whose session management this is."""
    server = grpc.server(ThreadPoolExecutor(2, thread_name_prefix="management"))
    services.add_SessionManagementServiceServicer_to_server(management, server)
    place = SimpleNamespace(insecure_address=f"localhost:{server.add_insecure_port('localhost:0')}")
    server.start()
    discovery = SimpleNamespace(enumerate_compute_nodes=list, resolve_service=lambda **_: place)
    context = FakeContext()
    context.pin_map_context = PinMapContext("map", [0])
    with GrpcChannelPool() as pool:
        yield Service(context, discovery, pool)
    server.stop(None).wait(LIMIT)


def use(service: Service, body) -> None:
    """Reserve two pins in a run, and do something with them."""
    with reserved(service, Interruption(service.context), ["VIN", "LOG"], LIMIT) as reservation:
        body(reservation)


def test_a_reservation_is_granted_and_given_back(service, management):
    """What NI's client asks for is what a run gets when it is free, and it is released once."""
    management.granting.set()
    found: list[str] = []
    use(service, lambda held: found.extend(info.session_name for info in held.session_info))
    assert found == management.freed == ["VIN+LOG"]
    assert all(management.marks), "it can be told from others, also later"


def test_a_cancelled_run_leaves_the_queue(service, management, monkeypatch):
    """A run that is cancelled while it waits ends at once, and session management learns it.

    It looks later whether a grant was on its way.
    """
    later: list[LateRelease] = []
    monkeypatch.setattr(queueing, "LATE_RELEASES", SimpleNamespace(add=later.append))
    waiting = ThreadPoolExecutor(1).submit(use, service, pytest.fail)
    assert management.asked.wait(LIMIT)
    service.context.cancel()
    with pytest.raises(AbortedError) as caught:
        waiting.result(LIMIT / 4)
    assert caught.value.code is grpc.StatusCode.CANCELLED
    assert management.left.wait(LIMIT / 4)
    assert [one.mark for one in later] == management.marks


class Cancelling(grpc.UnaryUnaryClientInterceptor):
    """Cancels a run when its answer is there, before the run sees it."""

    def __init__(self, context: FakeContext) -> None:
        self._context = context

    def intercept_unary_unary(self, continuation, client_call_details, request):
        """Make the call."""
        call = continuation(client_call_details, request)
        if isinstance(request, messages.ReserveSessionsRequest):
            call.add_done_callback(lambda _call: self._context.cancel())
        return call


def test_a_grant_that_crosses_the_cancelling_is_given_back(service, management):
    """A run that is cancelled in the moment of the grant does nothing with it, but frees it."""
    management.granting.set()
    pool = service.channel_pool
    cancelling = Cancelling(service.context)
    service.channel_pool = SimpleNamespace(
        get_channel=lambda target: grpc.intercept_channel(pool.get_channel(target), cancelling)
    )
    with pytest.raises(AbortedError, match="cancelled"):
        use(service, pytest.fail)
    assert management.freed == ["VIN+LOG"]
