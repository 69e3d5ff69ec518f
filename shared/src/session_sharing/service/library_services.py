"""gRPC's own services, health and reflection: garbage is refused there as everywhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NoReturn, cast

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from session_sharing.errors import InvalidRequestError, SharingError
from session_sharing.service.admission import Admission

Context = grpc.aio.ServicerContext[Any, Any]
Parse = Callable[[bytes], Any]
Abort = Callable[[Context, SharingError], Awaitable[NoReturn]]


def parsed(data: bytes, parse: Parse) -> Any:  # noqa: ANN401 - any message
    """Return a request as a message.

    Raises:
        InvalidRequestError: It is none.
    """
    try:
        return parse(data)
    except DecodeError:
        raise InvalidRequestError(
            f"The request ({len(data)} bytes) is no valid protobuf message of this method, or "
            "values in it are nested too deep for protobuf (about 48 levels). Generate the "
            "client's stubs from the protos of this service's version."
        ) from None


def guarded(
    handler: grpc.RpcMethodHandler[Any, Any], admission: Admission, abort: Abort
) -> grpc.RpcMethodHandler[Any, Any]:
    """Return the handler of a method of gRPC's own services that refuses what is no request.

    The library would call that UNKNOWN, and log it as a defect of the service; likewise a method
    that it lacks. Streams are counted, as they may be held for ever; single calls are not, so that
    health is told in the middle of a flood.

    Args:
        handler: As the library has it.
        admission: Bounds the streams of each connection.
        abort: Ends a call with an error.
    """
    parse = handler.request_deserializer or bytes
    if handler.unary_unary is not None:
        return grpc.unary_unary_rpc_method_handler(
            _unary(handler.unary_unary, parse, abort),
            response_serializer=handler.response_serializer,
        )
    if handler.unary_stream is not None:
        return grpc.unary_stream_rpc_method_handler(
            _stream(handler.unary_stream, parse, admission, abort),
            response_serializer=handler.response_serializer,
        )
    if handler.stream_stream is not None:
        return grpc.stream_stream_rpc_method_handler(
            _both_streams(handler.stream_stream, parse, admission, abort),
            response_serializer=handler.response_serializer,
        )
    return handler


def _unary(method: Any, parse: Parse, abort: Abort) -> Any:  # noqa: ANN401 - as gRPC types them
    async def call(data: bytes, context: Context) -> Any:  # noqa: ANN401
        try:
            return await method(parsed(data, parse), context)
        except SharingError as error:
            await abort(context, error)
        except NotImplementedError:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "This server does without it.")

    return call


def _stream(method: Any, parse: Parse, admission: Admission, abort: Abort) -> Any:  # noqa: ANN401
    async def call(data: bytes, context: Context) -> None:
        try:
            with admission.admit(context.peer(), 0):
                await _write_all(method(parsed(data, parse), context), context)
        except SharingError as error:
            await abort(context, error)

    return call


async def _write_all(answering: Any, context: Context) -> None:  # noqa: ANN401 - see below
    """Let a method answer: one that writes its answers itself, or one that yields them."""
    if not hasattr(answering, "__aiter__"):
        await cast("Awaitable[None]", answering)
        return
    async for answer in answering:
        await context.write(answer)


def _both_streams(
    method: Any,  # noqa: ANN401
    parse: Parse,
    admission: Admission,
    abort: Abort,
) -> Any:  # noqa: ANN401
    async def read(requests: AsyncIterator[bytes]) -> AsyncIterator[Any]:
        async for data in requests:
            yield parsed(data, parse)

    async def call(requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[Any]:
        try:
            with admission.admit(context.peer(), 0):
                async for answer in method(read(requests), context):
                    yield answer
        except SharingError as error:
            await abort(context, error)

    return call
