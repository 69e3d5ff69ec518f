"""The registry against its model: any steps in any order, compared after each of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from session_sharing.behavior import Behavior
from session_sharing.core import Initialized, InitializeRequest, ReleaseMode
from session_sharing.errors import SharingError, UnavailableError
from session_sharing.testing.model_state import plain
from session_sharing.testing.registry_driver import Call, InitializeCall, RegistryDriver
from session_sharing.testing.registry_model import RegistryModel

CLIENTS = ("a", "b", "c")
BEHAVIORS, MODES = st.sampled_from(Behavior), st.sampled_from(ReleaseMode)
KEYS, ALIASES = st.sampled_from(("log", "log", "log", "db")), st.sampled_from(("", "x", "y"))
SOME_CLIENT, ANY_CLIENT = st.sampled_from(CLIENTS), st.sampled_from(("", *CLIENTS))


class RegistryMachine(RuleBasedStateMachine):
    """Lets clients, operators, resources and the network do anything, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.driver, self.model = RegistryDriver(), RegistryModel()
        self.calls: list[Call] = []
        self.asked: list[InitializeCall] = []
        self.attachments = 0
        for client in CLIENTS:
            self.connect(client)

    def _a_call(self, data: st.DataObject) -> InitializeCall:
        return data.draw(st.sampled_from(self.asked[-10:]), "call")

    def _a_name(self, data: st.DataObject) -> str:
        """Return the name of a session that there is, or was not long ago, or never."""
        newest = max(1, self.model.opened_ever)
        return f"session-{data.draw(st.integers(max(1, newest - 3), newest), 'session')}"

    def _ask(self, request: InitializeRequest) -> None:
        call = self.driver.repeat(request)
        self.calls.append(call)
        self.asked.append(call)
        self.model.initialize(call)

    # Clients

    @precondition(lambda self: not all(map(self.model.connected.get, CLIENTS)))
    @rule(client=SOME_CLIENT)
    def connect(self, client: str) -> None:
        """A client comes, or comes back."""
        self.driver.connect(client)
        self.model.connected[client] = True

    @precondition(lambda self: all(self.model.connected.values()))
    @rule(client=SOME_CLIENT, for_good=st.booleans())
    def lose(self, client: str, for_good: bool) -> None:
        """A client's stream breaks."""
        assert self.driver.registry.lose(client) is self.model.lose(client)
        if for_good:
            self.expire(client)

    @precondition(lambda self: not all(self.model.connected.values()))
    @rule(client=SOME_CLIENT)
    def expire(self, client: str) -> None:
        """A client's grace time is over, if it has not come back."""
        self.driver.carry_out(self.driver.registry.expire(client, self.driver.now))
        self.model.expire(client)

    # Initialize

    @rule(client=SOME_CLIENT, behavior=BEHAVIORS, key=KEYS, alias=ALIASES, opens_soon=st.booleans())
    def initialize(
        self, client: str, behavior: Behavior, key: str, alias: str, opens_soon: bool
    ) -> None:
        """A client wants a session."""
        self.attachments += 1
        attachment = f"attachment-{self.attachments}"
        self._ask(InitializeRequest(key, key, behavior, alias, client, attachment))
        if opens_soon and key in self.driver.opening.values():
            self._opened(key)

    @rule(behavior=st.sampled_from([0, 1, 2]), key=KEYS)
    def initialize_without_identity(self, behavior: int, key: str) -> None:
        """A client of NI's door wants a session."""
        self._ask(InitializeRequest(key, key, Behavior(behavior)))

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), behavior=st.sampled_from([1, 3]), alias=ALIASES)
    def initialize_another_alias(self, data: st.DataObject, behavior: int, alias: str) -> None:
        """A client that asked for a resource wants a session of its own on it once more."""
        before = self._a_call(data).request
        if before.client_id:
            self.initialize(before.client_id, Behavior(behavior), before.key, alias, True)

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """A client repeats a request, at whatever time."""
        self._ask(replace(self._a_call(data).request))

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), client=ANY_CLIENT, alias=ALIASES)
    def reuse_an_attachment_id(self, data: st.DataObject, client: str, alias: str) -> None:
        """An attachment id comes from somebody else, or with another wish."""
        self._ask(replace(self._a_call(data).request, client_id=client, alias=alias))

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def abandon(self, data: st.DataObject) -> None:
        """The caller of an Initialize goes away, whether it was answered or not."""
        call = self._a_call(data)
        self.asked.remove(call)
        self.driver.abandon(call)
        self.model.abandon(call)

    # Resources

    def _opened(self, key: str) -> None:
        self.model.opened(self.model.sessions[key])
        self.driver.opened(key)

    @precondition(lambda self: self.driver.opening)
    @rule(data=st.data(), works=st.integers(0, 3).map(bool))
    def open_ends(self, data: st.DataObject, works: bool) -> None:
        """A resource is open, or cannot be opened."""
        key = data.draw(st.sampled_from(sorted(self.driver.opening.values())), "key")
        if works:
            self._opened(key)
        else:
            self.model.open_failed(self.model.sessions[key], "UnavailableError")
            self.driver.opened(key, error=UnavailableError("no disk"))

    @precondition(lambda self: self.driver.closing)
    @rule(data=st.data(), works=st.booleans())
    def close_ends(self, data: st.DataObject, works: bool) -> None:
        """A handle is closed, well or not."""
        name = data.draw(st.sampled_from(sorted(self.driver.closing)), "name")
        key = self.driver.handles[name]
        self.model.closed(self.model.sessions[key], "closed" if works else "UnavailableError")
        self.driver.closed(key, error=None if works else UnavailableError("no disk"))

    # Operations

    def _operate(self, name: str, attachment: str) -> None:
        expected, refusal = self.model.refusal_of_operation(name, attachment), ""
        try:
            self.driver.begin_operation(name, attachment)
        except SharingError as error:
            refusal = type(error).__name__
        assert refusal == expected
        if not refusal:
            self.model.sessions[self.driver.handles[name]].operations += 1

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def operate_on_what_was_got(self, data: st.DataObject) -> None:
        """A client uses what it was given, whatever has become of it."""
        call = self._a_call(data)
        if isinstance(call.answer, Initialized):
            self._operate(call.answer.session_name, call.request.attachment_id)

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def operate_on_any_session(self, data: st.DataObject) -> None:
        """An attachment is used on a session that may be another one."""
        self._operate(self._a_name(data), self._a_call(data).request.attachment_id)

    @precondition(lambda self: any(self.driver.operations.values()))
    @rule(data=st.data())
    def end_operation(self, data: st.DataObject) -> None:
        """An operation ends."""
        busy = sorted(name for name, count in self.driver.operations.items() if count)
        self._end_operation(data.draw(st.sampled_from(busy), "name"))

    def _end_operation(self, name: str) -> None:
        self.model.sessions[self.driver.handles[name]].operations -= 1
        self.driver.end_operation(name)

    # Letting go

    def _let_go(self, call: InitializeCall, client: str, name: str, mode: ReleaseMode) -> None:
        released = self.driver.release(call, mode, client=client, session_name=name)
        self.calls.append(released)
        self.model.release(released, client, call.request.attachment_id, name, mode)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), mode=MODES)
    def release(self, data: st.DataObject, mode: ReleaseMode) -> None:
        """A client releases what it asked for: early, in time, late, or again."""
        call = self._a_call(data)
        name = call.answer.session_name if isinstance(call.answer, Initialized) else ""
        self._let_go(call, call.request.client_id, name, mode)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), client=ANY_CLIENT, mode=MODES)
    def release_wrongly(self, data: st.DataObject, client: str, mode: ReleaseMode) -> None:
        """Somebody releases an attachment, naming some session."""
        self._let_go(self._a_call(data), client, self._a_name(data), mode)

    @rule(data=st.data())
    def close_without_identity(self, data: st.DataObject) -> None:
        """A client of NI's door closes a session."""
        name = self._a_name(data)
        self.calls.append(self.driver.close_anonymously(name))
        self.model.close_anonymously(self.calls[-1], name)

    @rule(key=KEYS)
    def force_close(self, key: str) -> None:
        """An operator closes a session."""
        session = self.model.sessions.get(key)
        if session is not None and session.phase != "opening":
            self.calls.append(self.driver.force_close(f"id-{session.number}"))
            self.model.force_close(self.calls[-1], session)

    # What holds at every moment

    @invariant()
    def every_call_is_answered_as_the_contract_says(self) -> None:
        """Each call has the answer that the model says, or none yet."""
        for call in self.calls:
            assert plain(call) == self.model.answers.get(call), call

    @invariant()
    def handles_are_opened_and_closed_when_they_must_be(self) -> None:
        """Opens, closes and ended streams are those of the model; operations delay a close."""
        busy = {session.name for session in self.model.sessions.values() if session.operations}
        assert set(self.driver.opening) == self.model.names("opening")
        assert set(self.driver.handles) == self.model.names("open", "closing")
        assert self.driver.closing == self.model.names("closing") - busy

    @invariant()
    def people_see_what_there_is(self) -> None:
        """A resource has at most one session, and it is listed as the model has it."""
        told = self.driver.registry.sessions()
        seen = {
            one.resource_key: (
                one.public_id,
                one.state.value,
                one.close_pending,
                [held.holder.program for held in one.attachments],
            )
            for one in told
        }
        assert len(seen) == len(told)
        assert seen == self.model.seen()

    @invariant()
    def indices_agree(self) -> None:
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

    def teardown(self) -> None:
        """When all is over, nothing is left but the sessions that the rules leave open."""
        for client in CLIENTS:
            self.lose(client, for_good=True)
        for name, count in list(self.driver.operations.items()):
            for _ in range(count):
                self._end_operation(name)
        while self.driver.opening or self.driver.closing:
            for key in list(self.driver.opening.values()):
                self._opened(key)
            for key in [self.driver.handles[name] for name in self.driver.closing]:
                self.model.closed(self.model.sessions[key], "closed")
                self.driver.closed(key)
        self.every_call_is_answered_as_the_contract_says()
        self.people_see_what_there_is()
        self.indices_agree()
        table = self.driver.registry._table
        assert (table.attached, table.waiting, table.clients) == ({}, {}, {})
        assert self.model.names("opening", "closing") == set()
        gone = {call for call in self.calls if isinstance(call, InitializeCall)} - {*self.asked}
        assert all(call.answer is not None for call in self.calls if call not in gone)


RegistryMachine.TestCase.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None
)
TestRegistry = RegistryMachine.TestCase
