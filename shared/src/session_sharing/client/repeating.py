"""Repeating a call that was not answered, until it is, or nobody waits any more."""

from __future__ import annotations

from typing import Protocol

import grpc

from session_sharing.client.failures import (
    Named,
    broken_off,
    cut_short,
    explain_failure,
    gave_up,
    is_unanswered,
    refused_repeat,
    stream_broken,
)
from session_sharing.client.link import Link
from session_sharing.client.patience import Patience, pauses
from session_sharing.errors import SharingError
from session_sharing.wire.status import error_from_call


class FindsAgain(Protocol):
    """What is used of a connection."""

    @property
    def address(self) -> str:
        """Where the service was found last."""
        ...

    @property
    def away(self) -> str:
        """Which service is away, and since when."""
        ...

    @property
    def trouble(self) -> str:
        """Which certificate keeps it from connecting again; empty if none does."""
        ...

    @property
    def is_ended(self) -> bool:
        """Whether it was closed."""
        ...

    def next_link(
        self, patience: Patience, failed: Link | None = None, pause: float = 0.0
    ) -> Link | None:
        """Wait until it is connected."""
        ...


class Repeats:
    """The attempts of one call that had no answer, and what is to be done after the next.

    It belongs to the thread that calls.

    Args:
        connection: The connection to the service, which finds it again.
        patience: How long the call may take.
        named: What the call is for.
    """

    def __init__(self, connection: FindsAgain, patience: Patience, named: Named) -> None:
        self._connection = connection
        self._patience = patience
        self._named = named
        self._pauses = pauses()
        self._is_repeat = False

    def wait_after(self, failure: grpc.RpcError, link: Link | None) -> None:
        """Return when the call may be tried again.

        Args:
            failure: What the last attempt ended with.
            link: Over which link it went.

        Raises:
            SharingError: The service answered with an error, or the call was broken off, or the
                service did not come back in time.
        """
        if self._connection.is_ended or not is_unanswered(failure):
            raise self._answered(failure) from failure
        # Also a service that says it is stopping may have done it.
        self._is_repeat = True
        if self._connection.next_link(self._patience, link, next(self._pauses)) is None:
            raise self._given_up(failure) from failure

    def broken(self, failure: grpc.RpcError) -> SharingError:
        """Return the error of a stream that ended after it had begun.

        Args:
            failure: What it ended with.
        """
        error = self._answered(failure)
        if self._connection.is_ended or not is_unanswered(failure):
            return error
        return stream_broken(self._connection.away, error_from_call(failure).message)

    def _answered(self, failure: grpc.RpcError) -> SharingError:
        patience = self._patience
        error = explain_failure(
            failure,
            self._connection.address,
            patience.seconds,
            self._named,
            is_repeat=self._is_repeat,
        )
        return refused_repeat(error, self._named) if self._is_repeat else error

    def _given_up(self, failure: grpc.RpcError) -> SharingError:
        if self._connection.is_ended or self._patience.is_broken_off:
            return broken_off(self._connection.away, self._named, maybe_done=True)
        return gave_up(
            self._connection.trouble or error_from_call(failure).message,
            self._connection.away,
            self._patience.seconds,
            self._named,
        )


def not_repeated(
    failure: grpc.RpcError, connection: FindsAgain, patience: Patience, named: Named
) -> SharingError:
    """Return the error of a call that must not be carried out twice, so it had one attempt.

    Args:
        failure: What the attempt ended with.
        connection: The connection to the service.
        patience: How long the call might take.
        named: What the call was for.
    """
    if connection.is_ended or not is_unanswered(failure):
        return explain_failure(failure, connection.address, patience.seconds, named)
    return cut_short(error_from_call(failure).message, connection.address, named)


def never_begun(connection: FindsAgain, patience: Patience, named: Named) -> SharingError:
    """Return the error of a call that no service has begun with, and that nobody waits for more.

    Args:
        connection: The connection to the service, which is away.
        patience: How long the call might take.
        named: What the call was for.
    """
    if patience.is_broken_off:
        return broken_off(connection.away, named, maybe_done=False)
    reason = connection.trouble or "it did not come back in time"
    return gave_up(reason, connection.away, patience.seconds, named, maybe_done=False)
