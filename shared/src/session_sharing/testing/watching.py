"""Watches the sessions of a service as operators do, for tests that count what happened."""

from __future__ import annotations

import threading
from collections import Counter
from types import TracebackType

import grpc

from session_sharing.core import EventKind, SessionEvent
from session_sharing.wire.events import event_from_wire
from session_sharing.wire.generated import administration_pb2, administration_pb2_grpc

DEADLINE = 20.0
"""How long an event is waited for, in seconds."""


class SessionWatch:
    """Everything that the administration service tells of sessions while the block runs.

    A thread named `session watch` reads the stream. `_changed` guards the events.

    Args:
        address: host:port of the service.
    """

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)])
        self._stub = administration_pb2_grpc.SessionAdministrationStub(self._channel)
        self._changed = threading.Condition()
        self._leaving = threading.Event()
        self._watching = False
        self._counts: Counter[tuple[str, EventKind]] = Counter()
        self._thread = threading.Thread(target=self._read, name="session watch", daemon=True)

    def count(self, resource: str, kind: EventKind) -> int:
        """Return how many events of a kind were told of a resource so far."""
        with self._changed:
            return self._counts[resource, kind]

    def wait_for(self, resource: str, kind: EventKind) -> None:
        """Wait until an event of a kind was told of a resource.

        Raises:
            TimeoutError: It was not in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._counts[resource, kind] > 0, DEADLINE):
                raise TimeoutError(f"{resource} was not told {kind.value} in {DEADLINE} s")

    def present(self) -> set[str]:
        """Ask which resources have a session now."""
        request = administration_pb2.ListSessionsRequest()
        listed = self._stub.ListSessions(request, timeout=DEADLINE)
        return {session.resource_name for session in listed.sessions}

    def _read(self) -> None:
        try:
            for response in self._stream:
                response.event.session.ClearField("attachments")  # Many, and not counted here.
                event = event_from_wire(response.event)
                if event is not None:
                    self._take(event)
        except grpc.RpcError:
            if not self._leaving.is_set():
                raise

    def _take(self, event: SessionEvent) -> None:
        with self._changed:
            if event.session is not None:
                self._counts[event.session.resource_name, event.kind] += 1
            self._watching = self._watching or event.kind is EventKind.WATCHING
            self._changed.notify_all()

    def __enter__(self) -> SessionWatch:
        self._stream = self._stub.WatchSessions(administration_pb2.WatchSessionsRequest())
        self._thread.start()
        with self._changed:
            if not self._changed.wait_for(lambda: self._watching, DEADLINE):
                raise TimeoutError(f"The watch did not begin in {DEADLINE} s")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leaving.set()
        self._stream.cancel()
        self._thread.join(DEADLINE)
        self._channel.close()
