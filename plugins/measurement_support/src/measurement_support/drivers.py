"""What goes wrong with a driver of NI's, as its callers are told, and as it is cleaned up after.

The drivers are told from each other by the class of their errors, so nothing here loads one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc

from session_sharing.errors import PreconditionError, SharingError, UnavailableError
from session_sharing.text import printable

_log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
"""How long a call of a driver waits at most before it is asked whether the run may go on."""


@contextmanager
def driver_errors(driver: str, errors: type[Exception]) -> Iterator[None]:
    """Turn what a driver raises in the block into errors that reach the caller with their text.

    Args:
        driver: What the driver is called.
        errors: The class of its errors: `nidcpower.errors.Error`, for example.

    Raises:
        UnavailableError: The server of the driver does not answer.
        PreconditionError: The driver refuses; the text is its own, with its code.
    """
    try:
        yield
    except errors as error:
        raise _told(driver, error) from error


def _told(driver: str, error: Exception) -> SharingError:
    if getattr(error, "rpc_code", None) is grpc.StatusCode.UNAVAILABLE:
        return UnavailableError(
            f"{driver}: NI gRPC Device Server is gone ({error}). Start it again, or the simulated "
            "instruments: python -m local_station.instruments."
        )
    return PreconditionError(f"{driver}: {error}")


@contextmanager
def cleaned_up(errors: type[Exception], *steps: Callable[[], object]) -> Iterator[None]:
    """Take steps when the block ends, each of them although one before it failed.

    A failure of the block comes before all others, so those of the steps are then only logged.

    Args:
        errors: The class of the errors that steps may raise.
        *steps: What to do, in this order.

    Raises:
        Exception: The block went well, and this is the first error of a step.
    """
    try:
        yield
    except BaseException:
        for failure in _failures(errors, steps):
            _log.warning("Cleaning up failed: %s", printable(str(failure)))
        raise
    failures = _failures(errors, steps)
    if failures:
        raise failures[0]


def _failures(errors: type[Exception], steps: tuple[Callable[[], object], ...]) -> list[Exception]:
    found: list[Exception] = []
    for step in steps:
        try:
            step()
        except errors as failure:
            found.append(failure)
    return found
