"""What is registered in Setup, and what is unregistered in Cleanup."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from ni.measurementlink.sessionmanagement.v1.client import SessionInformation

from session_sharing.errors import AlreadyExistsError, OutcomeUnknownError
from teststand_modules.arguments import Pattern
from teststand_modules.creations import Creation, Ended, Opened, Wish
from teststand_modules.registering import register, stale_of
from teststand_modules.shares import Shares


class FakeStation:
    """Remembers what is registered, by name, and may refuse."""

    def __init__(self, *registered, error=None):
        self.registered = {info.session_name: info for info in registered}
        self.error = error

    def register(self, infos):
        """Register all, or none."""
        if self.error is not None:
            raise self.error
        assert not {info.session_name for info in infos} & self.registered.keys()
        self.registered.update({info.session_name: info for info in infos})

    def unregister(self, infos):
        """Unregister what is registered."""
        for info in infos:
            self.registered.pop(info.session_name, None)


def info(name, *, exists=False, **annotations):
    return SessionInformation(name, name, "", "FileLogger", exists, [], None, annotations or None)


def creation(*opened, created=True):
    wish = Wish(Pattern.HOLD, ("FileLogger",), "map", None, "1")
    return Creation(wish, [Opened(each, None, "S", created) for each in opened], ExitStack())


def test_what_is_registered():
    """New sessions are, also in place of a stale registration; what others registered stays."""
    old = info("A", exists=True, whose="old")
    station = FakeStation(old)
    with ExitStack() as undo:
        registered = register(station, creation(old, info("B")), undo)
        assert set(station.registered) == {"A", "B"} == {each.session_name for each in registered}
        marks = [set(each.annotations) - {"whose"} for each in registered]
        assert marks[0] == marks[1] != set()
    assert station.registered == {}
    station = FakeStation(old)
    assert register(station, creation(old, created=False), ExitStack()) == []
    assert station.registered == {"A": old}


@pytest.mark.parametrize(
    ("error", "left"), [(AlreadyExistsError, {"A"}), (OutcomeUnknownError, set())]
)
def test_registering_fails(error, left):
    """What may have been registered is unregistered, and what somebody else registered is not."""
    station = FakeStation(info("A"), error=error("a test"))
    with pytest.raises(error), ExitStack() as undo:
        register(station, creation(info("A")), undo)
    assert set(station.registered) == left


@pytest.mark.parametrize("used", [False, True])
@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (Ended(closed=["S"]), {"A", "B"}),
        (Ended(left=["S"]), {"B"}),
        (Ended(foreign=["S"]), {"B"}),
        (Ended(), set()),
    ],
    ids=["closed", "left to others", "somebody else's by now", "close pending"],
)
def test_what_is_stale(ended, expected, used):
    """Of a session that is closed all entries are stale, of others what was registered here."""
    station, shares = FakeStation(), Shares()
    own = creation(info("A", exists=True), info("B"), created=False)
    registered = register(station, own, ExitStack())
    entries = [(each.session_name, each) for each in registered]
    shares.join("S", own.name, created=False, registered=entries)
    if used:
        shares.join("S", "another", created=False)
    shares.leave("S", own.name)
    stale = stale_of(shares, own, ended, registered)
    if used and ended.left:
        expected = set()
    assert {each.session_name for each in stale} == expected


def test_a_later_registration_of_the_same_entry():
    """What somebody else registered in place of ours is not stale."""
    shares, own = Shares(), creation(info("A"))
    registered = register(FakeStation(), own, ExitStack())
    shares.join("S", own.name, created=True, registered=[("A", registered[0])])
    assert stale_of(shares, own, Ended(foreign=["S"]), [info("A", whose="other")]) == []
