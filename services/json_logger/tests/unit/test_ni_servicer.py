"""NI's door: what big records inherit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from json_logger.service.ni_servicer import NiJsonLoggerServicer
from json_logger.service.ni_wire import json_logger_pb2
from session_sharing.records import AckLevel, RecordContext, SiteContexts
from session_sharing.service import Conversion
from session_sharing.service.conversion import BIG_CONVERSIONS, INLINE_BYTES

DEADLINE = 20.0


class Log:
    """A log that is a list, and the engine that has nothing else open.

    Attributes:
        came: Set when a request came.
        lines: What was appended.
    """

    def __init__(self) -> None:
        self.contexts = SiteContexts()
        self.came = asyncio.Event()
        self.lines: list[bytes] = []

    @asynccontextmanager
    async def use(self, name: str, *, anonymous: bool) -> AsyncGenerator[Log, None]:
        """Give the log."""
        self.came.set()
        yield self

    async def append(self, line: bytes, level: AckLevel) -> AckLevel:
        """Keep a line."""
        self.lines.append(line)
        return level


def test_what_is_set_later_is_for_later_records() -> None:
    """A record that waits for its conversion gets nothing that is set meanwhile."""

    async def work() -> None:
        log, conversion = Log(), Conversion()
        log.contexts.set(RecordContext(run="came first"))
        free = asyncio.Event()
        busy = [asyncio.ensure_future(_take_slot(conversion, free)) for _ in range(BIG_CONVERSIONS)]
        servicer = NiJsonLoggerServicer(log, AckLevel.OS, conversion)  # type: ignore[arg-type]
        request = json_logger_pb2.LogMeasurementDataRequest(
            measurement_name="a", measurement_outputs={"text": "x" * INLINE_BYTES}
        )
        logging = asyncio.ensure_future(servicer.LogMeasurementData(request, None))  # type: ignore[arg-type]
        await log.came.wait()
        log.contexts.set(RecordContext(run="came later"))
        free.set()
        await asyncio.gather(logging, *busy)
        assert [json.loads(line)["context"] for line in log.lines] == [{"run": "came first"}]

    asyncio.run(asyncio.wait_for(work(), DEADLINE))


async def _take_slot(conversion: Conversion, free: asyncio.Event) -> None:
    async with conversion._slots:
        await free.wait()
