"""Drives a registry in tests: the world that carries out its effects, under the test's control."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from session_sharing.behavior import Behavior
from session_sharing.core import (
    Answer,
    CloseResource,
    Effect,
    EventKind,
    Initialized,
    InitializeRequest,
    Keep,
    Kept,
    OpenResource,
    Registry,
    ReleaseMode,
    ReleaseRequest,
    ReopenResource,
    SessionEvent,
    Tell,
)
from session_sharing.errors import SharingError
from session_sharing.information import ClientIdentity
from session_sharing.testing.registry_calls import Call, InitializeCall

START = datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone.utc)
"""When a driver's clock begins."""


class RegistryDriver:
    """Feeds a registry and carries out its effects on resources that exist only here.

    Nothing opens or closes until the test says so. Effects that no correct registry may return
    raise `AssertionError`: a second answer, one before what is kept of its step, a second handle on
    one resource, a handle that is closed twice or under an operation.

    Attributes:
        registry: What is tested.
        now: The time; it stands still unless the test moves it.
        opening: The keys that are being opened, by session name.
        handles: The keys that are open, by session name.
        closing: The names of sessions whose handle is being closed.
        operations: How many operations run, by session name.
        events: What watchers were told.
        kept: All entries that were kept since the service was started.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._names = itertools.count(1)
        self._public_ids = itertools.count(1)
        self.registry = self._new_registry()
        self.now = START
        self.opening: dict[str, str] = {}
        self.handles: dict[str, str] = {}
        self.closing: set[str] = set()
        self.operations: dict[str, int] = {}
        self.events: list[SessionEvent] = []
        self.kept: list[Kept] = []

    def _new_registry(self) -> Registry:
        return Registry(
            lambda: f"session-{next(self._names)}", lambda: f"id-{next(self._public_ids)}"
        )

    def carry_out(self, effects: Iterable[Effect]) -> None:
        """Carry out effects, in order."""
        answered = False
        for effect in effects:
            match effect:
                case Keep(entry=entry):
                    assert not answered, "answered before it was kept"
                    self.kept.append(entry)
                case Answer(ticket=Call() as call, result=result):
                    assert call.answer is None, "a call was answered twice"
                    call.answer = result
                    answered = True
                case ReopenResource(session_name=name, key=key):
                    assert key not in self.handles.values(), "a second handle on one resource"
                    self.handles[name] = key
                case OpenResource(session_name=name, key=key):
                    in_use = {*self.opening.values(), *self.handles.values()}
                    assert key not in in_use, "a second handle on one resource"
                    self.opening[name] = key
                case CloseResource(session_name=name):
                    assert name in self.handles, "closed what is not open"
                    assert name not in self.closing, "closed twice"
                    assert not self.operations.get(name), "closed under an operation"
                    self.closing.add(name)
                case Tell(event=event):
                    self.events.append(event)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def told(self) -> list[EventKind]:
        """Return what kinds of events watchers were told, in order."""
        return [event.kind for event in self.events]

    def restart(self, *, from_snapshot: bool = False) -> None:
        """The service dies and is started again: it has what it kept, and no call is answered.

        Args:
            from_snapshot: What was kept was written anew, as a snapshot, right before.
        """
        self.kept = self.registry.snapshot() if from_snapshot else list(self.kept)
        for broken_off in (self.opening, self.handles, self.closing, self.operations):
            broken_off.clear()
        self.registry = self._new_registry()
        self.carry_out(self.registry.restore(self.kept, self.now))

    # Clients

    def connect(self, *clients: str) -> None:
        """Let clients connect; each is a program of its own name."""
        for client in clients:
            identity = ClientIdentity(f"{client}.py", "host", 100, user="ann")
            self.registry.connect(client, identity)

    def expire(self, client: str) -> None:
        """A client is lost and does not come back within its grace time."""
        self.registry.lose(client)
        self.carry_out(self.registry.expire(client, self.now))

    # Calls

    def initialize(
        self,
        client: str,
        behavior: Behavior = Behavior.AUTO,
        *,
        key: str = "log",
        attachment: str | None = None,
        alias: str = "",
        take_over: str = "",
    ) -> InitializeCall:
        """Initialize. No client means one without identity; the attachment id is new by default."""
        if attachment is None:
            attachment = f"attachment-{next(self._numbers)}" if client else ""
        request = InitializeRequest(
            key, f"{key}.txt", behavior, alias, client, attachment, f"/{key}", take_over
        )
        return self.repeat(request)

    def repeat(self, request: InitializeRequest) -> InitializeCall:
        """Send an Initialize request as it is."""
        call = InitializeCall(request=request)
        self.carry_out(self.registry.initialize(call, request, self.now))
        return call

    def abandon(self, call: InitializeCall) -> None:
        """The caller of an Initialize goes away without its answer."""
        self.carry_out(self.registry.abandon(call, call.request, self.now))

    def release(
        self,
        call: InitializeCall,
        mode: ReleaseMode = ReleaseMode.BY_BEHAVIOR,
        *,
        client: str | None = None,
        session_name: str | None = None,
    ) -> Call:
        """Release what an Initialize asked for; by its own client unless told otherwise."""
        if session_name is None:
            session_name = call.answer.session_name if isinstance(call.answer, Initialized) else ""
        client = call.request.client_id if client is None else client
        request = ReleaseRequest(client, call.request.attachment_id, session_name, mode)
        released = Call()
        self.carry_out(self.registry.release(released, request, self.now))
        return released

    def close_anonymously(self, session_name: str) -> Call:
        """A client without identity closes a session."""
        call = Call()
        self.carry_out(self.registry.close_anonymously(call, session_name, self.now))
        return call

    def force_close(self, public_id: str, by: str = "an operator") -> Call:
        """An operator closes a session."""
        call = Call()
        self.carry_out(self.registry.force_close(call, public_id, by, self.now))
        return call

    def request_close(self, public_id: str, by: str = "an operator") -> Call:
        """An operator asks to close a session."""
        call = Call()
        self.carry_out(self.registry.request_close(call, public_id, by, self.now))
        return call

    # What the world does

    def opened(self, key: str = "log", error: SharingError | None = None) -> None:
        """The opening of a resource ends, well or with an error."""
        name = next(name for name, opening in self.opening.items() if opening == key)
        del self.opening[name]
        if error is None:
            self.handles[name] = key
            self.carry_out(self.registry.opened(name, self.now))
        else:
            self.carry_out(self.registry.open_failed(name, error, self.now))

    def closed(self, key: str = "log", error: SharingError | None = None) -> None:
        """The closing of a resource ends, well or with an error."""
        name = next(name for name in self.closing if self.handles[name] == key)
        self.closing.remove(name)
        del self.handles[name]
        self.carry_out(self.registry.closed(name, error, self.now))

    def begin_operation(self, session_name: str, attachment: str) -> None:
        """Begin an operation; without attachment it comes from a client without identity.

        Raises:
            SharingError: It is refused.
        """
        self.registry.begin_operation(session_name, attachment, self.now, anonymous=not attachment)
        self.operations[session_name] = self.operations.get(session_name, 0) + 1

    def end_operation(self, session_name: str) -> None:
        """An operation ends."""
        self.operations[session_name] -= 1
        self.carry_out(self.registry.end_operation(session_name, self.now))
