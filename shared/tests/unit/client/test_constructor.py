"""The session constructor, which NI's reservations call."""

from __future__ import annotations

from typing import Any, NamedTuple

from session_sharing.behavior import Behavior
from session_sharing.client import SessionClient, SessionConstructor


class Reserved(NamedTuple):
    """What NI's session information looks like."""

    session_name: str
    resource_name: str
    channel_list: str = ""


class RecordingClient(SessionClient):
    """A client that records what it is made with, and calls nobody."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.made_with = (arguments, options)

    def _call_initialize(self, request, timeout):
        raise NotImplementedError

    def _call_close(self, request, timeout):
        raise NotImplementedError


def test_resource_name_behavior_and_options_are_passed_on():
    """The pin map's resource name, the behaviour and every further option reach the client."""
    make = SessionConstructor(RecordingClient, Behavior.ATTACH_TO_SERVER_SESSION, wait=3.0)
    for name in ("results.ndjson", "other?client=site1"):
        client = make(Reserved("NI's name", name))
        assert client.made_with == ((name, 2), {"wait": 3.0})


def test_behavior_is_automatic_unless_said():
    """Without a behaviour the session is shared if it is open, else created."""
    assert SessionConstructor(RecordingClient)(Reserved("", "x")).made_with == (("x", 0), {})
