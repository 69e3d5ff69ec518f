"""Requests that bring records: what they inherit is what was set when they came."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest

from session_sharing.errors import ValueTypeError
from session_sharing.records import AckLevel, Acknowledged, RecordContext, SiteContexts
from session_sharing.service import Brought, Conversion, RecordingRpc
from session_sharing.service.conversion import BIG_CONVERSIONS, INLINE_BYTES
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.records import context_to_wire

DEADLINE = 20.0
BIG = b"x" * (INLINE_BYTES + 1)
CAME_FIRST = RecordContext(run="came first")
Rpc = RecordingRpc[Any, RecordContext]


class Sessions:
    """One session; it is its handle as well, and counts the requests that came."""

    def __init__(self) -> None:
        self.contexts = SiteContexts()
        self.contexts.set(CAME_FIRST)
        self.came = asyncio.Semaphore(0)
        self.kept: list[tuple[int | None, str]] = []

    @asynccontextmanager
    async def use(self, attachment: object) -> AsyncGenerator[Sessions, None]:
        """Give the handle."""
        self.came.release()
        yield self

    def stored(self, attachment: object, number: int) -> None:
        """Nobody asks."""

    async def keep_context(self, attachment: object, site: int | None, text: str) -> None:
        """Keep it."""
        self.kept.append((site, text))


class Converter:
    """Converts a request to what its records inherit, when it may go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, *arguments: Any) -> RecordContext:
        """Wait, then look at what is inherited: the last argument."""
        contexts, now = arguments[-1], arguments[-2]
        assert isinstance(now, datetime)
        assert self.go_on.wait(DEADLINE)
        return RecordContext(**contexts.inherit({}))


def log_record(rpc: Rpc, convert: Converter) -> Any:
    """Log a big record with typed values."""
    record = records_pb2.Record(measurement_name=BIG.decode())
    return rpc.log_record(records_pb2.LogMeasurementDataRequest(record=record), convert)


def log_records(rpc: Rpc, convert: Converter) -> Any:
    """Log a big batch."""
    return rpc.log_records(records_pb2.LogRecordsRequest(records_json=BIG, count=1), convert)


def test_context_that_no_record_could_be_stored_with() -> None:
    """What the service has no place for is refused where it is set, and is inherited by nobody."""
    sessions = Sessions()

    def refuse(context: RecordContext) -> None:
        raise ValueTypeError(f"no place for {context.run}")

    rpc: Rpc = RecordingRpc(sessions, Conversion(), AckLevel.OS, None, refuse)  # type: ignore[arg-type]
    request = records_pb2.SetContextRequest(context=context_to_wire(RecordContext(run="odd")))
    with pytest.raises(ValueTypeError, match="no place for odd"):
        asyncio.run(rpc.set_context(request))
    assert sessions.contexts.inherit({}) == CAME_FIRST.fields_set
    assert sessions.kept == []


def test_what_is_set_is_kept_as_a_text() -> None:
    """A restart gives back what was set for each site; one that says nothing else is cleared."""
    sessions = Sessions()
    rpc: Rpc = RecordingRpc(sessions, Conversion(), AckLevel.OS, None)  # type: ignore[arg-type]
    for context in (RecordContext(run="r"), RecordContext("S-0", 0), RecordContext(site=1)):
        request = records_pb2.SetContextRequest(context=context_to_wire(context))
        asyncio.run(rpc.set_context(request))
    assert [site for site, _ in sessions.kept] == [None, 0, 1]
    assert sessions.kept[2] == (1, "")
    again = SiteContexts()
    again.set(RecordContext(run="lost"))
    again.take([*(text for _, text in sessions.kept[:2]), '{"site": 2, "tomorrow": 1, "pin": "A"}'])
    for site in (0, 1):
        assert again.inherit({"site": site}) == sessions.contexts.inherit({"site": site})
    assert again.inherit({"site": 2}) == {"site": 2, "pin": "A", "run": "r"}


@pytest.mark.parametrize("log", [log_record, log_records])
def test_what_is_set_later_is_for_later_requests(log: Callable[[Rpc, Converter], Any]) -> None:
    """Neither a request that is being converted nor one that waits for it gets what comes later."""

    async def work() -> None:
        sessions, convert = Sessions(), Converter()
        brought: list[RecordContext] = []

        async def store(_: Any, request: Brought[RecordContext], level: AckLevel) -> Acknowledged:
            brought.append(request.content)
            return Acknowledged(level)

        rpc: Rpc = RecordingRpc(sessions, Conversion(), AckLevel.OS, store)  # type: ignore[arg-type]
        logging = [asyncio.ensure_future(log(rpc, convert)) for _ in range(BIG_CONVERSIONS + 1)]
        for _ in logging:
            await sessions.came.acquire()
        sessions.contexts.set(RecordContext(run="came later"))
        convert.go_on.set()
        await asyncio.gather(*logging)
        assert brought == [CAME_FIRST] * len(logging)

    asyncio.run(asyncio.wait_for(work(), DEADLINE))
