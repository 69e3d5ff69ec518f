"""The registry against its model: any steps in any order, compared after each of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from session_sharing.behavior import Behavior
from session_sharing.core import Initialized, InitializeRequest, Registry, ReleaseMode
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import START
from session_sharing.testing.registry_match import RegistryMatch

CLIENTS = ("a", "b", "c")
BEHAVIORS, MODES = st.sampled_from(Behavior), st.sampled_from(ReleaseMode)
KEYS, ALIASES = st.sampled_from(("log", "log", "log", "db")), st.sampled_from(("", "x", "y"))
SOME_CLIENT, ANY_CLIENT = st.sampled_from(CLIENTS), st.sampled_from(("", *CLIENTS))


class RegistryMachine(RuleBasedStateMachine):
    """Lets clients, operators, resources and the network do anything, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.match = RegistryMatch()
        self.driver, self.model = self.match.driver, self.match.model
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

    # Clients

    @precondition(lambda self: not all(map(self.model.connected.get, CLIENTS)))
    @rule(client=SOME_CLIENT)
    def connect(self, client: str) -> None:
        """A client comes, or comes back."""
        self.match.connect(client)

    @precondition(lambda self: all(self.model.connected.values()))
    @rule(client=SOME_CLIENT, for_good=st.booleans())
    def lose(self, client: str, for_good: bool) -> None:
        """A client's stream breaks."""
        self.match.lose(client)
        if for_good:
            self.expire(client)

    @precondition(lambda self: not all(self.model.connected.values()))
    @rule(client=SOME_CLIENT)
    def expire(self, client: str) -> None:
        """A client's grace time is over, or it did not come back after a restart."""
        self.match.expire(client)

    # Initialize

    @rule(client=SOME_CLIENT, behavior=BEHAVIORS, key=KEYS, alias=ALIASES, opens_soon=st.booleans())
    def initialize(
        self,
        client: str,
        behavior: Behavior,
        key: str,
        alias: str,
        opens_soon: bool,
        take_over: str = "",
    ) -> None:
        """A client wants a session."""
        self.attachments += 1
        attachment = f"{self.attachments:08} of {client}"
        request = InitializeRequest(key, key, behavior, alias, client, attachment, key, take_over)
        self.asked.append(self.match.initialize(request))
        if opens_soon and key in self.driver.opening.values():
            self.match.opened(key)

    @precondition(lambda self: self.model.sessions)
    @rule(data=st.data(), client=SOME_CLIENT, behavior=BEHAVIORS, key=KEYS, soon=st.booleans())
    def take_over(
        self, data: st.DataObject, client: str, behavior: Behavior, key: str, soon: bool
    ) -> None:
        """A client may close an orphan first, or what was one a moment ago."""
        session = self.model.sessions.get(key)
        orphan = session.name if session and session.detached else self._a_name(data)
        self.initialize(client, behavior, key, "", opens_soon=False, take_over=orphan)
        if soon:
            self.match.finish()

    @rule(behavior=st.sampled_from([0, 1, 2]), key=KEYS)
    def initialize_without_identity(self, behavior: int, key: str) -> None:
        """A client of NI's door wants a session."""
        self.asked.append(self.match.initialize(InitializeRequest(key, key, Behavior(behavior))))

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), behavior=st.sampled_from([1, 3]), alias=ALIASES)
    def initialize_another_alias(self, data: st.DataObject, behavior: int, alias: str) -> None:
        """A client that asked for a resource wants a session of its own on it once more."""
        before = self._a_call(data).request
        if before.client_id:
            self.initialize(before.client_id, Behavior(behavior), before.key, alias, True)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), changes=st.just({}) | st.fixed_dictionaries({"take_over": st.just("")}))
    def repeat(self, data: st.DataObject, changes: dict[str, str]) -> None:
        """A client repeats a request, at whatever time; what was an orphan may be none by then."""
        self.asked.append(self.match.initialize(replace(self._a_call(data).request, **changes)))

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), client=ANY_CLIENT, alias=ALIASES)
    def reuse_an_attachment_id(self, data: st.DataObject, client: str, alias: str) -> None:
        """An attachment id comes from somebody else, or with another wish."""
        reused = replace(self._a_call(data).request, client_id=client, alias=alias)
        self.asked.append(self.match.initialize(reused))

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def abandon(self, data: st.DataObject) -> None:
        """The caller of an Initialize goes away, whether it was answered or not."""
        call = self._a_call(data)
        self.asked.remove(call)
        self.match.abandon(call)

    # What the service does

    @precondition(lambda self: self.driver.opening)
    @rule(data=st.data(), works=st.integers(0, 3).map(bool))
    def open_ends(self, data: st.DataObject, works: bool) -> None:
        """A resource is open, or cannot be opened."""
        key = data.draw(st.sampled_from(sorted(self.driver.opening.values())), "key")
        if works:
            self.match.opened(key)
        else:
            self.match.open_failed(key)

    @precondition(lambda self: self.driver.closing)
    @rule(data=st.data(), works=st.booleans())
    def close_ends(self, data: st.DataObject, works: bool) -> None:
        """A handle is closed, well or not."""
        name = data.draw(st.sampled_from(sorted(self.driver.closing)), "name")
        self.match.closed(self.driver.handles[name], works=works)

    @precondition(lambda self: any(each.detached for each in self.model.sessions.values()))
    @rule()
    def close_detached(self) -> None:
        """Sessions that nobody holds or uses are closed after a time."""
        self.match.close_detached()

    @precondition(lambda self: self.asked)
    @rule(from_snapshot=st.booleans())
    def restart(self, from_snapshot: bool) -> None:
        """The service dies and is started again, with all steps it kept or a snapshot of them."""
        self.match.restart(from_snapshot=from_snapshot)

    # Operations

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def operate_on_what_was_got(self, data: st.DataObject) -> None:
        """A client uses what it was given, whatever has become of it."""
        self.match.operate_on_what_was_got(self._a_call(data))

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def operate_on_any_session(self, data: st.DataObject) -> None:
        """An attachment is used on a session that may be another one."""
        self.match.operate(self._a_name(data), self._a_call(data).request.attachment_id)

    @precondition(lambda self: any(self.driver.operations.values()))
    @rule(data=st.data())
    def end_operation(self, data: st.DataObject) -> None:
        """An operation ends."""
        busy = sorted(name for name, count in self.driver.operations.items() if count)
        self.match.end_operation(data.draw(st.sampled_from(busy), "name"))

    # Letting go

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), mode=MODES)
    def release(self, data: st.DataObject, mode: ReleaseMode) -> None:
        """A client releases what it asked for: early, in time, late, or again."""
        call = self._a_call(data)
        name = call.answer.session_name if isinstance(call.answer, Initialized) else ""
        self.match.release(call, call.request.client_id, name, mode)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), client=ANY_CLIENT, mode=MODES)
    def release_wrongly(self, data: st.DataObject, client: str, mode: ReleaseMode) -> None:
        """Somebody releases an attachment, naming some session."""
        self.match.release(self._a_call(data), client, self._a_name(data), mode)

    @rule(data=st.data())
    def close_without_identity(self, data: st.DataObject) -> None:
        """A client of NI's door closes a session."""
        self.match.close_anonymously(self._a_name(data))

    @rule(key=KEYS, force=st.booleans())
    def close(self, key: str, force: bool) -> None:
        """An operator closes a session, politely or by force."""
        self.match.close(key, force=force)

    # What holds at every moment

    @invariant()
    def all_is_as_the_model_has_it(self) -> None:
        """Answers, handles, and what people see and the service keeps are those of the model."""
        self.match.compare_answers()
        self.match.compare_handles()
        self.match.compare_sessions()
        self.match.compare_what_is_kept()
        self.match.check_indices()

    def teardown(self) -> None:
        """When all is over, nothing is left but the sessions that the rules leave open.

        And whatever part of what was kept there is, even of a step: a service starts with it.
        """
        for entries in range(len(self.driver.kept)):
            restored = Registry(str, str)
            restored.restore(self.driver.kept[:entries], START)
        for client in CLIENTS:
            self.lose(client, for_good=True)
        self.match.finish()
        self.all_is_as_the_model_has_it()
        table = self.driver.registry._table
        assert (table.attached, table.waiting, table.clients) == ({}, {}, {})
        assert self.model.names("opening", "closing") == set()
        gone = {call for call in self.match.calls if isinstance(call, InitializeCall)}
        gone = gone - {*self.asked} | self.match.lost
        assert all(call.answer is not None for call in self.match.calls if call not in gone)


RegistryMachine.TestCase.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None
)
TestRegistry = RegistryMachine.TestCase
