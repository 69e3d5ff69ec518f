"""A client of the smallest session service that comes back when its connection was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import Message

from session_sharing.errors import ServiceStoppingError, UnknownClientError
from session_sharing.testing.door import AnswerLostError, Door, state_of, told_reason
from session_sharing.testing.history import UNANSWERED, Operation, Recorder
from session_sharing.testing.memory import SERVICE
from session_sharing.testing.restarting import START_SECONDS, Restarting
from session_sharing.testing.session_calls import GIVEN_UP, Expire
from session_sharing.wire.generated import (
    administration_pb2,
    administration_pb2_grpc,
    clients_pb2,
    clients_pb2_grpc,
    session_pb2,
)

M = TypeVar("M", bound=Message)
T = TypeVar("T")

OPTIONS = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]


class _Link:
    """A channel to one run of the service, and the client's stream.

    `is_cut` tells whether the client itself ended it, `is_over` whether it is of no use any more.
    """

    def __init__(self, address: str, run: int) -> None:
        self.run = run
        self.channel = grpc.aio.insecure_channel(address, options=OPTIONS)
        self.administration: Any = administration_pb2_grpc.SessionAdministrationStub(self.channel)
        self.is_cut = self.is_over = False
        self._stream: Any = None

    async def open(self, client_id: str) -> str:
        stub = clients_pb2_grpc.SessionClientsStub(self.channel)
        self._stream = stub.Connect(clients_pb2.ConnectRequest(client_id=client_id))
        hello = await asyncio.wait_for(self._stream.read(), START_SECONDS)
        return str(hello.client_id)

    async def cut(self) -> None:
        self.is_cut = self.is_over = True
        await self.channel.close()


class MemoryDoor(Door):
    """Connects to whatever run of the service there is, with its client id.

    Where the service does not know that any more, it goes on as another client, with a new name.

    Args:
        name: The name of the client.
        service: The service.
    """

    can_leave = True

    def __init__(self, name: str, service: Restarting) -> None:
        super().__init__(name)
        self._service = service
        self._link: _Link | None = None
        self._first_name = name
        self._lives = 1
        self._surely_known = 0.0

    async def ready(self, recorder: Recorder) -> bool:
        """Connect, unless it is connected; return whether it had to."""
        came_back = False
        while self._link is None or self._link.is_over or self._link.run != self._service.run:
            await self._connect(recorder)
            came_back = True
        if not self._service.has_ended(self._link.run):
            self._surely_known = recorder.now
        return came_back

    async def _connect(self, recorder: Recorder) -> None:
        await self.close()
        link = _Link(*await self._service.serving())
        try:
            self.client_id = await link.open(self.client_id)
        except grpc.aio.AioRpcError as failure:
            await link.cut()
            if told_reason(failure) == UnknownClientError.__name__:
                self._become_another(recorder, GIVEN_UP)
            elif not self._service.has_ended(link.run):
                raise
        else:
            self._link = link

    async def leave(self, recorder: Recorder) -> None:
        """Lose the connection."""
        self._surely_known = recorder.now
        await self.close()

    async def close(self) -> None:
        """Lose the connection, at the end."""
        if self._link is not None:
            await self._link.cut()

    def begin_anew(self, recorder: Recorder) -> None:
        """Never come back, but go on as another client."""
        self._become_another(recorder, UNANSWERED)

    def _become_another(self, recorder: Recorder, known: object) -> None:
        """The service gives up this client, at some time since it was surely known there."""
        call = Expire(self.name)
        recorder.add(Operation(self.name, call, known, self._surely_known, recorder.now))
        self._lives += 1
        self.name, self.client_id = f"{self._first_name}, life {self._lives}", ""

    async def initialize(
        self, request: session_pb2.InitializeRequest, timeout: float
    ) -> session_pb2.InitializeResponse:
        """Call Initialize."""
        return await self._send("Initialize", request, session_pb2.InitializeResponse, timeout)

    async def release(
        self, request: session_pb2.ReleaseRequest, timeout: float
    ) -> session_pb2.ReleaseResponse:
        """Call Close."""
        return await self._send("Close", request, session_pb2.ReleaseResponse, timeout)

    async def log(
        self, attachment: session_pb2.AttachmentReference, number: int, timeout: float
    ) -> None:
        """Use the session; it stores nothing."""
        await self._send("Touch", attachment, session_pb2.AttachmentReference, timeout)

    async def close_session(self, public_id: str, timeout: float, *, force: bool) -> str:
        """Close a session as an operator does."""
        request = administration_pb2.CloseSessionRequest(public_id=public_id, force=force)
        link = self._present()
        call: Awaitable[administration_pb2.CloseSessionResponse]
        call = link.administration.CloseSession(request, timeout=timeout)
        response = await self._answer(link, call)
        return state_of(response.session)

    async def _send(self, name: str, request: Message, response: type[M], timeout: float) -> M:
        link = self._present()
        method: Callable[..., Awaitable[M]] = link.channel.unary_unary(
            f"/{SERVICE}/{name}", lambda message: message.SerializeToString(), response.FromString
        )
        return await self._answer(link, method(request, timeout=timeout))

    def _present(self) -> _Link:
        if self._link is None or self._link.is_over:
            raise AnswerLostError(killed=False)
        return self._link

    async def _answer(self, link: _Link, call: Awaitable[T]) -> T:
        """Wait for an answer. What a killed service says after its end counts for nothing."""
        try:
            answer = await call
        except asyncio.CancelledError:
            if link.is_cut:
                raise self._lost(link) from None
            raise
        except grpc.aio.AioRpcError as failure:
            if self._says_why(link, failure):
                raise
            raise self._lost(link) from failure
        if self._service.was_killed(link.run):
            raise self._lost(link)
        self._service.count_answer()
        return answer

    def _says_why(self, link: _Link, failure: grpc.aio.AioRpcError) -> bool:
        """Tell whether the service answered with an error, or there is no reason not to answer."""
        if self._service.was_killed(link.run):
            return False
        told = told_reason(failure)
        if told:
            link.is_over = link.is_over or told == ServiceStoppingError.__name__
            return True
        return not (link.is_cut or self._service.has_ended(link.run))

    def _lost(self, link: _Link) -> AnswerLostError:
        link.is_over = True
        return AnswerLostError(killed=self._service.was_killed(link.run) and not link.is_cut)
