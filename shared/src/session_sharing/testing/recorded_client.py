"""One client of a history: it sends calls, and has what came of them recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from random import Random

import grpc.aio

from session_sharing.testing.door import (
    OUTCOMES,
    AnswerLostError,
    Door,
    initialize_request,
    refusal,
    release_request,
)
from session_sharing.testing.history import UNANSWERED, Operation, Recorder
from session_sharing.testing.session_calls import (
    PENDING,
    STOPPING,
    STORED,
    Abandon,
    AskToClose,
    ForceClose,
    Got,
    Initialize,
    Log,
    Release,
)
from session_sharing.wire.generated import session_pb2

PATIENCE = 20.0
"""How long an answer is waited for, in seconds: it must come within that."""

HASTE = (0.0003, 0.004)
"""How long clients in haste wait for an answer, in seconds: from, to."""


@dataclass
class Held:
    """An attachment that a client got: how to name it, and how many records it logged."""

    request: Initialize
    session: session_pb2.AttachmentReference
    public_id: str
    records: int = 0


class RecordedClient:
    """One client, used by one task or a few that it starts itself.

    Args:
        door: Its connection to the service.
        resource: What it works on.
        recorder: Records its calls.
        random: Decides what is left to chance.

    Attributes:
        held: What it has, as far as it knows.
        let_go: What it had.
    """

    def __init__(self, door: Door, resource: str, recorder: Recorder, random: Random) -> None:
        self.door = door
        self.held: list[Held] = []
        self.let_go: list[Held] = []
        self._resource = resource
        self._recorder = recorder
        self._random = random

    async def ready(self) -> bool:
        """Wait until it is connected; return whether it had to come back for that."""
        return await self.door.ready(self._recorder)

    async def initialize(self, call: Initialize, *, in_haste: bool = False) -> Operation:
        """Send an Initialize, for the first time or again."""
        request = initialize_request(call, self._resource, self.door.client_id)

        async def send(timeout: float) -> Hashable:
            response = await self.door.initialize(request, timeout)
            reference = session_pb2.AttachmentReference(
                session_name=response.session_name, attachment_id=call.attachment
            )
            if not any(each.request == call for each in [*self.held, *self.let_go]):
                self.held.append(Held(call, reference, response.public_id))
            return Got(response.session_name, response.new_session)

        return await self._record(call, send, in_haste=in_haste)

    async def log(self, held: Held, *, in_haste: bool) -> None:
        """Log the next record."""
        held.records += 1
        call = Log(held.request.attachment, held.records)

        async def send(timeout: float) -> Hashable:
            await self.door.log(held.session, call.number, timeout)
            return STORED

        await self._record(call, send, in_haste=in_haste)

    async def release(self, call: Release, session: str, *, in_haste: bool) -> None:
        """Release, and repeat it until it is answered."""

        async def send(timeout: float) -> Hashable:
            request = release_request(call, session, self.door.client_id)
            return OUTCOMES[(await self.door.release(request, timeout)).outcome]

        while not (await self._record(call, send, in_haste=in_haste)).answered:
            in_haste = False
            await self.ready()

    async def close_session(self, held: Held, *, force: bool) -> None:
        """Close a session as an operator does."""
        call = ForceClose if force else AskToClose

        async def send(timeout: float) -> Hashable:
            told = await self.door.close_session(held.public_id, timeout, force=force)
            # A polite operator is told how it is then: it may have been pending, and have closed.
            return told if force or told == PENDING else UNANSWERED

        await self._record(call(held.session.session_name), send)

    async def leave(self) -> None:
        """Lose the connection."""
        await self.door.leave(self._recorder)

    async def die(self) -> None:
        """Lose the connection for ever, and go on as another program, which knows of nothing."""
        await self.leave()
        self.door.begin_anew(self._recorder)
        self.held.clear()
        self.let_go.clear()

    async def _record(
        self,
        call: Hashable,
        send: Callable[[float], Awaitable[Hashable]],
        *,
        in_haste: bool = False,
    ) -> Operation:
        timeout = self._random.uniform(*HASTE) if in_haste else PATIENCE
        number = self._recorder.call(self.door.name, call)
        noticed = True
        try:
            answer = await send(timeout)
        except grpc.aio.AioRpcError as error:
            answer = refusal(error, in_haste=in_haste)
        except AnswerLostError as lost:
            answer, noticed = UNANSWERED, not lost.killed
        if answer == STOPPING and not isinstance(call, (Initialize, Log)):
            answer = UNANSWERED  # Only of these a service that stops says that nothing was done.
        operation = self._recorder.end(number, answer)
        if isinstance(call, Initialize) and not operation.answered and noticed:
            gone = replace(operation, call=Abandon(call.attachment), ended=operation.called)
            self._recorder.add(gone)
        return operation
