"""Calling a service: errors as the service raised them, and in our words what it did not tell."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

import grpc

from session_sharing.client.connection import Connection
from session_sharing.client.failures import explain_failure
from session_sharing.errors import AttachmentEndedError

Response = TypeVar("Response")


def call(
    connection: Connection, method: Callable[..., Response], request: object, timeout: float
) -> Response:
    """Call a unary RPC.

    Args:
        connection: The connection that the method belongs to.
        method: The method of a stub.
        request: Its request.
        timeout: How long to wait for the answer, in seconds.

    Raises:
        SharingError: The service raised it, does not answer, or this is a forked child.
    """
    try:
        return _start(connection, method, request, timeout=timeout)
    except grpc.RpcError as failure:
        raise explain_failure(failure, connection.address, timeout) from failure


def stream(
    connection: Connection, method: Callable[..., Any], request: object, wait: float
) -> Generator[Any, None, None]:
    """Yield the responses of a server stream; closing the generator cancels the call.

    Args:
        connection: The connection that the method belongs to.
        method: The method of a stub.
        request: Its request.
        wait: What the text of an error says of waiting, in seconds; a stream has no time-out.

    Raises:
        SharingError: The service raised it or went away, or this is a forked child.
    """
    responses = _start(connection, method, request)
    try:
        yield from responses
    except grpc.RpcError as failure:
        raise explain_failure(failure, connection.address, wait) from failure
    finally:
        responses.cancel()


def _start(
    connection: Connection,
    method: Callable[..., Response],
    request: object,
    timeout: float | None = None,
) -> Response:
    connection.refuse_after_fork()
    try:
        return method(request, timeout=timeout)
    except ValueError as closed:  # grpc's word for a channel that is closed
        raise AttachmentEndedError(
            "This client has released its session, so nothing was done. Initialize a new "
            "client to go on."
        ) from closed
