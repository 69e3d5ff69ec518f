"""When a call is repeated, and what is told when it is not."""

from __future__ import annotations

import grpc
import pytest

from session_sharing import errors
from session_sharing.client.failures import is_unanswered, may_come
from session_sharing.client.patience import Patience
from session_sharing.client.repeating import Repeats
from session_sharing.wire.failed_call import FailedCall
from session_sharing.wire.status import error_to_trailers, status_of

AWAY = FailedCall(grpc.StatusCode.UNAVAILABLE, "connection refused")


def told(error: errors.SharingError) -> FailedCall:
    """Return a call that failed with an error of a service."""
    return FailedCall(status_of(error), error.message, error_to_trailers(error))


STOPPING = told(errors.ServiceStoppingError("The service is stopping."))


class Finding:
    """A connection that finds its service again, so many times."""

    def __init__(self, *, finds: int = 9, is_ended: bool = False) -> None:
        self.address, self.away = "localhost:1", "The service is away"
        self.trouble = ""
        self.is_ended = is_ended
        self.pauses: list[float] = []
        self._finds = finds

    def next_link(self, patience, failed=None, pause=0.0):
        """Note the pause, and find the service if it may."""
        self.pauses.append(pause)
        return object() if len(self.pauses) <= self._finds else None


def error_after(*failures: FailedCall, finding: Finding, patience=None) -> errors.SharingError:
    """Return what a call raises of which these attempts failed, and all but the last in vain."""
    repeats = Repeats(finding, patience or Patience(30), lambda: "logging record 7")
    for failure in failures[:-1]:
        repeats.wait_after(failure, None)
    with pytest.raises(errors.SharingError) as caught:
        repeats.wait_after(failures[-1], None)
    return caught.value


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (AWAY, True),
        (FailedCall(grpc.StatusCode.CANCELLED, "broken off by a server that ends"), True),
        (STOPPING, True),
        (told(errors.UnavailableError("The database is away.")), False),
        (told(errors.SessionNotFoundError("No.")), False),
        (FailedCall(grpc.StatusCode.DEADLINE_EXCEEDED, "late"), False),
        (FailedCall(grpc.StatusCode.UNIMPLEMENTED, "another kind"), False),
        (FailedCall(grpc.StatusCode.INTERNAL, "defect"), False),
        (grpc.RpcError("of no call"), False),
    ],
)
def test_only_what_was_not_answered_is_repeated(failure, expected):
    """A call is repeated when nobody answered it, or only to say that the service stops."""
    assert is_unanswered(failure) is expected


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (AWAY, True),
        (errors.ServiceNotFoundError("not registered"), True),
        (errors.OutcomeUnknownError("silent"), True),
        (errors.NoStationError("no station"), False),
        (FailedCall(grpc.StatusCode.UNIMPLEMENTED, "another kind"), False),
        (errors.AccessDeniedError("not yours"), False),
    ],
)
def test_first_connection_waits_for_a_service_that_may_come(failure, expected):
    """A service that is being started is waited for; what cannot get better is told at once."""
    assert may_come(failure) is expected


def test_pauses_grow_while_nobody_answers():
    """A call that fails again and again is repeated less and less often."""
    finding = Finding()
    repeats = Repeats(finding, Patience(30), str)
    for _ in range(3):
        repeats.wait_after(AWAY, None)
    assert finding.pauses == [0.05, 0.1, 0.2]


@pytest.mark.parametrize("failures", [(AWAY,), (STOPPING, AWAY, STOPPING), (STOPPING,)])
def test_after_the_wait_what_is_unknown_is_told(failures):
    """A service that stays away is UNAVAILABLE: since when, and that the call may be done."""
    error = error_after(*failures, finding=Finding(finds=len(failures) - 1))
    assert type(error) is errors.UnavailableError
    assert "Whether logging record 7 was done is unknown" in error.message
    assert "The service is away, and was waited for 30 s" in error.message


@pytest.mark.parametrize("failure", [AWAY, STOPPING])
def test_who_breaks_off_is_told_what_is_unknown(failure):
    """A call that is broken off while it waits says that it may have been done."""
    patience = Patience(30, lambda: True)
    error = error_after(failure, finding=Finding(finds=0), patience=patience)
    assert type(error) is errors.OutcomeUnknownError
    assert "broken off" in error.message


def test_closed_connection_repeats_nothing():
    """What ends because this process closed its connection is not repeated."""
    finding = Finding(is_ended=True)
    error = error_after(FailedCall(grpc.StatusCode.CANCELLED, "closed"), finding=finding)
    assert isinstance(error, errors.OutcomeUnknownError)
    assert finding.pauses == []


@pytest.mark.parametrize("first", [AWAY, STOPPING])
@pytest.mark.parametrize(
    ("second", "kind"),
    [
        (told(errors.AttachmentEndedError("It expired.")), errors.AttachmentEndedError),
        (told(errors.ResourceExhaustedError("The disk is full.")), errors.ResourceExhaustedError),
        (
            FailedCall(grpc.StatusCode.RESOURCE_EXHAUSTED, "Concurrent RPC limit exceeded!"),
            errors.ResourceExhaustedError,
        ),
        (FailedCall(grpc.StatusCode.UNIMPLEMENTED, "unknown"), errors.UnavailableError),
        (FailedCall(grpc.StatusCode.DEADLINE_EXCEEDED, "late"), errors.OutcomeUnknownError),
    ],
)
def test_refused_repeat_tells_of_the_attempt_before(first, second, kind):
    """A repeat that is refused, by whomever, says that the first attempt may have been done.

    Else the number of a record that may be stored would be used for another one.
    """
    error = error_after(first, second, finding=Finding())
    assert type(error) is kind
    assert error.maybe_done
    assert "This is the answer to a repeat" in error.message
    assert str(error).count("Whether logging record 7 was done is unknown") == 1
    assert "was not done" not in error.message


def test_refused_first_attempt_was_not_done():
    """What was refused at once was not done, and its number is free."""
    error = error_after(told(errors.ResourceExhaustedError("Full.")), finding=Finding())
    assert (error.message, error.maybe_done) == ("Full.", False)


def test_certificate_that_keeps_the_client_out_is_told():
    """Who waited in vain is told the certificate that was in the way, not that a socket closed."""
    finding = Finding(finds=0)
    finding.trouble = "The certificate expired."
    error = error_after(AWAY, finding=finding)
    assert type(error) is errors.UnavailableError
    assert "The certificate expired." in error.message
    assert "refused" not in error.message
