"""Random clients: they initialize, log, release and close one resource, all at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Protocol

import grpc
import grpc.aio

from session_sharing.testing.history import UNANSWERED, Operation, Recorder
from session_sharing.testing.sequential_model import (
    CLOSED,
    LEFT_OPEN,
    PENDING,
    STORED,
    Abandon,
    ForceClose,
    Got,
    Initialize,
    Log,
    Refused,
    Release,
)
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.status import DETAILS_KEY

PATIENCE = 20.0
"""How long an answer is waited for, in seconds: it must come within that."""

HASTE = (0.0003, 0.004)
"""How long clients in haste wait for an answer, in seconds: from, to."""

_OUTCOMES = {
    session_pb2.RELEASE_OUTCOME_CLOSED: CLOSED,
    session_pb2.RELEASE_OUTCOME_CLOSE_PENDING: PENDING,
    session_pb2.RELEASE_OUTCOME_LEFT_OPEN: LEFT_OPEN,
}
_MODES = {
    None: session_pb2.RELEASE_MODE_UNSPECIFIED,
    True: session_pb2.RELEASE_MODE_ASK_TO_CLOSE,
    False: session_pb2.RELEASE_MODE_LEAVE_OPEN,
}


class Door(Protocol):
    """One client's connection to a service. Its methods raise what gRPC raises."""

    name: str
    client_id: str

    async def initialize(
        self, request: session_pb2.InitializeRequest, timeout: float
    ) -> session_pb2.InitializeResponse:
        """Call the service's Initialize."""
        ...

    async def release(
        self, request: session_pb2.ReleaseRequest, timeout: float
    ) -> session_pb2.ReleaseResponse:
        """Call the service's Close."""
        ...

    async def log(
        self, attachment: session_pb2.AttachmentReference, number: int, timeout: float
    ) -> None:
        """Log a record by which its attachment and number can be told."""
        ...

    async def force_close(self, public_id: str, timeout: float) -> None:
        """Close a session as an operator does."""
        ...


async def random_history(
    doors: Sequence[Door], resource: str, seed: str, calls: int
) -> list[Operation]:
    """Let clients work on a new resource, and close what they leave open.

    Args:
        doors: A door for each client.
        resource: The resource; nobody else uses it.
        seed: Decides what the clients ask, as far as the answers to others do not.
        calls: How many calls to make, at least.

    Returns:
        The history of the calls.
    """
    recorder = Recorder()
    clients = [RandomClient(door, resource, recorder, seed, calls) for door in doors]
    await asyncio.gather(*(client.run() for client in clients))
    await clients[0].close_what_is_left()
    return recorder.history()


@dataclass
class _Held:
    """An attachment that a client got: how to name it, and how many records it logged."""

    request: Initialize
    session: session_pb2.AttachmentReference
    public_id: str
    records: int = 0


class RandomClient:
    """One client that makes random calls, most of them one after the other.

    Args:
        door: Its connection to the service.
        resource: What it works on.
        recorder: Records its calls.
        seed: Decides what it asks.
        calls: It goes on until so many calls are recorded.
    """

    def __init__(
        self, door: Door, resource: str, recorder: Recorder, seed: str, calls: int
    ) -> None:
        self._door = door
        self._resource = resource
        self._recorder = recorder
        self._random = Random(f"{seed} {door.name}")  # noqa: S311 - choices, no secrets
        self._calls = calls
        self._held: list[_Held] = []
        self._let_go: list[_Held] = []
        self._attachments = 0

    async def run(self) -> None:
        """Make random calls, then let go of everything."""
        while len(self._recorder) < self._calls:
            await self._random_step()
        while self._held:
            await self._release()

    async def close_what_is_left(self) -> None:
        """Attach to the session that was left open, or create one, and close it."""
        await self._initialize(behavior=0)
        await self._release(asks=True)

    async def _random_step(self) -> None:
        chances: dict[Callable[[], Awaitable[None]], int] = {self._initialize: 6}
        if self._held:
            chances |= {self._log: 20, self._release: 11, self._log_and_release: 4}
            chances[self._force_close] = 1
        if self._let_go:
            chances |= {self._release_again: 1, self._log_too_late: 1}
        [step] = self._random.choices(list(chances), list(chances.values()))
        await step()

    # Initialize

    async def _initialize(self, behavior: int | None = None) -> None:
        if behavior is None:
            [behavior] = self._random.choices(range(5), (8, 5, 4, 2, 3))
            in_haste, twice = self._random.random() < 0.05, self._random.random() < 0.05
        else:
            in_haste = twice = False
        self._attachments += 1
        alias = self._random.choice(("", "", "x", "y"))
        attachment = f"{self._door.name}-{self._attachments} of {self._resource}"
        call = Initialize(attachment, self._door.name, behavior, alias)
        requests = [self._send_initialize(call, in_haste) for _ in range(1 + twice)]
        got = [held for held in await asyncio.gather(*requests) if held is not None]
        self._held += got[:1]
        if in_haste and not got:
            await self._send_release(call.attachment, "", None, in_haste=False)

    async def _send_initialize(self, call: Initialize, in_haste: bool) -> _Held | None:
        request = session_pb2.InitializeRequest(
            resource_name=self._resource + (f"?client={call.alias}" if call.alias else ""),
            initialization_behavior=call.behavior,  # type: ignore[arg-type]  # an open enumeration
            client_id=self._door.client_id,
            attachment_id=call.attachment,
        )
        held: list[_Held] = []

        async def send(timeout: float) -> Hashable:
            response = await self._door.initialize(request, timeout)
            reference = session_pb2.AttachmentReference(
                session_name=response.session_name, attachment_id=call.attachment
            )
            held.append(_Held(call, reference, response.public_id))
            return Got(response.session_name, response.new_session)

        operation = await self._record(call, send, in_haste=in_haste)
        if not operation.answered:
            gone = replace(operation, call=Abandon(call.attachment), ended=operation.called)
            self._recorder.add(gone)
        return held[0] if held else None

    # Log

    async def _log(self, held: _Held | None = None) -> None:
        held = held or self._random.choice(self._held)
        held.records += 1
        call = Log(held.request.attachment, held.records)

        async def send(timeout: float) -> Hashable:
            await self._door.log(held.session, call.number, timeout)
            return STORED

        await self._record(call, send, in_haste=self._random.random() < 0.02)

    async def _log_and_release(self) -> None:
        held = self._random.choice(self._held)
        await asyncio.gather(self._log(held), self._release(held))

    async def _log_too_late(self) -> None:
        await self._log(self._random.choice(self._let_go))

    # Release

    async def _release(self, held: _Held | None = None, asks: bool | None = None) -> None:
        held = held or self._random.choice(self._held)
        self._held.remove(held)
        self._let_go.append(held)
        if asks is None:
            asks = self._random.choice((None, None, True, False))
        await self._send_release_until_answered(held, asks)

    async def _release_again(self) -> None:
        held = self._random.choice(self._let_go)
        await self._send_release_until_answered(held, self._random.choice((None, True, False)))

    async def _send_release_until_answered(self, held: _Held, asks: bool | None) -> None:
        in_haste = self._random.random() < 0.02
        name, attachment = held.session.session_name, held.request.attachment
        if not await self._send_release(attachment, name, asks, in_haste=in_haste):
            await self._send_release(attachment, name, asks, in_haste=False)

    async def _send_release(
        self, attachment: str, session: str, asks: bool | None, *, in_haste: bool
    ) -> bool:
        """Release; return whether there was an answer."""
        request = session_pb2.ReleaseRequest(
            attachment=session_pb2.AttachmentReference(
                session_name=session, attachment_id=attachment
            ),
            client_id=self._door.client_id,
            mode=_MODES[asks],
        )

        async def send(timeout: float) -> Hashable:
            response = await self._door.release(request, timeout)
            return _OUTCOMES[response.outcome]

        operation = await self._record(Release(attachment, asks), send, in_haste=in_haste)
        return operation.answered

    async def _force_close(self) -> None:
        held = self._random.choice(self._held)

        async def send(timeout: float) -> Hashable:
            await self._door.force_close(held.public_id, timeout)
            return CLOSED

        await self._record(ForceClose(held.session.session_name), send, in_haste=False)

    async def _record(
        self, call: Hashable, send: Callable[[float], Awaitable[Hashable]], *, in_haste: bool
    ) -> Operation:
        timeout = self._random.uniform(*HASTE) if in_haste else PATIENCE
        number = self._recorder.call(self._door.name, call)
        try:
            answer = await send(timeout)
        except grpc.aio.AioRpcError as error:
            answer = _refusal(error, in_haste=in_haste)
        return self._recorder.end(number, answer)


def _refusal(error: grpc.aio.AioRpcError, *, in_haste: bool) -> Hashable:
    """Return what a failed call says. Only who was in haste may have no answer."""
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS_KEY and isinstance(value, bytes):
            status = session_pb2.Status.FromString(value)
            return Refused(session_pb2.ErrorDetail.FromString(status.details[0].value).reason)
    if in_haste and error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return UNANSWERED
    return Refused(f"{error.code().name}: {error.details()}")
