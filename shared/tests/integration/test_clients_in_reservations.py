"""The session constructor in the hands of NI's own reservations."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from session_sharing.behavior import Behavior
from session_sharing.client import SessionConstructor
from session_sharing.errors import (
    InvalidRequestError,
    SessionExistsError,
    SessionNotFoundError,
)
from session_sharing.testing.memory import SERVICE, MemoryClient
from session_sharing.wire.generated import session_pb2

management = pytest.importorskip("ni.measurementlink.sessionmanagement.v1.client")
messages = pytest.importorskip(
    "ni.measurementlink.sessionmanagement.v1.session_management_service_pb2"
)
TYPE = "MemoryType"


class FollowingClient(MemoryClient):
    """A client that can read a stream."""

    def follow(self) -> None:
        """Read what the stream begins with."""
        attachment = session_pb2.AttachmentReference
        method = self._channel.unary_stream(
            f"/{SERVICE}/Follow", attachment.SerializeToString, attachment.FromString
        )
        next(self._stream(lambda: method, self._attachment, until_released=True))


def reservation_of(*resource_names: str):
    """Return a reservation as NI's session management makes it for these pin map entries."""
    reserved = [
        messages.SessionInformation(resource_name=name, instrument_type_id=TYPE)
        for name in resource_names
    ]
    for message in reserved:
        message.session.name = message.resource_name
    return management.MultiSessionReservation(SimpleNamespace(), reserved)


def test_one_session_is_released_with_its_block(world):
    """NI's `initialize_session` takes the constructor, and what it opened is released after it."""
    make = SessionConstructor(MemoryClient, address=world.service.address)
    with reservation_of("data").initialize_session(make, TYPE) as reserved:
        reserved.session.touch()
        assert reserved.session.new_session
        assert len(world.sessions()) == 1
    assert world.sessions() == []


@pytest.mark.parametrize("behavior", list(Behavior))
def test_all_aliases_of_a_pin_map_open_one_session(world, behavior):
    """NI's `initialize_sessions` over a pin map with aliases works with every behaviour."""
    attaches = behavior in (2, 4)
    if attaches:
        world.client(behavior=3).detach()
    nis = management.SessionInitializationBehavior(behavior)
    make = SessionConstructor(MemoryClient, nis, address=world.service.address)
    names = [f"data?client=site{site}" for site in range(4)]
    with reservation_of(*names).initialize_sessions(make, TYPE) as reserved:
        sessions = [found.session for found in reserved]
        assert [session.new_session for session in sessions] == [not attaches] + [False] * 3
        assert len(world.sessions()[0].attachments) == 4
    assert world.driver.opened == {"data": 1}
    assert bool(world.sessions()) is (behavior in (2, 3))


def test_failure_of_one_releases_the_others(world):
    """If one session of many cannot be opened, those that were are released again."""
    kept = world.client("taken")
    make = SessionConstructor(MemoryClient, 1, address=world.service.address)
    with (
        pytest.raises(SessionExistsError),
        reservation_of("free", "taken").initialize_sessions(make, TYPE),
    ):
        pytest.fail("the block must not be entered")
    assert [found.resource_name for found in world.sessions()] == ["taken"]
    kept.close()


@pytest.mark.parametrize("behavior", [behavior for behavior in Behavior if behavior not in (2, 4)])
def test_nothing_created_half_way_stays_open(world, behavior):
    """What was created before one of many failed is closed, also where it else is left open."""
    make = SessionConstructor(MemoryClient, behavior, address=world.service.address)
    names = ("data?client=a", "data?client=b", "")
    with (
        pytest.raises(InvalidRequestError),
        reservation_of(*names).initialize_sessions(make, TYPE),
    ):
        pytest.fail("the block must not be entered")
    assert world.driver.opened == {"data": 1}
    assert world.sessions() == []


def test_attaching_half_way_leaves_open_what_was_found(world):
    """A session that was open before is as it was when attaching to another one fails."""
    world.client().detach()
    make = SessionConstructor(MemoryClient, 2, address=world.service.address)
    with (
        pytest.raises(SessionNotFoundError),
        reservation_of("data", "other").initialize_sessions(make, TYPE),
    ):
        pytest.fail("the block must not be entered")
    assert [found.attachments for found in world.sessions()] == [()]


def test_failure_of_the_block_is_not_half_way(world):
    """A session that shall be left open stays open when what was done with it fails."""
    make = SessionConstructor(MemoryClient, 3, address=world.service.address)
    with (
        pytest.raises(SessionExistsError),
        reservation_of("data").initialize_sessions(make, TYPE),
    ):
        SessionConstructor(MemoryClient, 1, address=world.service.address)(
            SimpleNamespace(resource_name="data")
        )
    assert len(world.sessions()) == 1


@pytest.mark.parametrize("use", ["touch", "follow"])
def test_what_was_used_is_not_half_way(world, use):
    """A session in use is not undone when the same constructor fails at another one."""
    make = SessionConstructor(FollowingClient, 3, address=world.service.address)

    def use_one_and_fail_at_another() -> None:
        with make(SimpleNamespace(resource_name="data")) as client:
            getattr(client, use)()
            make(SimpleNamespace(resource_name=""))

    with pytest.raises(InvalidRequestError):
        use_one_and_fail_at_another()
    assert [found.attachments for found in world.sessions()] == [()]


def test_nested_reservations_may_have_one_constructor(world):
    """The inner block fails; the outer one, whose session was used, leaves it open all the same."""
    make = SessionConstructor(MemoryClient, 3, address=world.service.address)

    def nest() -> None:
        with reservation_of("data").initialize_session(make, TYPE) as reserved:
            reserved.session.touch()
            with reservation_of("").initialize_session(make, TYPE):
                pytest.fail("the block must not be entered")

    with pytest.raises(InvalidRequestError):
        nest()
    assert [found.attachments for found in world.sessions()] == [()]
