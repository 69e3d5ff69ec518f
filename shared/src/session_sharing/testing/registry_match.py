"""A registry and its model, side by side: both are given the same steps, then compared."""

from __future__ import annotations

from datetime import timedelta

from session_sharing.core import Initialized, InitializeRequest, ReleaseMode, Remains
from session_sharing.errors import SharingError, UnavailableError
from session_sharing.testing.model_state import plain
from session_sharing.testing.registry_calls import Call, InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver
from session_sharing.testing.registry_model import RegistryModel


class RegistryMatch:
    """Plays steps to a registry and to its model.

    Every method that compares raises `AssertionError` where the two differ.

    Attributes:
        driver: Has the registry.
        model: Says what it should do.
        calls: All calls that were made.
        lost: The calls that cannot be answered any more, as the service died while they waited.
    """

    def __init__(self) -> None:
        self.driver, self.model = RegistryDriver(), RegistryModel()
        self.calls: list[Call] = []
        self.lost: set[Call] = set()

    # Clients

    def connect(self, client: str) -> None:
        """A client comes, or comes back."""
        self.driver.connect(client)
        self.model.connected[client] = True

    def lose(self, client: str) -> None:
        """A client's stream breaks."""
        assert self.driver.registry.lose(client) is self.model.lose(client)

    def expire(self, client: str) -> None:
        """A client's grace time is over, if it has not come back."""
        self.driver.carry_out(self.driver.registry.expire(client, self.driver.now))
        self.model.expire(client)

    # Calls

    def initialize(self, request: InitializeRequest) -> InitializeCall:
        """A client wants a session."""
        call = self.driver.repeat(request)
        self.calls.append(call)
        self.model.initialize(call)
        return call

    def abandon(self, call: InitializeCall) -> None:
        """The caller of an Initialize goes away."""
        self.driver.abandon(call)
        self.model.abandon(call)

    def release(self, call: InitializeCall, client: str, name: str, mode: ReleaseMode) -> None:
        """Somebody releases an attachment."""
        released = self.driver.release(call, mode, client=client, session_name=name)
        self.calls.append(released)
        self.model.release(released, client, call.request.attachment_id, name, mode)

    def close_anonymously(self, name: str) -> None:
        """A client without identity closes a session."""
        self.calls.append(self.driver.close_anonymously(name))
        self.model.close_anonymously(self.calls[-1], name)

    def close(self, key: str, *, force: bool) -> None:
        """An operator closes the session on a resource, if there is one."""
        session = self.model.sessions.get(key)
        if session is None or session.phase == "opening":
            return
        if force:
            self.calls.append(self.driver.force_close(session.public_id))
            self.model.force_close(self.calls[-1], session)
        else:
            self.calls.append(self.driver.request_close(session.public_id))
            self.model.request_close(self.calls[-1], session)

    # What the service does by itself

    def opened(self, key: str) -> None:
        """A resource is open."""
        self.model.opened(self.model.sessions[key])
        self.driver.opened(key)

    def open_failed(self, key: str) -> None:
        """A resource cannot be opened."""
        self.model.open_failed(self.model.sessions[key], "UnavailableError")
        self.driver.opened(key, error=UnavailableError("no disk"))

    def closed(self, key: str, *, works: bool = True) -> None:
        """A handle is closed, well or not."""
        outcome = "closed" if works else "UnavailableError"
        self.model.closed(self.model.sessions[key], outcome)
        self.driver.closed(key, error=None if works else UnavailableError("no disk"))

    def close_detached(self) -> None:
        """The time after which sessions that nobody holds are closed is over for all of them."""
        driver = self.driver
        later = driver.now + timedelta(seconds=1)
        driver.carry_out(driver.registry.close_detached(later, driver.now))
        self.model.close_detached()

    def restart(self, *, from_snapshot: bool) -> None:
        """The service dies and is started again."""
        self.driver.restart(from_snapshot=from_snapshot)
        self.model.restart()
        self.lost.update(call for call in self.calls if call.answer is None)

    # Operations

    def operate(self, name: str, attachment: str) -> None:
        """An attachment, or a client without identity, begins an operation."""
        expected, refusal = self.model.refusal_of_operation(name, attachment), ""
        try:
            self.driver.begin_operation(name, attachment)
        except SharingError as error:
            refusal = type(error).__name__
        assert refusal == expected
        if not refusal:
            self.model.sessions[self.driver.handles[name]].operations += 1

    def operate_on_what_was_got(self, call: InitializeCall) -> None:
        """A client uses the session that it was given, whatever has become of it."""
        if isinstance(call.answer, Initialized):
            self.operate(call.answer.session_name, call.request.attachment_id)

    def end_operation(self, name: str) -> None:
        """An operation ends."""
        self.model.sessions[self.driver.handles[name]].operations -= 1
        self.driver.end_operation(name)

    def finish(self) -> None:
        """Let everything that runs, opens or closes come to its end."""
        for name, count in list(self.driver.operations.items()):
            for _ in range(count):
                self.end_operation(name)
        while self.driver.opening or self.driver.closing:
            for key in list(self.driver.opening.values()):
                self.opened(key)
            for key in [self.driver.handles[name] for name in self.driver.closing]:
                self.closed(key)

    # Comparing

    def compare_answers(self) -> None:
        """Each call has the answer that the model says, or none yet."""
        for call in self.calls:
            assert plain(call) == self.model.answers.get(call), call

    def compare_handles(self) -> None:
        """Opens, closes and ended streams are those of the model; operations delay a close."""
        busy = {session.name for session in self.model.sessions.values() if session.operations}
        assert set(self.driver.opening) == self.model.names("opening")
        assert set(self.driver.handles) == self.model.names("open", "closing")
        assert self.driver.closing == self.model.names("closing") - busy

    def compare_sessions(self) -> None:
        """A resource has at most one session, and it is listed as the model has it."""
        told = self.driver.registry.sessions()
        seen = {
            one.resource_key: (
                one.public_id,
                one.state.value,
                one.close_pending,
                {held.public_id: (held.holder.program, held.lost) for held in one.attachments},
            )
            for one in told
        }
        assert len(seen) == len(told)
        assert seen == self.model.seen()

    def compare_what_is_kept(self) -> None:
        """The entries of all steps come to what a snapshot says: none is missing, none wrong."""
        assert Remains.of(self.driver.kept) == Remains.of(self.driver.registry.snapshot())

    def check_indices(self) -> None:
        """Every index of the table has what the sessions have, and nothing else."""
        table = self.driver.registry._table
        sessions = list(table.by_key.values())
        clients = table.clients.values()
        assert table.by_name == {session.name: session for session in sessions}
        assert table.by_public_id == {session.public_id: session for session in sessions}
        assert table.attached == {
            name: (session, held)
            for session in sessions
            for name, held in session.attachments.items()
        }
        waiters = [waiter for session in sessions for waiter in session.waiters]
        assert table.waiting == {
            waiter.request.attachment_id: waiter for waiter in waiters if waiter.request.client_id
        }
        assert set(table.clients) == set(self.model.connected)
        assert {name for client in clients for name in client.attachment_ids} == set(table.attached)
        assert {name for client in clients for name in client.waiting_ids} == set(table.waiting)
