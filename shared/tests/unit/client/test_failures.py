"""What a failed call means for the user of a client."""

from __future__ import annotations

import grpc
import pytest

from session_sharing import errors
from session_sharing.client.failures import explain_failure
from session_sharing.wire.failed_call import FailedCall
from session_sharing.wire.status import error_to_trailers, status_of


@pytest.mark.parametrize(
    "error",
    [
        errors.UnavailableError("The database is away."),
        errors.OutcomeUnknownError("The disk did not say."),
        errors.SessionExistsError("Held."),
    ],
)
def test_what_the_service_tells_is_left_as_it_is(error):
    """An error that the service raised keeps its words: it knows more than its client."""
    failure = FailedCall(status_of(error), error.message, error_to_trailers(error))
    told = explain_failure(failure, "localhost:1", 30)
    assert (type(told), told.message) == (type(error), error.message)


@pytest.mark.parametrize(
    ("code", "expected", "words"),
    [
        ("UNAVAILABLE", errors.UnavailableError, ["is away", "refused", "unknown", "Start it"]),
        ("UNIMPLEMENTED", errors.UnavailableError, ["another kind", "version", "was not done"]),
        ("DEADLINE_EXCEEDED", errors.OutcomeUnknownError, ["within 2.5 s", "unknown", "its log"]),
        ("CANCELLED", errors.OutcomeUnknownError, ["broken off", "unknown"]),
        ("INTERNAL", errors.InternalError, ["refused"]),
    ],
)
def test_what_grpc_tells_is_explained(code, expected, words):
    """A service that says nothing is named, with what is unknown and what to do."""
    error = explain_failure(FailedCall(grpc.StatusCode[code], "refused"), "localhost:1", 2.5)
    assert type(error) is expected
    for word in words:
        assert word in error.message
    assert code == "INTERNAL" or "localhost:1" in error.message
