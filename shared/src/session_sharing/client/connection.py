"""One process's connection to one service: a channel, the liveness stream, and a client id."""

from __future__ import annotations

import os
import threading

import grpc

from session_sharing.discovery.address import channel_options as address_options
from session_sharing.errors import OutcomeUnknownError, PreconditionError, UnavailableError
from session_sharing.identity import this_client
from session_sharing.information import sentence
from session_sharing.wire.generated import clients_pb2, clients_pb2_grpc
from session_sharing.wire.session import identity_to_wire
from session_sharing.wire.status import error_from_call

_MEBIBYTE = 1 << 20
_MESSAGE_BYTES = 80 * _MEBIBYTE


class Connection:
    """A channel with the stream by which the service knows that this process lives.

    A thread named `session liveness` reads the stream. `_ready` publishes what it learned: the
    client id or the failure are written before it is set, and read only after.

    Args:
        address: host:port of the service.
        wait: How long to wait for the service, in seconds.

    Raises:
        UnavailableError: Nothing answers at the address.
        OutcomeUnknownError: The service did not answer in time.
    """

    def __init__(self, address: str, wait: float) -> None:
        self.address = address
        self.channel = grpc.insecure_channel(address, options=channel_options(address))
        self._process_id = os.getpid()
        self._ready = threading.Event()
        self._client_id = ""
        self._failure: grpc.RpcError | None = None
        self.identity = this_client()
        request = clients_pb2.ConnectRequest(identity=identity_to_wire(self.identity))
        self._stream = clients_pb2_grpc.SessionClientsStub(self.channel).Connect(request)
        threading.Thread(target=self._read, name="session liveness", daemon=True).start()
        try:
            self._await_ready(wait)
        except BaseException:
            self.close()
            raise

    def _read(self) -> None:
        """Read the stream to its end; its first message names the client."""
        try:
            for response in self._stream:
                self._client_id = response.client_id
                self._ready.set()
        except grpc.RpcError as error:
            self._failure = error
        finally:
            self._ready.set()

    def _await_ready(self, wait: float) -> None:
        if not self._ready.wait(wait):
            raise OutcomeUnknownError(
                f"The service at {self.address} did not answer within {wait:.3g} s. It may be "
                "busy or frozen: look at its log; if it hangs, restart it."
            )
        if self._client_id:
            return
        if self._failure is None:
            raise UnavailableError(f"The service at {self.address} ended the connection at once.")
        error = error_from_call(self._failure)
        if not isinstance(error, UnavailableError):
            raise error
        raise UnavailableError(
            f"Nothing usable answers at {self.address}: {sentence(error.message)} Start the "
            "service there, or if it runs elsewhere, check how it is found "
            "(`python -m session_sharing list`)."
        ) from self._failure

    @property
    def client_id(self) -> str:
        """The id under which the service knows this process.

        Raises:
            PreconditionError: This is a forked child of the process that connected.
        """
        self.refuse_after_fork()
        return self._client_id

    @property
    def is_alive(self) -> bool:
        """Whether the stream still stands, and this is the process that opened it."""
        return self._stream.is_active() and os.getpid() == self._process_id

    def refuse_after_fork(self) -> None:
        """Refuse use by a forked child: it would break the channel of its parent.

        Raises:
            PreconditionError: This is a forked child of the process that connected.
        """
        if os.getpid() != self._process_id:
            raise PreconditionError(
                f"This session was opened by process {self._process_id}, before the fork that made "
                f"process {os.getpid()}. A session is not inherited: initialize a client in the "
                "child, or start children with `spawn` (multiprocessing) or subprocess."
            )

    def close(self) -> None:
        """Close the channel; the service takes the end of the stream for the end of the client."""
        if os.getpid() == self._process_id:
            self._stream.cancel()
            self.channel.close()


def channel_options(address: str) -> list[tuple[str, int]]:
    """Return how every channel to a service is set up."""
    return [
        *address_options(address),
        ("grpc.max_send_message_length", _MESSAGE_BYTES),
        ("grpc.max_receive_message_length", _MESSAGE_BYTES),
    ]
