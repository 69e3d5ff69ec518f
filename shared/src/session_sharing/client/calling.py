"""Calling a service: what it did not answer is repeated, and what it refuses is raised."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

import grpc

from session_sharing.client.connection import Connection
from session_sharing.client.failures import Named, is_not_begun, what_was_asked
from session_sharing.client.link import Link
from session_sharing.client.patience import Patience, pauses
from session_sharing.client.repeating import Repeats, never_begun, not_repeated
from session_sharing.errors import AttachmentEndedError

Response = TypeVar("Response")
Method = Callable[[], Callable[..., Response]]
"""Gives the method of a stub. Asked before every attempt: a new link has new stubs."""


def call(
    connection: Connection,
    method: Method[Response],
    request: object,
    patience: Patience,
    named: Named = what_was_asked,
) -> Response:
    """Call a unary RPC, and repeat it with the same request as long as nobody answers.

    Args:
        connection: The connection that the method belongs to.
        method: Gives the method of a stub.
        request: Its request.
        patience: How long to wait for the answer.
        named: What the call is for, as errors name it.

    Raises:
        SharingError: The service raised it, does not answer, or this is a forked child.
    """
    repeats: Repeats | None = None
    while True:
        link = connection.link
        try:
            return _start(connection, method, request, timeout=patience.remaining)
        except grpc.RpcError as failure:
            repeats = repeats or Repeats(connection, patience, named)
            repeats.wait_after(failure, link)


def call_once(
    connection: Connection,
    method: Method[Response],
    request: object,
    patience: Patience,
    named: Named = what_was_asked,
) -> Response:
    """Call a unary RPC that must not be carried out twice.

    It waits for a service that is away, and is sent again only where the service says that it has
    not begun with it.

    Args:
        connection: The connection that the method belongs to.
        method: Gives the method of a stub.
        request: Its request.
        patience: How long to wait for the answer.
        named: What the call is for, as errors name it.

    Raises:
        OutcomeUnknownError: The service went away before it answered.
        SharingError: The service raised it, does not answer, or this is a forked child.
    """
    connection.refuse_after_fork()
    refused: Link | None = None
    between = pauses()
    while True:
        link = connection.next_link(patience, refused, next(between))
        if link is None and not connection.is_ended:
            raise never_begun(connection, patience, named)
        try:
            return _start(connection, method, request, timeout=patience.remaining)
        except grpc.RpcError as failure:
            if not is_not_begun(failure):
                raise not_repeated(failure, connection, patience, named) from failure
            refused = link


def stream(
    connection: Connection,
    method: Method[Any],
    request: object,
    new_patience: Callable[[], Patience],
) -> Generator[Any, None, None]:
    """Yield the responses of a server stream; closing the generator cancels the call.

    A stream that breaks before its first response is begun again.

    Args:
        connection: The connection that the method belongs to.
        method: Gives the method of a stub.
        request: Its request.
        new_patience: Says how long a service that went away is waited for; the stream itself has
            no time-out.

    Raises:
        SharingError: The service raised it or went away, or this is a forked child.
    """
    repeats, lost, begun = None, None, False
    while True:
        link = connection.link
        responses = _start(connection, method, request)
        try:
            for response in responses:
                begun = True
                yield response
        except grpc.RpcError as failure:
            if repeats is None or link is not lost:  # Each absence is waited for anew.
                repeats, lost = Repeats(connection, new_patience(), what_was_asked), link
            if begun:
                raise repeats.broken(failure) from failure
            repeats.wait_after(failure, link)
        else:
            return
        finally:
            responses.cancel()


def _start(
    connection: Connection,
    method: Method[Response],
    request: object,
    timeout: float | None = None,
) -> Response:
    connection.refuse_after_fork()
    try:
        return method()(request, timeout=timeout)
    except ValueError as closed:  # grpc's word for a channel that is closed
        raise released_already() from closed


def released_already() -> AttachmentEndedError:
    """Return the error of a client that is used after its release."""
    return AttachmentEndedError(
        "This client has released its session, so nothing was done. Initialize a new client to "
        "go on."
    )
