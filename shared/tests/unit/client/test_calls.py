"""How long a client's calls may take, when nobody wants to wait any more."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from session_sharing.client.calls import GIVE_UP_SECONDS, CallsService
from session_sharing.client.session import _is_impatient
from session_sharing.errors import OutcomeUnknownError, PreconditionError, UnavailableError


def test_calls_are_short_when_nobody_waits() -> None:
    """Who has given up is not held up by a frozen service for as long as others may wait."""
    given_up = threading.Event()
    releasing = cast("Any", SimpleNamespace(begun=False, is_asked_here=True))
    service = CallsService(releasing, 30.0, given_up)
    assert service._patience(30.0).seconds == 30.0
    given_up.set()
    assert service._patience(30.0).seconds == GIVE_UP_SECONDS
    assert service._patience(0.5).seconds == 0.5


@pytest.mark.parametrize(
    ("error", "impatient"),
    [
        (UnavailableError("away"), True),
        (OutcomeUnknownError("frozen"), True),
        (KeyboardInterrupt(), True),
        (PreconditionError("refused"), False),
        (None, False),
    ],
)
def test_service_that_was_waited_for_in_vain(error: BaseException | None, impatient: bool) -> None:
    """Leaving the block waits only for a service that answered before."""
    assert _is_impatient(error) is impatient
