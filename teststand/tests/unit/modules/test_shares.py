"""Who closes a session that executions of one process share, and who unregisters it."""

from __future__ import annotations

import pytest

from teststand_modules.shares import Shares


@pytest.mark.parametrize("first", ["creator", "other"])
def test_the_last_one_closes(first):
    """Whoever leaves last closes what the process created, and nobody before."""
    shares: Shares[str] = Shares()
    shares.join("S", "creator", created=True)
    shares.join("S", "other", created=False)
    last = {"creator": "other", "other": "creator"}[first]
    assert (shares.leave("S", first), shares.is_used("S")) == (False, True)
    assert (shares.leave("S", last), shares.is_used("S")) == (True, False)


def test_session_of_somebody_else():
    """What the process only attached to, nobody here closes."""
    shares: Shares[str] = Shares()
    shares.join("S", "one", created=False)
    assert not shares.leave("S", "one")
    assert not shares.leave("unknown", "one")


def test_registrations_are_handed_on():
    """What the first one registered, the last one unregisters, once."""
    shares: Shares[str] = Shares()
    shares.join("S", "one", created=True, registered=[("LOG", "info")])
    shares.join("S", "two", created=False)
    shares.leave("S", "one")
    shares.forget("S")
    shares.leave("S", "two")
    assert (shares.take_registered("S"), shares.take_registered("S")) == (["info"], [])


def test_a_forgotten_session_is_not_ours_any_more():
    """A later session of the same name is judged by itself."""
    shares: Shares[str] = Shares()
    shares.join("S", "one", created=True)
    shares.leave("S", "one")
    shares.forget("S")
    shares.join("S", "two", created=False)
    assert not shares.leave("S", "two")


def test_what_an_ended_interpreter_opened():
    """Who has its session open closes it, and unregisters what is registered; nobody else does."""
    shares: Shares[str] = Shares()
    shares.inherit("unused", created=True, registered=[("LOG", "info")])
    assert shares.take_registered("unused") == []
    shares.join("S", "one", created=False)
    shares.inherit("S", created=True, registered=[("LOG", "info")])
    assert shares.leave("S", "one")
    assert shares.take_registered("S") == ["info"]
