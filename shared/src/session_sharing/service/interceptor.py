"""The interceptor of every server: errors become statuses, floods and garbage are refused."""

from __future__ import annotations

import copy
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, closing
from typing import Any, NoReturn, cast

import grpc
import grpc.aio

from session_sharing.access import is_free
from session_sharing.errors import InternalError, SharingError
from session_sharing.service.admission import Admission
from session_sharing.service.admitted_requests import AdmittedRequests
from session_sharing.service.guard import Guard
from session_sharing.service.library_services import guarded, parsed
from session_sharing.wire.status import error_to_trailers, status_of, text_of

_log = logging.getLogger(__name__)

Context = grpc.aio.ServicerContext[Any, Any]
Unary = Callable[[Any, Context], Awaitable[Any]]
Parse = Callable[[bytes], Any]
Stream = Callable[[Any, Context], AsyncGenerator[Any, None]]
BothStreams = Callable[[AsyncIterator[Any], Context], AsyncGenerator[Any, None]]


class ErrorInterceptor(grpc.aio.ServerInterceptor):
    """Turns a `SharingError` that a method raises into its status, text and data.

    Everything else that a method raises is a defect: it is logged whole, and the client is told.
    Of methods that everybody may call, those of gRPC's own services (health, reflection), only
    streams are counted. It has no state but that of its `Admission` and its `Guard`, which belong
    to the event loop.

    Args:
        admission: Bounds what is in flight.
        guard: Says who may call what; None where everybody may call everything.
    """

    def __init__(self, admission: Admission | None = None, *, guard: Guard | None = None) -> None:
        self._admission = admission or Admission()
        self._guard = guard

    async def intercept_service(
        self,
        continuation: Callable[
            [grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]
        ],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Wrap the handler of a call."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = handler_call_details.method
        if is_free(method):
            return guarded(handler, self._admission, _abort)
        self._admission.arrive()
        # Requests come as bytes: they are parsed when it is the turn of their connection.
        parse = handler.request_deserializer or bytes
        if handler.unary_unary is not None:
            return grpc.unary_unary_rpc_method_handler(
                self._unary(cast("Unary", handler.unary_unary), parse, method),
                response_serializer=handler.response_serializer,
            )
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(
                self._stream(cast("Stream", handler.unary_stream), parse, method),
                response_serializer=handler.response_serializer,
            )
        if handler.stream_stream is not None:
            return grpc.stream_stream_rpc_method_handler(
                self._both_streams(cast("BothStreams", handler.stream_stream), parse, method),
                response_serializer=handler.response_serializer,
            )
        return None  # The one other kind: nothing here would check its callers, or bound it.

    def _let_in(self, name: str, context: Context) -> None:
        if self._guard is not None:
            self._guard.admit(name, context)

    def _unary(self, method: Unary, parse: Parse, name: str) -> Unary:
        async def call(data: bytes, context: Context) -> Any:  # noqa: ANN401
            request = None
            try:
                self._let_in(name, context)
                with self._admission.admit(context.peer(), len(data)):
                    async with self._admission.turn(context.peer(), len(data)):
                        request = parsed(data, parse)
                    return await method(request, context)
            except grpc.aio.AbortError:
                raise
            except Exception as error:  # noqa: BLE001 - the boundary: no abort is raised within
                failure = _failure(error)
            del data, request  # See `_failure`.
            return await _abort(context, failure)

        return call

    def _stream(self, method: Stream, parse: Parse, name: str) -> Stream:
        async def call(data: bytes, context: Context) -> AsyncGenerator[Any, None]:
            try:
                self._let_in(name, context)
                # No bytes are counted: a stream may be held for days, its request is soon used up.
                with self._admission.admit(context.peer(), 0):
                    async with aclosing(method(parsed(data, parse), context)) as responses:
                        async for response in responses:
                            yield response
            except grpc.aio.AbortError:
                raise
            except Exception as error:  # noqa: BLE001 - the boundary: no abort is raised within
                failure = _failure(error)
            else:
                return
            del data  # See `_failure`.
            await _abort(context, failure)

        return call

    def _both_streams(self, method: BothStreams, parse: Parse, name: str) -> BothStreams:
        """Wrap a method that answers each request of a stream, in their order."""

        async def call(
            requests: AsyncIterator[bytes], context: Context
        ) -> AsyncGenerator[Any, None]:
            admitted = AdmittedRequests(
                requests, lambda data: parsed(data, parse), self._admission, context.peer()
            )
            try:
                self._let_in(name, context)
                with self._admission.admit(context.peer(), 0), closing(admitted):
                    async with aclosing(method(admitted, context)) as responses:
                        async for response in responses:
                            admitted.answered()
                            yield response
            except grpc.aio.AbortError:
                raise
            except Exception as error:  # noqa: BLE001 - the boundary: no abort is raised within
                failure = _failure(error)
            else:
                return
            await _abort(context, failure)

        return call


def _failure(error: Exception) -> SharingError:
    """Return what the client is told of an exception.

    It is a copy, which has no traceback and no cause: they hold the frames that had the request,
    and the call's own frame holds it. gRPC adds a cycle of the context and what `abort` raises. So
    a refused request of megabytes would stay until the next search for cycles.
    """
    if isinstance(error, SharingError):
        return copy.copy(error)
    _log.error("A call failed because of a defect of the service", exc_info=error)
    return InternalError(
        f"The service has a defect: {type(error).__name__}. Its log holds the details; "
        "please report it. Whether the call had an effect is unknown."
    )


async def _abort(context: Context, error: SharingError) -> NoReturn:
    """End a call with the status, text and data of an error."""
    context.set_trailing_metadata(error_to_trailers(error))
    await context.abort(status_of(error), text_of(error))
    raise AssertionError("abort always raises")
