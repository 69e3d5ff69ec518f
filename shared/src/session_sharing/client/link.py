"""One channel to a service, with the stream by which the service knows that this process lives."""

from __future__ import annotations

import threading
from typing import Any

import grpc

from session_sharing.discovery.address import channel_options as address_options
from session_sharing.errors import OutcomeUnknownError
from session_sharing.information import ClientIdentity
from session_sharing.tls import TlsFiles, open_channel
from session_sharing.wire.failed_call import FailedCall
from session_sharing.wire.generated import clients_pb2, clients_pb2_grpc
from session_sharing.wire.session import identity_to_wire

HELLO_SECONDS = 5.0
"""How long a service that takes the connection may be silent before it is looked for anew."""

# A service that is frozen, or whose machine is gone without a word, is looked for anew after this
# time, and streams that read from it end. The library pings: an interpreter that is busy is alive.
_NOTICES_SILENCE = (
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.ping_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
)
_MEBIBYTE = 1 << 20
_MESSAGE_BYTES = 80 * _MEBIBYTE


class Link:
    """A channel and its stream. One thread opens and reads; any thread may cancel and close.

    `client_id` is written before the link is shown to others, and never again.

    Args:
        address: host:port of the service.
        tls: The files to encrypt with, which are read now; None for no encryption.

    Raises:
        CertificateFileError: A file is missing, or cannot be used.

    Attributes:
        address: host:port of the service.
        channel: The channel, for stubs.
        client_id: The id under which the service knows this process; empty before `open`.
    """

    def __init__(self, address: str, tls: TlsFiles | None = None) -> None:
        self.address = address
        self.channel = open_channel(address, tls, channel_options(address))
        self.client_id = ""
        self._stub = clients_pb2_grpc.SessionClientsStub(self.channel)
        self._stream: Any = None  # grpc's type for a stream is private

    def open(self, identity: ClientIdentity, client_id: str) -> None:
        """Begin the stream; return when the service has named the client.

        Args:
            identity: This process.
            client_id: The id of a client that comes back; empty for a new one.

        Raises:
            grpc.RpcError: The service is away, refuses, or the link was cancelled.
            OutcomeUnknownError: The service takes the connection, and says nothing.
            ValueError: The link was closed.
        """
        request = clients_pb2.ConnectRequest(
            identity=identity_to_wire(identity), client_id=client_id
        )
        stream = self._stream = self._stub.Connect(request)
        silent = threading.Event()

        def give_up() -> None:
            silent.set()
            stream.cancel()

        timer = threading.Timer(HELLO_SECONDS, give_up)
        timer.name, timer.daemon = "session hello", True
        timer.start()
        try:
            hello = next(stream, None)
        except grpc.RpcError as failure:
            if silent.is_set():
                raise no_answer(self.address, HELLO_SECONDS) from failure
            raise
        finally:
            timer.cancel()
        if hello is None:
            raise FailedCall(grpc.StatusCode.UNAVAILABLE, "It ended the connection without a word.")
        self.client_id = hello.client_id

    def read_to_end(self) -> grpc.RpcError | None:
        """Read the stream until it ends; return what it ended with, None if it just did."""
        try:
            for _ in self._stream:
                pass
        except grpc.RpcError as failure:
            return failure.with_traceback(None)  # With its frames it would keep this link.
        finally:
            self._stream = None
        return None

    def cancel(self) -> None:
        """End the stream, and not what else goes over the channel."""
        stream = self._stream
        if stream is not None:
            stream.cancel()

    def close(self) -> None:
        """Close the channel; the service takes the end of the stream for the end of the client."""
        self.cancel()
        self.channel.close()


def no_answer(address: str, seconds: float) -> OutcomeUnknownError:
    """Return what a service that is silent is told as.

    Args:
        address: host:port of the service.
        seconds: How long it was waited for.
    """
    return OutcomeUnknownError(
        f"The service at {address} did not answer within {seconds:.3g} s. It may be busy or "
        "frozen: look at its log; if it hangs, restart it."
    )


def channel_options(address: str) -> list[tuple[str, int]]:
    """Return how every channel to a service is set up."""
    return [
        *address_options(address),
        *_NOTICES_SILENCE,
        ("grpc.max_send_message_length", _MESSAGE_BYTES),
        ("grpc.max_receive_message_length", _MESSAGE_BYTES),
    ]
