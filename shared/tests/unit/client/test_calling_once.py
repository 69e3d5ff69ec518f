"""Calls that must not be carried out twice: when they are sent again, and what is told if not."""

from __future__ import annotations

from typing import Any, cast

import grpc
import pytest

from session_sharing import errors
from session_sharing.client.calling import call_once
from session_sharing.client.connection import Connection
from session_sharing.client.patience import Patience
from session_sharing.wire.failed_call import FailedCall
from session_sharing.wire.status import error_to_trailers, status_of

AWAY = FailedCall(grpc.StatusCode.UNAVAILABLE, "Socket closed")


def told(error: errors.SharingError, *, maybe_done: bool = False) -> FailedCall:
    """Return a call that failed with an error of a service."""
    error.maybe_done = maybe_done
    return FailedCall(status_of(error), error.message, error_to_trailers(error))


REFUSED = told(errors.ServiceStoppingError("The service is stopping."))
CUT_OFF = told(errors.ServiceStoppingError("It could not wait for this call."), maybe_done=True)


class Finding:
    """A connection that finds its service again, so many times."""

    address, away, trouble, is_ended = "localhost:1", "The service is away", "", False

    def __init__(self, finds: int = 9) -> None:
        self.finds = finds
        self.asked: list[object] = []

    def refuse_after_fork(self) -> None:
        """Be no forked child."""

    def next_link(self, patience: object, failed: object = None, pause: float = 0.0) -> object:
        """Return a link of its own, if the service is to be found."""
        self.asked.append(failed)
        return f"link {len(self.asked)}" if len(self.asked) <= self.finds else None


def ask(finding: Finding, *answers: Any, patience: Patience | None = None) -> object:
    """Call, over this connection, what answers so; all of the answers have to be taken."""
    left = list(answers)

    def method(_request: object, timeout: float | None) -> object:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    try:
        return call_once(
            cast("Connection", finding),
            lambda: method,
            "request",
            patience or Patience(30),
            lambda: "writing register 7",
        )
    finally:
        assert not left, "it was sent less often"


def test_what_was_refused_before_it_began_is_sent_again() -> None:
    """A service that stops and says so has done nothing; the next one is asked."""
    finding = Finding()
    assert ask(finding, REFUSED, REFUSED, "done") == "done"
    assert finding.asked == [None, "link 1", "link 2"]


@pytest.mark.parametrize("failure", [AWAY, CUT_OFF, FailedCall(grpc.StatusCode.CANCELLED, "end")])
def test_what_may_have_been_done_is_not(failure: FailedCall) -> None:
    """A call that was under way when its service went away is sent once, and told as unknown."""
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        ask(Finding(), failure)
    assert caught.value.maybe_done
    assert "Whether writing register 7 was done is unknown. It was not sent" in str(caught.value)


def test_refusal_is_told_as_it_is() -> None:
    """What the service answers, after whatever refusals of others, is no repeat of anything."""
    with pytest.raises(errors.NotFoundError) as caught:
        ask(Finding(), REFUSED, told(errors.NotFoundError("no such register")))
    assert (str(caught.value), caught.value.maybe_done) == ("no such register", False)


def test_service_that_stays_away_has_done_nothing() -> None:
    """Without a link nothing is sent, so that is no unknown outcome."""
    with pytest.raises(errors.UnavailableError, match="Writing register 7 was not done"):
        ask(Finding(finds=0))
    with pytest.raises(errors.UnavailableError, match=r"broken off.*7 was not done"):
        ask(Finding(finds=1), REFUSED, patience=Patience(30, lambda: True))
