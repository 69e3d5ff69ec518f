"""A model of the registry: what the contract says of one service, as plainly as it can be said.

It was written from the contract and not from the code. It knows sessions by number and finds
everything by looking through all there is; it does nothing and keeps no texts. Tests play the
same steps to it and to what they test, and compare.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from session_sharing.core import InitializeRequest, ReleaseMode
from session_sharing.testing.registry_driver import Call


@dataclass(eq=False)
class Hold:
    """An attachment, with the calls that it was made for."""

    request: InitializeRequest
    created: bool
    untold: set[Call]


@dataclass(eq=False)
class Queued:
    """An Initialize that waits, with all calls that ask for it."""

    request: InitializeRequest
    calls: list[Call]


@dataclass(eq=False)
class ModelSession:
    """A session from its opening until its handle is closed."""

    number: int
    opener: InitializeRequest
    phase: str = "opening"
    holds: dict[str, Hold] = field(default_factory=dict)
    asked: bool = False
    shut_for_anonymous: bool = False
    operations: int = 0
    queue: list[Queued] = field(default_factory=list)
    closers: list[Call] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"session-{self.number}"


class RegistryModel:
    """What session-semantics.md says, for one service."""

    def __init__(self) -> None:
        self.connected: dict[str, bool] = {}
        self.sessions: dict[str, ModelSession] = {}
        self.past: dict[str, str] = {}  # session name -> how its closing went
        self.ended: dict[str, tuple[str, str]] = {}  # attachment -> session name, how it ended
        self.answers: dict[Call, Hashable] = {}
        self.opened_ever = 0

    def session_of(self, attachment: str) -> ModelSession | None:
        return next((s for s in self.sessions.values() if attachment in s.holds), None)

    def named(self, name: str) -> ModelSession | None:
        return next((s for s in self.sessions.values() if s.name == name), None)

    def queued(self, attachment: str) -> tuple[ModelSession, Queued] | None:
        for session in self.sessions.values():
            for queued in session.queue:
                if attachment and queued.request.attachment_id == attachment:
                    return session, queued
        return None

    # Initialize

    def initialize(self, call: Call, request: InitializeRequest) -> None:
        if bool(request.client_id) != bool(request.attachment_id):
            self.answers[call] = "InvalidRequestError"
        elif request.client_id and not self.connected.get(request.client_id):
            self.answers[call] = "UnknownClientError"
        elif request.attachment_id in self.ended:
            self.answers[call] = "AttachmentEndedError"
        elif not self.repeated(call, request):
            self.decide(Queued(request, [call]))

    def repeated(self, call: Call, request: InitializeRequest) -> bool:
        waits = self.queued(request.attachment_id)
        session = self.session_of(request.attachment_id)
        hold = session.holds[request.attachment_id] if session else None
        known = waits[1].request if waits else hold.request if hold else None
        if known is None:
            return False
        if known != request:
            self.answers[call] = "InvalidRequestError"
        elif waits:
            waits[1].calls.append(call)
        elif session and hold:
            hold.untold = set()
            self.answers[call] = (session.name, hold.created)
        return True

    def decide(self, queued: Queued) -> None:
        request = queued.request
        session = self.sessions.get(request.key)
        if session is None and request.behavior in (2, 4):
            self.refuse(queued, "SessionNotFoundError")
        elif session is None:
            self.opened_ever += 1
            self.sessions[request.key] = ModelSession(self.opened_ever, request, queue=[queued])
        elif session.phase != "open":
            session.queue.append(queued)
        elif request.behavior in (0, 2, 4) or self.may_use_own(session, request):
            self.attach(session, queued, created=False)
        else:
            self.refuse(queued, "SessionExistsError")

    def may_use_own(self, session: ModelSession, request: InitializeRequest) -> bool:
        held = [
            hold.request.alias
            for hold in session.holds.values()
            if hold.request.client_id == request.client_id
        ]
        own = bool(request.client_id) and session.opener.client_id == request.client_id
        return own and held != [] and request.alias not in held and not session.asked

    def attach(self, session: ModelSession, queued: Queued, *, created: bool) -> None:
        if queued.request.client_id:
            hold = Hold(queued.request, created, set(queued.calls))
            session.holds[queued.request.attachment_id] = hold
        else:
            session.shut_for_anonymous = False
        for call in queued.calls:
            self.answers[call] = (session.name, created)

    def refuse(self, queued: Queued, error: str) -> None:
        self.answers.update(dict.fromkeys(queued.calls, error))

    def abandon(self, call: Call) -> None:
        for session in self.sessions.values():
            for queued in session.queue:
                if call in queued.calls:
                    queued.calls.remove(call)
                    if not queued.calls:
                        session.queue.remove(queued)
                    return
        assert call.request is not None
        attachment = call.request.attachment_id
        held = self.session_of(attachment)
        if held and call in held.holds[attachment].untold:
            held.holds[attachment].untold.remove(call)
            if not held.holds[attachment].untold:
                self.let_go(held, attachment, asks=self.closes(held.holds[attachment]))

    # Opening and closing

    def opened(self, session: ModelSession) -> None:
        session.phase, queue, session.queue = "open", session.queue, []
        if not queue:
            session.asked = True
            self.close_if_free(session)
            return
        would = [queued for queued in queue if queued.request.behavior in (0, 1, 3)]
        own = [queued for queued in would if queued.request is session.opener]
        creator = (own + would + [None])[0]
        if creator is not None:
            session.opener = creator.request
            self.attach(session, creator, created=True)
        for queued in queue:
            if queued is not creator:
                self.decide(queued)
        if creator is None and session.opener.behavior in (0, 1):
            session.asked = True
            self.close_if_free(session)

    def open_failed(self, session: ModelSession, error: str) -> None:
        del self.sessions[session.opener.key]
        for queued in session.queue:
            self.refuse(queued, error)

    def close_if_free(self, session: ModelSession) -> None:
        if session.asked and not session.holds:
            session.phase = "closing"

    def closed(self, session: ModelSession, outcome: str) -> None:
        del self.sessions[session.opener.key]
        self.past[session.name] = outcome
        self.answers.update(dict.fromkeys(session.closers, outcome))
        for queued in session.queue:
            self.decide(queued)

    # Letting go

    def closes(self, hold: Hold) -> bool:
        behavior = hold.request.behavior
        return behavior in (1, 4) or (behavior == 0 and hold.created)

    def let_go(self, session: ModelSession, attachment: str, *, asks: bool) -> None:
        del session.holds[attachment]
        session.asked = session.asked or asks
        self.close_if_free(session)

    def state_after(self, call: Call, session: ModelSession) -> str:
        if session.phase == "closing":
            session.closers.append(call)
            return "closed"
        self.answers[call] = "close pending" if session.asked else "left open"
        return str(self.answers[call])

    def release(
        self, call: Call, client: str, attachment: str, name: str, mode: ReleaseMode
    ) -> None:
        if not client or not attachment:
            self.answers[call] = "InvalidRequestError"
            return
        session, waits = self.session_of(attachment), self.queued(attachment)
        hold = session.holds[attachment] if session else None
        known = hold.request if hold else waits[1].request if waits else None
        if known and known.client_id != client:
            self.answers[call] = "InvalidRequestError"
        elif session and hold:
            by_rule = mode is ReleaseMode.BY_BEHAVIOR and self.closes(hold)
            self.let_go(session, attachment, asks=by_rule or mode is ReleaseMode.ASK_TO_CLOSE)
            self.ended[attachment] = (session.name, self.state_after(call, session))
        else:
            if waits:
                waits[0].queue.remove(waits[1])
                self.refuse(waits[1], "AttachmentEndedError")
            self.release_again(call, attachment, name)

    def release_again(self, call: Call, attachment: str, name: str) -> None:
        its_session, how = self.ended.setdefault(attachment, ("", "given up"))
        name = its_session or name
        session = self.named(name)
        if not name or how == "left open":
            self.answers[call] = "left open"
        elif session:
            self.state_after(call, session)
        else:
            self.answers[call] = self.past.get(name, "SessionNotFoundError")

    def expire(self, client: str) -> None:
        if self.connected.get(client, True):
            return
        del self.connected[client]
        for session in list(self.sessions.values()):
            for queued in [q for q in session.queue if q.request.client_id == client]:
                session.queue.remove(queued)
                self.refuse(queued, "UnknownClientError")
            for attachment, hold in list(session.holds.items()):
                if hold.request.client_id == client:
                    self.let_go(session, attachment, asks=self.closes(hold))
                    self.ended[attachment] = (session.name, "expired")

    def close_anonymously(self, call: Call, name: str) -> None:
        session = self.named(name)
        if session is None or session.phase != "open" or session.shut_for_anonymous:
            self.answers[call] = "SessionNotFoundError"
            return
        session.shut_for_anonymous = session.asked = True
        self.close_if_free(session)
        self.state_after(call, session)

    def force_close(self, call: Call, session: ModelSession) -> None:
        for attachment in list(session.holds):
            self.ended[attachment] = (session.name, "closed")
            del session.holds[attachment]
        session.phase = "closing"
        session.closers.append(call)

    def refusal_of_operation(self, name: str, attachment: str) -> str:
        """Return the error that an operation gets; empty if it is accepted."""
        session = self.named(name)
        if attachment and self.ended.get(attachment, ("", ""))[1] in ("expired", "given up"):
            return "AttachmentEndedError"
        if session is None or session.phase != "open":
            return "SessionNotFoundError"
        if attachment:
            return "" if attachment in session.holds else "AttachmentEndedError"
        return "SessionNotFoundError" if session.shut_for_anonymous else ""

    def lose(self, client: str) -> bool:
        busy = any(
            client == held.request.client_id
            for session in self.sessions.values()
            for held in (*session.holds.values(), *session.queue)
        )
        if busy:
            self.connected[client] = False
        else:
            self.connected.pop(client, None)
        return busy
