"""What the model of the registry knows: sessions, holds and queues."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from session_sharing.core import Initialized, InitializeRequest, Released
from session_sharing.testing.registry_calls import Call, InitializeCall


@dataclass(eq=False)
class Hold:
    """An attachment, with the calls that it was made for while all may be unaware of it.

    Attributes:
        took_over: The public id of the orphan that was closed for it; empty if none was.
    """

    request: InitializeRequest
    created: bool
    untold: set[InitializeCall]
    took_over: str = ""

    @property
    def closes(self) -> bool:
        """Whether letting it go by its behaviour asks to close."""
        behavior = self.request.behavior
        return behavior in {1, 4} or (behavior == 0 and self.created)


@dataclass(eq=False)
class Queued:
    """An Initialize that waits, with all calls that ask for it, and the orphan it waits for."""

    request: InitializeRequest
    calls: list[InitializeCall]
    took_over: str = ""


@dataclass(eq=False)
class ModelSession:
    """A session from its opening until its handle is closed."""

    number: int
    opener: InitializeRequest
    phase: str = "opening"
    holds: dict[str, Hold] = field(default_factory=dict)
    asked: bool = False
    insisted: bool = False
    shut_for_anonymous: bool = False
    operations: int = 0
    queue: list[Queued] = field(default_factory=list)
    closers: list[Call] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The session name, as the driver of the registry makes them."""
        return f"session-{self.number}"

    @property
    def public_id(self) -> str:
        """What people are shown, as the driver of the registry makes it."""
        return f"id-{self.number}"

    @property
    def detached(self) -> bool:
        """Whether it is open and nobody holds it."""
        return self.phase == "open" and not self.holds

    @property
    def opened_anonymously(self) -> bool:
        """Whether it is that of a client without identity, and none of these closed it."""
        return not self.opener.client_id and not self.shut_for_anonymous

    def holders(self) -> list[tuple[str, str]]:
        """Return the attachments with their clients."""
        return [(name, hold.request.client_id) for name, hold in self.holds.items()]

    def let_go(self, attachment: str, *, asks: bool) -> None:
        """Take off an attachment."""
        del self.holds[attachment]
        self.asked = self.asked or asks
        self.insisted = self.insisted or asks
        self._close_if_free()

    def ask_to_close(self, *, politely: bool = False) -> None:
        """Close the session as soon as nobody holds it, or politely: as nobody may use it."""
        self.asked = True
        self.insisted = self.insisted or not politely
        self._close_if_free()

    def _close_if_free(self) -> None:
        wanted = self.insisted or (self.asked and not self.opened_anonymously)
        if wanted and not self.holds:
            self.phase = "closing"


class ModelState:
    """Everything that the model knows.

    Attributes:
        connected: The clients there are; False for those that are lost for the moment.
        sessions: The sessions that are not closed, by resource key.
        past: How the closing of a session went, by its name.
        ended: On which session an attachment was, and how it ended.
        answers: What every answered call was answered.
        opened_ever: How many sessions there were.
    """

    def __init__(self) -> None:
        self.connected: dict[str, bool] = {}
        self.sessions: dict[str, ModelSession] = {}
        self.past: dict[str, str] = {}
        self.ended: dict[str, tuple[str, str]] = {}
        self.answers: dict[Call, Hashable] = {}
        self.opened_ever = 0

    def session_of(self, attachment: str) -> ModelSession | None:
        """Return the session that an attachment holds."""
        return next((s for s in self.sessions.values() if attachment in s.holds), None)

    def named(self, name: str) -> ModelSession | None:
        """Return the session of this name if it is not closed."""
        return next((s for s in self.sessions.values() if s.name == name), None)

    def queued(self, attachment: str) -> tuple[ModelSession, Queued] | None:
        """Return where an attachment waits."""
        for session in self.sessions.values():
            for queued in session.queue:
                if attachment and queued.request.attachment_id == attachment:
                    return session, queued
        return None

    def refuse(self, queued: Queued, error: str) -> None:
        """Answer all calls of a request with an error."""
        self.answers.update(dict.fromkeys(queued.calls, error))

    def answer_by_state(self, call: Call, session: ModelSession) -> str:
        """Answer a release by the state of its session; return what it is, or will be."""
        if session.phase == "closing":
            session.closers.append(call)
            return "closed"
        outcome = "close pending" if session.asked else "left open"
        self.answers[call] = outcome
        return outcome

    def names(self, *phases: str) -> set[str]:
        """Return the names of the sessions in these phases."""
        return {session.name for session in self.sessions.values() if session.phase in phases}

    def restart(self) -> None:
        """The service dies and is started again: what waited or ran is gone, what was open stays.

        Clients without attachments are not known any more, the others have yet to come back.
        """
        for key, session in list(self.sessions.items()):
            if session.phase == "closing":
                self.past[session.name] = "closed"
            if session.phase != "open":
                del self.sessions[key]
            session.operations = 0
            for hold in session.holds.values():
                hold.untold = set()
        holds = [hold for session in self.sessions.values() for hold in session.holds.values()]
        self.connected = {hold.request.client_id: False for hold in holds}

    def seen(self) -> dict[str, tuple[object, ...]]:
        """Return what people see of each resource: id, state, pending close, who holds it.

        Of each attachment they see the first characters of its id, the program, and whether its
        connection is lost.
        """
        return {
            key: (
                session.public_id,
                session.phase,
                session.phase == "open" and session.asked,
                {
                    name[:8]: (f"{client}.py", not self.connected[client])
                    for name, client in session.holders()
                },
            )
            for key, session in self.sessions.items()
        }


def plain(call: Call) -> Hashable:
    """Return a call's answer as the model says it; None while there is none."""
    answer = call.answer
    if isinstance(answer, Initialized):
        took_over = answer.took_over.public_id if answer.took_over else ""
        return (answer.session_name, answer.new_session, took_over)
    if isinstance(answer, Released):
        return answer.outcome.value
    return None if answer is None else type(answer).__name__
