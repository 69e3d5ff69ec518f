"""A client that sends any bytes to any RPC, and tells all that came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import grpc

from session_sharing.testing.reflected import Method

LIMIT = 10.0
"""How long an answer may take, in seconds, of a call that is not held open."""

HELD = 0.05
"""How long a stream is listened to, or a call that asks to wait, in seconds."""

MOST_ANSWERS = 20
"""How many answers of a stream are read."""

STARTED = 5.0
"""How long the first answer of a stream may take that is held open, in seconds."""

_OPTIONS = (
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_send_message_length", 96 << 20),
    ("grpc.max_receive_message_length", 96 << 20),
    ("grpc.max_metadata_size", 64 << 10),
)


@dataclass(frozen=True)
class Reply:
    """What came back.

    Attributes:
        status: The status; OK also for a stream of which enough was read.
        told: All that the status says in words and in trailing metadata.
        answers: The answers.
        ended_by_us: Whether the stream, or the wait, was ended by this client.
    """

    status: grpc.StatusCode
    told: bytes
    answers: Sequence[bytes]
    ended_by_us: bool = False

    @property
    def is_taken(self) -> bool:
        """Whether the server did what it was asked to, as far as was waited for."""
        return self.status is grpc.StatusCode.OK or self.ended_by_us


class HostileClient:
    """Sends what it is told to, valid or not, by one connection.

    Args:
        address: Where the server is, as host:port.
    """

    def __init__(self, address: str) -> None:
        self.channel = grpc.insecure_channel(address, _OPTIONS)
        self._held: list[Any] = []

    def send(self, method: Method, requests: Sequence[bytes], *, waits: bool = False) -> Reply:
        """Make a call; return when it is answered, or when enough of a stream was read.

        Args:
            method: Of which RPC.
            requests: One request, or those of a stream.
            waits: Whether the call asks the server to wait: then it is soon given up.
        """
        held = waits or method.answers_many
        call = self._begin(method, requests, HELD if held else LIMIT)
        answers: list[bytes] = []
        try:
            for answer in call:
                answers.append(answer)
                if len(answers) == MOST_ANSWERS:
                    call.cancel()
                    return Reply(grpc.StatusCode.OK, b"", answers, ended_by_us=True)
        except grpc.RpcError as error:
            over = error.code() is grpc.StatusCode.DEADLINE_EXCEEDED and held
            return Reply(error.code(), _told(error), answers, ended_by_us=over)
        return Reply(grpc.StatusCode.OK, b"", answers)

    def hold(self, method: Method, request: bytes) -> bytes:
        """Open a stream and keep it until `let_go`; return its first answer.

        Raises:
            grpc.RpcError: It was refused.
        """
        call = self._begin(method, [request], timeout=None)
        self._held.append(call)
        answer: bytes = next(call)
        return answer

    def let_go(self) -> None:
        """End the streams that are held."""
        while self._held:
            self._held.pop().cancel()

    def _begin(self, method: Method, requests: Sequence[bytes], timeout: float | None) -> Any:  # noqa: ANN401 - a call of gRPC, without a type of its own
        # Answers as a stream in any case: who answers one message answers a stream of one.
        if method.sends_many:
            call: Any = self.channel.stream_stream(method.path)
            return call(iter(requests), timeout=timeout)
        call = self.channel.unary_stream(method.path)
        return call(requests[0], timeout=timeout)

    def __enter__(self) -> HostileClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.let_go()
        self.channel.close()


def _told(error: Any) -> bytes:  # noqa: ANN401 - an error of gRPC, which is a call too
    trailers: Iterable[tuple[str, str | bytes]] = error.trailing_metadata() or ()
    parts = [error.details() or "", *(value for _, value in trailers)]
    return b"\n".join(part.encode() if isinstance(part, str) else part for part in parts)
