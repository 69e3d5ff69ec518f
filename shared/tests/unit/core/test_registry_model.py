"""The registry against its model: any steps in any order, compared after each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from session_sharing.behavior import Behavior
from session_sharing.core import Initialized, InitializeRequest, Released, ReleaseMode
from session_sharing.errors import SharingError, UnavailableError
from session_sharing.testing.registry_driver import Call, RegistryDriver
from session_sharing.testing.registry_model import RegistryModel

CLIENTS = ("a", "b", "c")
KEYS = ("log", "db")
ALIASES = ("", "x", "y")


def plain(answer: Initialized | Released | SharingError | None) -> Hashable:
    """Return an answer as the model says it."""
    if isinstance(answer, Initialized):
        return (answer.session_name, answer.new_session)
    if isinstance(answer, Released):
        return answer.outcome.value
    return None if answer is None else type(answer).__name__


class RegistryMachine(RuleBasedStateMachine):
    """Lets clients, operators, disks and the network do anything, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.driver, self.model = RegistryDriver(), RegistryModel()
        self.calls: list[Call] = []
        self.asked: list[Call] = []
        self.running: defaultdict[str, int] = defaultdict(int)
        for client in CLIENTS:
            self.connect(client)

    def a_call(self, data: Any) -> Call:
        return data.draw(st.sampled_from(self.asked), "call")

    def a_name(self, data: Any) -> str:
        """Return the name of a session, mostly of one that there is or was."""
        newest = max(1, self.model.opened_ever)
        return f"session-{data.draw(st.integers(max(1, newest - 3), newest), 'session')}"

    def ask(self, request: InitializeRequest) -> None:
        call = self.driver.repeat(request)
        self.calls.append(call)
        self.asked.append(call)
        self.model.initialize(call, request)

    # Clients

    @rule(client=st.sampled_from(CLIENTS))
    def connect(self, client: str) -> None:
        self.driver.connect(client)
        self.model.connected[client] = True

    @rule(client=st.sampled_from(CLIENTS), for_good=st.booleans())
    def lose(self, client: str, for_good: bool) -> None:
        assert self.driver.registry.lose(client) is self.model.lose(client)
        if for_good:
            self.expire(client)

    @rule(client=st.sampled_from(CLIENTS))
    def expire(self, client: str) -> None:
        self.driver.carry_out(self.driver.registry.expire(client, self.driver.now))
        self.model.expire(client)

    # Initialize

    @rule(
        client=st.sampled_from(CLIENTS),
        behavior=st.sampled_from(Behavior),
        key=st.sampled_from(KEYS),
        alias=st.sampled_from(ALIASES),
    )
    def initialize(self, client: str, behavior: Behavior, key: str, alias: str) -> None:
        attachment = f"attachment-{len(self.asked)}"
        self.ask(InitializeRequest(key, key, behavior, alias, client, attachment))

    @rule(behavior=st.sampled_from([0, 1, 2]), key=st.sampled_from(KEYS))
    def initialize_without_identity(self, behavior: int, key: str) -> None:
        self.ask(InitializeRequest(key, key, Behavior(behavior)))

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def repeat(self, data: Any) -> None:
        request = self.a_call(data).request
        assert request is not None
        self.ask(replace(request))

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), client=st.sampled_from(("", *CLIENTS)), alias=st.sampled_from(ALIASES))
    def reuse_an_attachment_id(self, data: Any, client: str, alias: str) -> None:
        request = self.a_call(data).request
        assert request is not None
        self.ask(replace(request, client_id=client, alias=alias))

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def abandon(self, data: Any) -> None:
        call = self.a_call(data)
        self.asked.remove(call)
        self.driver.abandon(call)
        self.model.abandon(call)

    # Resources

    @precondition(lambda self: self.driver.opening)
    @rule(data=st.data(), works=st.integers(0, 3))
    def open_ends(self, data: Any, works: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.driver.opening.values())), "key")
        session = self.model.sessions[key]
        if works:
            self.model.opened(session)
            self.driver.opened(key)
        else:
            self.model.open_failed(session, "UnavailableError")
            self.driver.opened(key, error=UnavailableError("no disk"))

    @precondition(lambda self: self.driver.closing)
    @rule(data=st.data(), works=st.integers(0, 3))
    def close_ends(self, data: Any, works: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.driver.closing)), "name")
        key = self.driver.handles[name]
        self.model.closed(self.model.sessions[key], "closed" if works else "UnavailableError")
        self.driver.closed(key, error=None if works else UnavailableError("no disk"))

    # Operations

    def operate(self, name: str, attachment: str) -> None:
        expected, refusal = self.model.refusal_of_operation(name, attachment), ""
        try:
            self.driver.begin_operation(name, attachment)
        except SharingError as error:
            refusal = type(error).__name__
        assert refusal == expected
        if not refusal:
            self.model.sessions[self.driver.handles[name]].operations += 1
            self.running[name] += 1

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def operate_on_what_was_got(self, data: Any) -> None:
        call = self.a_call(data)
        if isinstance(call.answer, Initialized) and call.request:
            self.operate(call.answer.session_name, call.request.attachment_id)

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def operate_on_another_session(self, data: Any) -> None:
        request = self.a_call(data).request
        assert request is not None
        self.operate(self.a_name(data), request.attachment_id)

    @precondition(lambda self: any(self.running.values()))
    @rule(data=st.data())
    def end_operation(self, data: Any) -> None:
        busy = sorted(name for name, count in self.running.items() if count)
        name = data.draw(st.sampled_from(busy), "name")
        self.running[name] -= 1
        self.model.sessions[self.driver.handles[name]].operations -= 1
        self.driver.end_operation(name)

    # Letting go

    def let_go(self, call: Call, client: str, name: str, mode: ReleaseMode) -> None:
        assert call.request is not None
        released = self.driver.release(call, mode, client=client, session_name=name)
        self.calls.append(released)
        self.model.release(released, client, call.request.attachment_id, name, mode)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), mode=st.sampled_from(ReleaseMode))
    def release(self, data: Any, mode: ReleaseMode) -> None:
        call = self.a_call(data)
        assert call.request is not None
        name = call.answer.session_name if isinstance(call.answer, Initialized) else ""
        self.let_go(call, call.request.client_id, name, mode)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), client=st.sampled_from(("", *CLIENTS)), mode=st.sampled_from(ReleaseMode))
    def release_wrongly(self, data: Any, client: str, mode: ReleaseMode) -> None:
        self.let_go(self.a_call(data), client, self.a_name(data), mode)

    @rule(data=st.data())
    def close_without_identity(self, data: Any) -> None:
        name = self.a_name(data)
        session = self.model.named(name)
        if session is None or session.phase != "opening":  # Nobody knows the name before.
            self.calls.append(self.driver.close_anonymously(name))
            self.model.close_anonymously(self.calls[-1], name)

    @rule(key=st.sampled_from(KEYS))
    def force_close(self, key: str) -> None:
        session = self.model.sessions.get(key)
        if session is not None and session.phase != "opening":
            self.calls.append(self.driver.force_close(f"id-{session.number}"))
            self.model.force_close(self.calls[-1], session)

    # What holds at every moment

    @invariant()
    def every_call_is_answered_as_the_contract_says(self) -> None:
        for call in self.calls:
            assert plain(call.answer) == self.model.answers.get(call), call

    @invariant()
    def handles_are_opened_and_closed_when_they_must_be(self) -> None:
        sessions = list(self.model.sessions.values())
        opening = {s.name for s in sessions if s.phase == "opening"}
        closing = {s.name for s in sessions if s.phase == "closing"}
        assert set(self.driver.opening) == opening
        assert set(self.driver.handles) == {s.name for s in sessions} - opening
        assert self.driver.closing == {s.name for s in sessions if s.name in closing} - {
            s.name for s in sessions if s.operations
        }
        assert closing == self.driver.streams_ended & set(self.driver.handles)

    @invariant()
    def people_see_what_there_is(self) -> None:
        seen = {
            told.resource_key: (
                told.public_id,
                told.state.value,
                told.close_pending,
                [held.holder.program for held in told.attachments],
            )
            for told in self.driver.registry.sessions()
        }
        assert len(seen) == len(self.driver.registry.sessions()), "two sessions on one key"
        assert seen == {
            key: (
                f"id-{session.number}",
                session.phase,
                session.phase == "open" and session.asked,
                [f"{hold.request.client_id}.py" for hold in session.holds.values()],
            )
            for key, session in self.model.sessions.items()
        }

    @invariant()
    def indices_agree(self) -> None:
        table = self.driver.registry._table
        sessions = list(table.by_key.values())
        assert {session.name: session for session in sessions} == table.by_name
        assert {session.public_id: session for session in sessions} == table.by_public_id
        assert table.attached == {
            name: (session, held)
            for session in sessions
            for name, held in session.attachments.items()
        }
        assert table.waiting == {
            waiter.request.attachment_id: waiter
            for session in sessions
            for waiter in session.waiters
            if waiter.request.attachment_id
        }
        assert set(table.clients) == set(self.model.connected)
        assert {x for client in table.clients.values() for x in client.attachment_ids} == set(
            table.attached
        )
        assert {x for client in table.clients.values() for x in client.waiting_ids} == set(
            table.waiting
        )

    def teardown(self) -> None:
        """When all is over, nothing is left but the sessions that rules leave open."""
        for client in CLIENTS:
            self.lose(client, for_good=True)
        for name, count in self.running.items():
            for _ in range(count):
                self.model.sessions[self.driver.handles[name]].operations -= 1
                self.driver.end_operation(name)
        while self.driver.opening or self.driver.closing:
            for key in list(self.driver.opening.values()):
                self.model.opened(self.model.sessions[key])
                self.driver.opened(key)
            for name in list(self.driver.closing):
                key = self.driver.handles[name]
                self.model.closed(self.model.sessions[key], "closed")
                self.driver.closed(key)
        self.every_call_is_answered_as_the_contract_says()
        self.people_see_what_there_is()
        table = self.driver.registry._table
        assert not (table.attached or table.waiting or table.clients)
        assert all(session.state.value == "open" for session in table.by_key.values())
        gone = {call for call in self.calls if call.request and call not in self.asked}
        assert all(call.answer is not None for call in self.calls if call not in gone)


RegistryMachine.TestCase.settings = settings(
    max_examples=300,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestRegistry = RegistryMachine.TestCase
