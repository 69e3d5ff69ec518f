"""Letting go of logs whose service does not answer."""

from __future__ import annotations

from contextlib import ExitStack
from typing import ClassVar

import pytest
from ni.measurementlink.sessionmanagement.v1.client import SessionInformation

from session_sharing.core import Outcome, Released
from session_sharing.errors import AccessDeniedError, OutcomeUnknownError, UnavailableError
from teststand_modules.arguments import Pattern
from teststand_modules.creations import Creation, Wish
from teststand_modules.logs import LogKind


class FakeClient:
    """A client of a session of its own, which fails as it is told when it is released."""

    failures: ClassVar[dict[str, Exception]] = {}

    def __init__(self, resource, behavior, *, give_up, **options):
        self.session_name, self.new_session, self.released = resource, True, None
        self._give_up = give_up
        self.hurried = False

    def set_context(self, context):
        """Accept any context."""

    def __exit__(self, *error):
        """Release, and remember whether a service that is away would have been waited for."""
        self.hurried = self._give_up.is_set()
        if self.session_name in self.failures:
            raise self.failures[self.session_name]
        self.released = Released(Outcome.CLOSED)


@pytest.mark.parametrize(
    ("failure", "hurries"),
    [(UnavailableError, True), (OutcomeUnknownError, True), (AccessDeniedError, False)],
)
def test_waits_for_a_service_once(monkeypatch, failure, hurries):
    """What is let go after a service was waited for in vain waits no more; a refusal is none."""
    monkeypatch.setattr(FakeClient, "failures", {"a": failure("a test")})
    kind = LogKind("log files", FakeClient)
    wish = Wish(Pattern.HOLD, ("FileLogger",), "map", None, "1")
    infos = [SessionInformation(name, name, "", "FileLogger", False, []) for name in "ab"]
    creation = Creation(wish, kind.open(None, infos, wish, ExitStack()), ExitStack())
    kind.finish_setup(creation)
    failures = []
    ended = kind.let_go(creation, None, [], failures)
    assert [each.session.hurried for each in creation.opened] == [False, hurries]
    assert (ended.left, ended.closed) == (["a"], ["b"])
    assert [type(each) for each in failures] == [failure]
