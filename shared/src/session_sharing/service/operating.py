"""Serving operations that one function carries out, whatever the proto of the service calls them.

Its proto has `Initialize` and `Close`, in which a field `session` embeds the messages of sessions;
all other RPCs are operations, whose requests have a field `attachment`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import grpc
import grpc.aio
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from session_sharing.errors import InternalError
from session_sharing.service.driver import Located, explain_use
from session_sharing.service.engine import SessionEngine
from session_sharing.service.one_thread import Closable, OneThread
from session_sharing.service.rpc import SessionRpc
from session_sharing.service.session_service import AddServicers

R = TypeVar("R", bound=Closable)
Operate = Callable[[R, Message], Message]
"""Carries out an operation: given the resource and the request, returns the response."""

Locate = Callable[[Any], Callable[[str], Located]]
"""Given the request of `Initialize`, returns what finds the resource with the settings in it."""

Serve = Callable[[Any, Any], Awaitable[Any]]

_EMBEDDED = {
    "Initialize": ("session", "session_sharing.v1.InitializeRequest"),
    "Close": ("session", "session_sharing.v1.ReleaseRequest"),
}
_OPERATION = ("attachment", "session_sharing.v1.AttachmentReference")


def serve_operations(
    service: ServiceDescriptor, operate: Operate[R], locate: Locate | None = None
) -> AddServicers[OneThread[R]]:
    """Return what serves all RPCs of a service, for `run_service`.

    Args:
        service: The service, as its generated module describes it.
        operate: Carries out each RPC but `Initialize` and `Close`, in the thread of the resource.
            An `OSError` is told as UNAVAILABLE with its reason, or RESOURCE_EXHAUSTED where
            something is full; what is no `SharingError` else is a defect.
        locate: Finds resources whose requests of `Initialize` have settings; by default the driver
            finds them, by names alone. Called on the event loop; what it returns, in a thread.

    Raises:
        ValueError: An RPC is a stream, its request embeds nothing of sessions, or is that of
            another RPC as well; or the service lacks `Initialize` or `Close`.
    """
    _check(service)

    def add(engine: SessionEngine[OneThread[R]], server: grpc.aio.Server) -> Iterable[str]:
        sessions = SessionRpc(engine)
        handlers = {
            method.name: _handler(method, _serving(method, sessions, operate, locate))
            for method in service.methods
        }
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(service.full_name, handlers)]
        )
        return [service.full_name]

    return add


def _check(service: ServiceDescriptor) -> None:
    missing = set(_EMBEDDED) - {method.name for method in service.methods}
    if missing:
        raise ValueError(f"{service.full_name} lacks the RPC {' and '.join(sorted(missing))}.")
    for method in service.methods:
        if method.client_streaming or method.server_streaming:
            raise ValueError(f"{method.full_name} is a stream: that needs a servicer of its own.")
        name, wanted = _EMBEDDED.get(method.name, _OPERATION)
        field = method.input_type.fields_by_name.get(name)
        if field is None or field.message_type is None or field.message_type.full_name != wanted:
            raise ValueError(f"{method.input_type.full_name} has no field '{wanted} {name}'.")
    _check_requests(service)


def _check_requests(service: ServiceDescriptor) -> None:
    """Refuse a request of two RPCs: clients, and `operate`, know an RPC by its request alone."""
    taken: dict[str, str] = {}
    for method in service.methods:
        request = method.input_type.full_name
        first = taken.setdefault(request, method.name)
        if first != method.name:
            raise ValueError(
                f"{request} is the request of {first} and of {method.name}: give each its own."
            )


def _handler(method: MethodDescriptor, serve: Serve) -> grpc.RpcMethodHandler[Any, Any]:
    return grpc.unary_unary_rpc_method_handler(
        serve,
        request_deserializer=GetMessageClass(method.input_type).FromString,
        response_serializer=lambda message: message.SerializeToString(),
    )


def _serving(
    method: MethodDescriptor,
    sessions: SessionRpc[OneThread[R]],
    operate: Operate[R],
    locate: Locate | None,
) -> Serve:
    response = GetMessageClass(method.output_type)

    async def initialize(request: Any, _context: object) -> Any:  # noqa: ANN401
        find = locate(request) if locate is not None else None
        return response(session=await sessions.initialize(request.session, find))

    async def close(request: Any, _context: object) -> Any:  # noqa: ANN401
        return response(session=await sessions.release(request.session))

    async def carry_out(request: Any, _context: object) -> Any:  # noqa: ANN401
        async with sessions.use(request.attachment) as handle:
            return await _carried_out(method, handle, lambda resource: operate(resource, request))

    return {"Initialize": initialize, "Close": close}.get(method.name, carry_out)


async def _carried_out(
    method: MethodDescriptor, handle: OneThread[R], work: Callable[[R], Message | None]
) -> Message:
    try:
        answer = await handle.run(work)
    except OSError as error:
        raise explain_use(error, f"carry out {method.name}") from error
    if answer is None:
        raise InternalError(
            f"{method.name} was answered with nothing: has its case in the service a `return`?"
        )
    if answer.DESCRIPTOR is not method.output_type:
        raise InternalError(
            f"{method.name} was answered with a {type(answer).__name__}, not with a "
            f"{method.output_type.name}: a defect of the service. Please report it."
        )
    return answer
