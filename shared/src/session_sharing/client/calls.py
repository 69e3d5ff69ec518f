"""What a client calls its service by: over whatever link there is, as long as it is wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import grpc

from session_sharing.client.calling import Method, call, call_once, stream
from session_sharing.client.connection import Connection
from session_sharing.client.failures import Named, what_was_asked
from session_sharing.client.patience import Patience
from session_sharing.client.releasing import AttachmentRelease
from session_sharing.errors import AttachmentEndedError, SharingError

Response = TypeVar("Response")
Stub = TypeVar("Stub")

GIVE_UP_SECONDS = 2.0
"""How long a call may take that nobody wants to wait for, such as the last release."""


class CallsService:
    """The base of a client: its calls, which are repeated as long as they are not answered.

    Methods may be called from any thread. `_used`, `_hasty`, `_made` and `_connection` are each
    replaced as a whole; the rest does not change, or guards itself. A subclass sets `_connection`
    before the first call.

    Args:
        releasing: The release of the attachment: when it begins, calls end that wait.
        wait: How long a call waits for the service, in seconds.
        give_up: Set when nobody wants to wait any more for a service that is away.
    """

    _connection: Connection

    def __init__(
        self, releasing: AttachmentRelease, wait: float, give_up: threading.Event | None
    ) -> None:
        self._releasing = releasing
        self._wait = wait
        self._given_up = give_up
        self._hasty = False
        self._used = False
        self._made: tuple[grpc.Channel, Any] | None = None

    @property
    def _channel(self) -> grpc.Channel:
        """The present channel to the service."""
        link = self._connection.link
        assert link is not None, "a client is connected before it calls"
        return link.channel

    def _on_channel(self, make: Callable[[grpc.Channel], Stub]) -> Stub:
        """Return the stub on the present channel, made when there is a new one.

        Args:
            make: Makes a stub, always the same of it.
        """
        channel, made = self._channel, self._made
        if made is None or made[0] is not channel:
            made = self._made = (channel, make(channel))
        stub: Stub = made[1]
        return stub

    def _call(
        self,
        method: Method[Response],
        request: object,
        *,
        timeout: float | None = None,
        patience: Patience | None = None,
        named: Named = what_was_asked,
        repeat: bool = True,
    ) -> Response:
        """Call a unary RPC of the service; while nobody answers, it is repeated as it is.

        So the service has to know a repeat from a further call, by an id or a number in it, where
        that makes a difference.

        Args:
            method: Gives the method of a stub, as `lambda: self._stub.Method`: it is asked before
                every attempt, as another link has another stub.
            request: Its request.
            timeout: How long to wait for the answer, in seconds; the client's `wait` by default.
            patience: The time of the call, where it runs already.
            named: Names in errors what the call is for, as "logging record 7".
            repeat: Whether what may have been carried out is repeated.

        Raises:
            SharingError: The service raised it, does not answer, or this is a forked child.
        """
        if patience is None:
            patience = self._patience(self._wait if timeout is None else timeout)
        self._used = True
        calling = call if repeat else call_once
        return calling(self._connection, method, request, patience, named)

    def _stream(
        self, method: Method[Any], request: object, *, until_released: bool
    ) -> Generator[Any, None, None]:
        """Read a stream of the service; closing the generator cancels the call.

        Args:
            method: Gives the method of a stub, as for `_call`.
            request: Its request.
            until_released: Whether the release of this client is an end like any other.

        Raises:
            AttachmentEndedError: This client was released while it read.
            SharingError: The service raised it or went away, or this is a forked child.
        """
        self._used = True
        try:
            yield from stream(self._connection, method, request, lambda: self._patience(self._wait))
        except SharingError as error:
            if not self._releasing.begun:
                raise
            if not until_released:
                raise AttachmentEndedError(
                    "This client was closed while it read, so it cannot read on. Read to the end "
                    "before closing it."
                ) from error

    def _patience(self, seconds: float) -> Patience:
        """Return the patience of a call that begins now; a release does not end itself."""
        ends = self._is_hasty if self._releasing.is_asked_here else self._is_hasty_or_released
        return Patience(min(seconds, GIVE_UP_SECONDS) if self._is_hasty() else seconds, ends)

    def _is_hasty(self) -> bool:
        return self._hasty or (self._given_up is not None and self._given_up.is_set())

    def _is_hasty_or_released(self) -> bool:
        return self._releasing.begun or self._is_hasty()
