"""What the interceptor of every server keeps of calls that are refused: nothing."""

from __future__ import annotations

import asyncio
import gc
import weakref
from types import SimpleNamespace
from unittest.mock import AsyncMock, Mock

import grpc
import pytest

from session_sharing.errors import InvalidRequestError
from session_sharing.service import ErrorInterceptor


class Request:
    """A parsed request that tells when nobody holds it any more."""


class Refusing:
    """A service whose methods refuse every request, and remember whether it is still held."""

    def __init__(self) -> None:
        self.held: list[weakref.ref[Request]] = []

    def parse(self, data: bytes) -> Request:
        """Make a request, and watch it."""
        request = Request()
        self.held.append(weakref.ref(request))
        return request

    async def unary(self, request, context):
        """Refuse."""
        self._refuse(request)

    async def stream(self, request, context):
        """Refuse."""
        self._refuse(request)
        yield b""

    async def both(self, requests, context):
        """Refuse."""
        async for request in requests:
            self._refuse(request)
            yield b""

    def _refuse(self, request):
        try:
            int(str(request))
        except ValueError as error:
            raise InvalidRequestError("It is wrong.") from error


async def arriving():
    """Yield what comes on a stream of requests."""
    yield b"x" * 1000


async def call_refused(service: Refusing, kind: str) -> Mock:
    """Let a call of a kind be refused; return what it had for a context."""
    handlers = {
        "unary": grpc.unary_unary_rpc_method_handler(service.unary, service.parse),
        "stream": grpc.unary_stream_rpc_method_handler(service.stream, service.parse),
        "both": grpc.stream_stream_rpc_method_handler(service.both, service.parse),
    }
    details = SimpleNamespace(method="/a.Service/Method", invocation_metadata=())
    handler = await ErrorInterceptor().intercept_service(
        AsyncMock(return_value=handlers[kind]), details
    )
    context = Mock(
        abort=AsyncMock(side_effect=grpc.aio.AbortError("kept by gRPC")), peer=lambda: "ipv4:1"
    )
    calls = {
        "unary": lambda: handler.unary_unary(b"x" * 1000, context),
        "stream": lambda: anext(handler.unary_stream(b"x" * 1000, context)),
        "both": lambda: anext(handler.stream_stream(arriving(), context)),
    }
    with pytest.raises(grpc.aio.AbortError):
        await calls[kind]()
    return context


@pytest.mark.parametrize("kind", ["unary", "stream", "both"])
def test_a_refused_request_is_not_kept(kind):
    """Nothing holds a request after its refusal, without any search for cycles of objects."""
    service = Refusing()
    gc.disable()
    try:
        context = asyncio.run(call_refused(service, kind))
        assert context.abort.await_args.args[0] is grpc.StatusCode.INVALID_ARGUMENT
        assert [ref() for ref in service.held] == [None]
    finally:
        gc.enable()


def test_kind_of_method_that_nothing_here_checks_is_not_served():
    """Many requests and one answer: no method is so, and one that were would pass no guard."""
    handler = grpc.stream_unary_rpc_method_handler(lambda *_: None)
    details = SimpleNamespace(method="/some.Service/Method")
    served = ErrorInterceptor().intercept_service(AsyncMock(return_value=handler), details)
    assert asyncio.run(served) is None
