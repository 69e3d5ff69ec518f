"""The client of a service whose operations are the RPCs of its proto, and nothing besides."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from session_sharing.client.session import SessionClient
from session_sharing.wire.generated import session_pb2

R = TypeVar("R", bound=Message)


class OperatingClient(SessionClient):
    """Calls operations by their messages: `client.call(ReadRequest(name="x"), ReadResponse)`.

    A subclass names its service; the proto has `Initialize`, `Close`, and an RPC for each
    operation, with a request of its own that has a field `attachment`. What else it is, and its
    arguments, are told in `SessionClient`.
    """

    SERVICE: ClassVar[ServiceDescriptor]
    """The service, as its generated module describes it."""

    def call(
        self,
        request: Message,
        response: type[R],
        *,
        timeout: float | None = None,
        repeat: bool = True,
        what: str = "what was asked",
    ) -> R:
        """Have an operation carried out, and return its response.

        When no answer comes, because the service was started again for example, the same request
        is sent again: it may be carried out twice, and what others asked for in between. Where
        that must not be, say `repeat=False`: then only what was certainly not begun is sent again,
        as while the service is away.

        Args:
            request: What is wanted; the session is filled in.
            response: The class of the response.
            timeout: How long to wait for the answer, in seconds; the client's `wait` by default.
            repeat: Whether a request is sent again that may have been carried out.
            what: Names the operation in errors, as "writing register 'CONFIG'".

        Raises:
            OutcomeUnknownError: Without `repeat`: the service went away before it answered.
            SharingError: The service refuses, or does not answer.
            TypeError: No RPC of the service takes this request and gives this response.
        """
        name = self._operation(request, response)
        wanted: Any = type(request)()
        wanted.CopyFrom(request)
        wanted.attachment.CopyFrom(self._attachment)
        answer: R = self._call(
            lambda: self._methods[name],
            wanted,
            timeout=timeout,
            named=lambda: what,
            repeat=repeat,
        )
        return answer

    def _operation(self, request: Message, response: type[Message]) -> str:
        for method in self.SERVICE.methods:
            if method.input_type is request.DESCRIPTOR:
                if method.output_type is response.DESCRIPTOR:
                    return method.name
                raise TypeError(
                    f"{method.name} gives a {method.output_type.name}, not a {response.__name__}."
                )
        raise TypeError(f"{self.SERVICE.full_name} takes no {type(request).__name__}.")

    @property
    def _methods(self) -> dict[str, Any]:
        return self._on_channel(self._make_methods)

    def _make_methods(self, channel: grpc.Channel) -> dict[str, Any]:
        return {method.name: _on(channel, method) for method in self.SERVICE.methods}

    def _initialize_request(self) -> Any:  # noqa: ANN401
        """Return the request of `Initialize` without its session: a subclass adds settings."""
        return GetMessageClass(self.SERVICE.methods_by_name["Initialize"].input_type)()

    def _call_initialize(
        self, request: session_pb2.InitializeRequest, timeout: float
    ) -> session_pb2.InitializeResponse:
        wanted = self._initialize_request()
        wanted.session.CopyFrom(request)
        response: session_pb2.InitializeResponse = self._embedding("Initialize", wanted, timeout)
        return response

    def _call_close(
        self, request: session_pb2.ReleaseRequest, timeout: float
    ) -> session_pb2.ReleaseResponse:
        wanted = GetMessageClass(self.SERVICE.methods_by_name["Close"].input_type)(session=request)
        response: session_pb2.ReleaseResponse = self._embedding("Close", wanted, timeout)
        return response

    def _embedding(self, name: str, wanted: Message, timeout: float) -> Any:  # noqa: ANN401
        return self._call(lambda: self._methods[name], wanted, timeout=timeout).session


def _on(channel: grpc.Channel, method: MethodDescriptor) -> Any:  # noqa: ANN401
    return channel.unary_unary(
        f"/{method.containing_service.full_name}/{method.name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
