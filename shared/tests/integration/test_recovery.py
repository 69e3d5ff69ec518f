"""What of sessions, attachments and calls is there again when a service comes back."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid

import grpc
import pytest

from session_sharing.core import Outcome
from session_sharing.errors import (
    AttachmentEndedError,
    SessionExistsError,
    SessionNotFoundError,
    UnknownClientError,
)
from session_sharing.information import ClientIdentity
from session_sharing.service import journal_reading, session_service
from session_sharing.service.orphans import Orphans
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.status import error_from_call

LIMIT = 10.0
CLOSED, PENDING, LEFT_OPEN = 1, 2, 3


def stopped(world):
    """Stop a service, which closes its journal; return its folder."""
    before = [thread for thread in threading.enumerate() if thread.name == "journal"]
    world.close()
    world.service.__exit__(None, None, None)
    assert len([thread for thread in before if thread.is_alive()]) == len(before) - 1
    return world.folder


def killed(world):
    """Return the folder of a service that is killed at this moment."""
    return world.after_kill()


def error_of(call):
    """Return the error that a call ends with."""
    return error_from_call(call.exception(LIMIT))


def initialize(raw, attachment, resource="data", behavior=0):
    """Initialize with the id of an attachment that may exist."""
    call = raw.start_initialize(resource, behavior, attachment_id=attachment.attachment_id)
    return call.result(LIMIT)


def named(raw, resource="data", behavior=0):
    """Attach with a known id; return the answer, and what names the attachment."""
    attachment_id = uuid.uuid4().hex
    answer = raw.start_initialize(resource, behavior, attachment_id=attachment_id).result(LIMIT)
    reference = session_pb2.AttachmentReference(
        session_name=answer.session_name, attachment_id=attachment_id
    )
    return answer, reference


@pytest.mark.parametrize("ended", [stopped, killed])
def test_sessions_are_there_again(start_world, ended):
    """After a stop as after a kill: the same names, attachments, pending close and answers."""
    world = start_world()
    raw = world.raw()
    first, creator = named(raw, "data", 1)
    second, other = named(raw, "data?client=b", 2)
    assert raw.start_release(creator).result(LIMIT).outcome == PENDING
    _, lonely = named(raw, "left", 3)
    assert raw.start_release(lonely).result(LIMIT).outcome == LEFT_OPEN
    before = world.sessions()

    back = start_world(ended(world))
    assert [held.lost for told in back.sessions() for held in told.attachments] == [True]
    raw = back.raw(raw.client_id)
    assert [str(told) for told in back.sessions()] == [str(told) for told in before]
    assert [told.close_pending for told in back.sessions()] == [True, False]
    assert initialize(raw, other, "data?client=b", 2) == second
    assert raw.start_touch(other).result(LIMIT) == other
    assert raw.start_release(creator).result(LIMIT).outcome == PENDING, "released before"
    assert isinstance(error_of(raw.start_touch(creator)), AttachmentEndedError)
    assert raw.start_release(other).result(LIMIT).outcome == CLOSED
    assert raw.start_release(lonely).result(LIMIT).outcome == LEFT_OPEN
    assert back.driver.opened == {"data": 1, "left": 1}
    assert first.session_name == second.session_name


@pytest.mark.parametrize(
    ("behavior", "outcome"), [(0, CLOSED), (1, CLOSED), (2, LEFT_OPEN), (3, LEFT_OPEN), (4, CLOSED)]
)
def test_every_behavior_ends_as_its_row_says(start_world, behavior, outcome):
    """Over a restart each behaviour has the same answer, meets others and is released by the table.

    An AUTO that attached leaves open what an AUTO that created asks to close.
    """
    world = start_world()
    raw = world.raw()
    if behavior in {2, 4}:
        raw.start_release(raw.attach("data", 3)).result(LIMIT)
    answer, held = named(raw, "data", behavior)
    assert answer.new_session is (behavior not in {2, 4})

    back = start_world(killed(world))
    raw, stranger = back.raw(raw.client_id), back.raw()
    assert initialize(raw, held, "data", behavior) == answer
    for wanted in (1, 3):
        assert isinstance(error_of(stranger.start_initialize("data", wanted)), SessionExistsError)
    joined, guest = named(stranger, "data", 0)
    assert (joined.session_name, joined.new_session) == (answer.session_name, False)
    assert stranger.start_release(guest).result(LIMIT).outcome == LEFT_OPEN
    assert raw.start_release(held).result(LIMIT).outcome == outcome
    expected = [] if outcome == CLOSED else [answer.public_id]
    assert [told.public_id for told in back.sessions()] == expected
    if outcome == CLOSED:
        assert isinstance(
            error_of(raw.start_touch(held)), SessionNotFoundError | AttachmentEndedError
        )


def test_who_does_not_come_back_is_released(start_world):
    """After the recovery grace a client that stayed away has lost its attachments, for good.

    One that came back in time keeps its own; the other one is refused when it comes later.
    """
    world = start_world()
    here, away = world.raw(), world.raw()
    kept, lost = here.attach("kept"), away.attach("lost")
    expired = here.attach("data", 3)
    away.attach("data", 2)
    back = start_world(killed(world), recovery_grace=0.3, grace=30)
    here = back.raw(here.client_id)
    begun = time.monotonic()
    back.until(lambda sessions: [len(told.attachments) for told in sessions] == [1, 1])
    assert 0.1 < time.monotonic() - begun < 2
    assert sorted(told.resource_name for told in back.sessions()) == ["data", "kept"]
    assert here.start_touch(kept).result(LIMIT) == kept
    assert here.start_touch(expired).result(LIMIT) == expired
    assert isinstance(error_of(back.raw().start_touch(lost)), AttachmentEndedError)
    with pytest.raises(grpc.RpcError) as refused:
        back.raw(away.client_id)
    assert isinstance(error_from_call(refused.value), UnknownClientError)
    # What was taken away stays so, over one more kill.
    third = start_world(killed(back))
    assert isinstance(error_of(third.raw().start_touch(lost)), AttachmentEndedError)


def test_closed_sessions_are_remembered(start_world):
    """After a restart it is still told who closed a session, and a repeated release is answered."""
    world = start_world()
    raw = world.raw()
    _, held = named(raw, "data", 1)
    assert raw.start_release(held).result(LIMIT).outcome == CLOSED
    back = start_world(killed(world))
    raw = back.raw()
    assert raw.start_release(held).result(LIMIT).outcome == CLOSED
    assert "created by raw" in error_of(raw.start_initialize("data", 2)).message


def test_reboot_ends_what_ran_on_the_machine(start_world, monkeypatch):
    """After a reboot no session of a dead program comes back, and it is told what ended it."""
    world = start_world()
    held = world.raw().attach("data", 3)
    rebooted = ClientIdentity("service", host="here", boot_id="another boot")
    for module in (journal_reading, session_service):
        monkeypatch.setattr(module, "this_client", lambda: rebooted)
    back = start_world(killed(world))
    assert back.sessions() == []
    raw = back.raw()
    error = error_of(raw.start_initialize("data", 2))
    assert "the restart of the machine" in error.message
    assert raw.start_initialize("data", 1).result(LIMIT).session_name != held.session_name
    assert back.driver.opened == {"data": 1}


def test_session_of_a_client_without_identity_comes_back(start_world):
    """A session that a client without identity created works for its kind after a restart."""
    world = start_world()

    def call(world, work):
        return asyncio.run_coroutine_threadsafe(work, world.service.loop).result(LIMIT)

    created = call(world, world.service.engine.initialize("data", 1))
    back = start_world(killed(world))
    engine = back.service.engine

    async def use():
        async with engine.use(created.session_name, anonymous=True) as handle:
            return list(handle)

    assert call(back, use()) == ["data"]
    assert call(back, engine.close_anonymously(created.session_name)).outcome is Outcome.CLOSED


def test_orphan_is_taken_over_by_who_asks_for_it(start_world):
    """Over the wire too: `take_over_orphan` closes an orphan first, and the answer tells of it."""
    world = start_world(orphans=Orphans(lambda client: True))
    raw = world.raw()
    _, left = named(raw, "data", 3)
    raw.start_release(left).result(LIMIT)
    (orphan,) = world.sessions()
    raw.vanish()
    world.eventually(lambda: not world.service.engine.clients.connected)
    raw = world.raw()
    assert isinstance(error_of(raw.start_initialize("data", 1)), SessionExistsError)
    request = session_pb2.InitializeRequest(
        resource_name="data",
        initialization_behavior=1,
        client_id=raw.client_id,
        attachment_id="new",
        take_over_orphan=True,
    )
    taken = raw.start("Initialize", request, session_pb2.InitializeResponse).result(LIMIT)
    assert (taken.new_session, taken.took_over.public_id) == (True, orphan.public_id)
