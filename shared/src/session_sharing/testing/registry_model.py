"""A model of the registry: what the contract says of one service, as plainly as it can be said.

It was written from the contract and not from the code. It knows sessions by number and finds
everything by looking through all there is; it does nothing and keeps no texts. Tests play the
same steps to it and to what they test, and compare.
"""

from __future__ import annotations

from dataclasses import replace

from session_sharing.core import InitializeRequest, ReleaseMode
from session_sharing.testing.model_state import Hold, ModelSession, ModelState, Queued
from session_sharing.testing.registry_calls import Call, InitializeCall


class RegistryModel(ModelState):
    """What the rules of sharing say, for one service."""

    # Initialize

    def initialize(self, call: InitializeCall) -> None:
        """Take in an Initialize."""
        request = call.request
        if bool(request.client_id) != bool(request.attachment_id):
            self.answers[call] = "InvalidRequestError"
        elif request.client_id and not self.connected.get(request.client_id):
            self.answers[call] = "UnknownClientError"
        elif request.attachment_id in self.ended:
            self.answers[call] = "AttachmentEndedError"
        elif not self._repeated(call):
            self._decide(Queued(request, [call]))

    def _repeated(self, call: InitializeCall) -> bool:
        waits = self.queued(call.request.attachment_id)
        session = self.session_of(call.request.attachment_id)
        hold = session.holds[call.request.attachment_id] if session else None
        known = waits[1].request if waits else hold.request if hold else None
        if known is None:
            return False
        if known != replace(call.request, take_over=known.take_over):
            self.answers[call] = "InvalidRequestError"
        elif waits:
            waits[1].calls.append(call)
        elif session and hold:
            hold.untold = set()
            self.answers[call] = (session.name, hold.created, hold.took_over)
        return True

    def _decide(self, queued: Queued) -> None:
        request = queued.request
        session = self.sessions.get(request.key)
        if session is None and request.behavior in {2, 4}:
            self.refuse(queued, "SessionNotFoundError")
        elif session is None:
            self.opened_ever += 1
            self.sessions[request.key] = ModelSession(self.opened_ever, request, queue=[queued])
        elif session.phase != "open":
            session.queue.append(queued)
        elif request.behavior in {0, 2, 4} or _may_use_own(session, request):
            self._attach(session, queued, created=False)
        elif session.name == request.take_over and self._is_given_up(session):
            session.ask_to_close()
            queued.took_over = session.public_id
            session.queue.append(queued)
        else:
            self.refuse(queued, "SessionExistsError")

    def _is_given_up(self, session: ModelSession) -> bool:
        return session.detached and not self.connected.get(session.opener.client_id, False)

    def _attach(self, session: ModelSession, queued: Queued, *, created: bool) -> None:
        if queued.request.client_id:
            hold = Hold(queued.request, created, set(queued.calls), queued.took_over)
            session.holds[queued.request.attachment_id] = hold
        else:
            session.shut_for_anonymous = False
        for call in queued.calls:
            self.answers[call] = (session.name, created, queued.took_over)

    def abandon(self, call: InitializeCall) -> None:
        """The caller of an Initialize goes away without its answer."""
        for session in self.sessions.values():
            for queued in session.queue:
                if call in queued.calls:
                    queued.calls.remove(call)
                    if not queued.calls:
                        session.queue.remove(queued)
                    return
        attachment = call.request.attachment_id
        held = self.session_of(attachment)
        if held and call in held.holds[attachment].untold:
            hold = held.holds[attachment]
            hold.untold.remove(call)
            if not hold.untold:
                held.let_go(attachment, asks=hold.closes)

    # Opening and closing

    def opened(self, session: ModelSession) -> None:
        """A resource is open."""
        session.phase, queue, session.queue = "open", session.queue, []
        if not queue:
            session.ask_to_close()
            return
        would = [queued for queued in queue if queued.request.behavior in {0, 1, 3}]
        own = [queued for queued in would if queued.request is session.opener]
        creator = next(iter(own + would), None)
        if creator is not None:
            session.opener = creator.request
            self._attach(session, creator, created=True)
        for queued in queue:
            if queued is not creator:
                self._decide(queued)
        if creator is None and session.opener.behavior in {0, 1}:
            session.ask_to_close()

    def open_failed(self, session: ModelSession, error: str) -> None:
        """A resource could not be opened."""
        del self.sessions[session.opener.key]
        for queued in session.queue:
            self.refuse(queued, error)

    def closed(self, session: ModelSession, outcome: str) -> None:
        """A handle is closed; the outcome is `closed`, or the error with which it failed."""
        del self.sessions[session.opener.key]
        self.past[session.name] = outcome
        self.answers.update(dict.fromkeys(session.closers, outcome))
        for queued in session.queue:
            self._decide(queued)

    # Letting go

    def release(
        self, call: Call, client: str, attachment: str, name: str, mode: ReleaseMode
    ) -> None:
        """Take in a Release."""
        session, waits = self.session_of(attachment), self.queued(attachment)
        hold = session.holds[attachment] if session else None
        known = hold.request if hold else waits[1].request if waits else None
        foreign = known is not None and known.client_id != client
        if not client or not attachment or foreign:
            self.answers[call] = "InvalidRequestError"
        elif session and hold:
            by_rule = mode is ReleaseMode.BY_BEHAVIOR and hold.closes
            session.let_go(attachment, asks=by_rule or mode is ReleaseMode.ASK_TO_CLOSE)
            self.ended[attachment] = (session.name, self.answer_by_state(call, session))
        else:
            if waits:
                waits[0].queue.remove(waits[1])
                self.refuse(waits[1], "AttachmentEndedError")
            self._release_again(call, attachment, name)

    def _release_again(self, call: Call, attachment: str, name: str) -> None:
        its_session, how = self.ended.setdefault(attachment, ("", "given up"))
        name = its_session or name
        session = self.named(name)
        if not name or how == "left open":
            self.answers[call] = "left open"
        elif session:
            self.answer_by_state(call, session)
        else:
            self.answers[call] = self.past.get(name, "SessionNotFoundError")

    def close_anonymously(self, call: Call, name: str) -> None:
        """A client without identity closes a session."""
        session = self.named(name)
        if session is None or session.phase != "open" or session.shut_for_anonymous:
            self.answers[call] = "SessionNotFoundError"
            return
        session.shut_for_anonymous = True
        session.ask_to_close()
        self.answer_by_state(call, session)

    def force_close(self, call: Call, session: ModelSession) -> None:
        """An operator closes a session."""
        for attachment in list(session.holds):
            self.ended[attachment] = (session.name, "closed")
            session.let_go(attachment, asks=True)
        session.ask_to_close()
        session.closers.append(call)

    def request_close(self, call: Call, session: ModelSession) -> None:
        """An operator asks to close a session."""
        if session.phase == "open":
            session.ask_to_close(politely=True)
        self.answer_by_state(call, session)

    def close_detached(self) -> None:
        """Sessions that nobody holds or uses are closed."""
        for session in self.sessions.values():
            if session.detached and not session.operations and not session.opened_anonymously:
                session.ask_to_close()

    # Clients and operations

    def lose(self, client: str) -> bool:
        """A client's stream ends; return whether it holds or awaits anything."""
        sessions = self.sessions.values()
        wishes = [hold.request for session in sessions for hold in session.holds.values()]
        wishes += [queued.request for session in sessions for queued in session.queue]
        busy = client in {wish.client_id for wish in wishes}
        if busy:
            self.connected[client] = False
        else:
            self.connected.pop(client, None)
        return busy

    def expire(self, client: str) -> None:
        """The grace time of a client is over."""
        if self.connected.get(client, True):
            return
        del self.connected[client]
        for session in self.sessions.values():
            for queued in [q for q in session.queue if q.request.client_id == client]:
                session.queue.remove(queued)
                self.refuse(queued, "UnknownClientError")
            for attachment, hold in list(session.holds.items()):
                if hold.request.client_id == client:
                    session.let_go(attachment, asks=hold.closes)
                    self.ended[attachment] = (session.name, "expired")

    def refusal_of_operation(self, name: str, attachment: str) -> str:
        """Return the error that an operation gets; empty if it is accepted."""
        session = self.named(name)
        if attachment and self.ended.get(attachment, ("", ""))[1] in {"expired", "given up"}:
            return "AttachmentEndedError"
        if session is None or session.phase != "open":
            return "SessionNotFoundError"
        if attachment:
            return "" if attachment in session.holds else "AttachmentEndedError"
        return "SessionNotFoundError" if session.shut_for_anonymous else ""


def _may_use_own(session: ModelSession, request: InitializeRequest) -> bool:
    """Return whether a client may attach with 1 or 3 to the session that it created."""
    held = [
        hold.request.alias
        for hold in session.holds.values()
        if hold.request.client_id == request.client_id
    ]
    own = bool(request.client_id) and session.opener.client_id == request.client_id
    return own and bool(held) and request.alias not in held and not session.asked
