"""A gRPC server that does nothing, hosted like the others: `python -m bench.nothing FOLDER`.

What a call costs in gRPC itself, with our options and interceptor: the rest of what a call of a
service costs is ours.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from session_sharing.client.link import channel_options
from session_sharing.service import ErrorInterceptor, HostingOptions, Listening, run
from session_sharing.wire.generated import records_pb2

SERVICE = "bench.Nothing"
METHOD = "LogRecords"


class Nothing:
    """What is hosted: one method, with the messages of the logger's."""

    def add_to(self, server: grpc.aio.Server) -> None:
        """Add the method."""
        handler: grpc.RpcMethodHandler[Any, Any] = grpc.unary_unary_rpc_method_handler(
            _answer,
            request_deserializer=records_pb2.LogRecordsRequest.FromString,
            response_serializer=records_pb2.LogRecordsResponse.SerializeToString,
        )
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler})]
        )

    async def started(self, listening: Listening) -> None:
        """Tell nobody."""

    async def stopping(self) -> None:
        """Finish nothing."""

    async def stopped(self) -> None:
        """Give nothing back."""


def nothing_call(address: str, request: records_pb2.LogRecordsRequest) -> Callable[[], object]:
    """Return a call of the method, always with the same request.

    Args:
        address: host:port of the server.
        request: The request.
    """
    channel = grpc.insecure_channel(address, options=channel_options(address))
    method = channel.unary_unary(
        f"/{SERVICE}/{METHOD}",
        request_serializer=records_pb2.LogRecordsRequest.SerializeToString,
        response_deserializer=records_pb2.LogRecordsResponse.FromString,
    )
    return lambda: method(request, timeout=30.0)


async def _answer(
    request: records_pb2.LogRecordsRequest, context: object
) -> records_pb2.LogRecordsResponse:
    return records_pb2.LogRecordsResponse(acknowledgement=request.acknowledgement)


def main() -> int:
    """Run the server until it is asked to stop."""
    options = HostingOptions("nothing", 0, Path(sys.argv[1]), [ErrorInterceptor()])
    return run(Nothing, options)


if __name__ == "__main__":
    sys.exit(main())
