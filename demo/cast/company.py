"""All that it takes to play a scene, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

from demo.cast.measurements import Measurements
from demo.cast.sequence import TestSequence
from demo.interruptions import Interruptions
from demo.scenes.steps import Log, Way
from demo.told.database import DatabaseLog
from demo.told.log_file import LogFile
from demo.told.timeline import Condition, Timeline
from session_sharing import Record
from session_sharing.core import EventKind, SessionEvent

T = TypeVar("T")

TELL_SECONDS = 10.0
"""How long the service may take to tell of what has happened."""

WORK_SECONDS = 90.0
"""How long the longest step may take."""


@dataclass(frozen=True)
class Company:
    """Who plays, and who tells of it. For the main thread.

    Attributes:
        measurements: Both measurements.
        sequence: What is done around them.
        timelines: What the service of each log tells.
        file: The shared file.
        database: The shared database.
        pin_maps: The ids of the registered pin maps.
        names: Who is who, by process id.
        pool: Does what may take long, so that the main thread can be interrupted.
        interruptions: Ends all waiting.
    """

    measurements: Measurements
    sequence: TestSequence
    timelines: Mapping[Log, Timeline]
    file: LogFile
    database: DatabaseLog
    pin_maps: Mapping[Way, str]
    names: Mapping[int, str]
    pool: Executor
    interruptions: Interruptions

    def do(self, *work: Callable[[], T]) -> list[T]:
        """Do several things at the same time, each in a thread of its own; wait for all.

        Raises:
            TimeoutError: It takes too long.
            KeyboardInterrupt: Somebody asked to end.
        """
        futures = [self.pool.submit(each) for each in work]
        return [self.interruptions.result(future, WORK_SECONDS) for future in futures]

    def wait_told(
        self,
        log: Log,
        condition: Condition,
        mark: int,
        or_else: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Wait until what the service of a log told since a mark fulfils a condition.

        Args:
            log: Whose service.
            condition: What it has to fulfil.
            mark: From where on the events count.
            or_else: Tells that there is nothing to wait for any more.

        Returns:
            Whether the wait came to an end before its time-out.

        Raises:
            SharingError: The service tells no more.
            KeyboardInterrupt: Somebody asked to end.
        """
        return self.interruptions.wait(
            lambda seconds: self.timelines[log].wait(condition, mark, seconds) or or_else(),
            TELL_SECONDS,
        )

    def new_records(self, log: Log) -> list[Record]:
        """Return the records that were added to a log since the last call.

        Raises:
            SharingError: The database cannot be asked.
            ValueError: A line of the file is no record.
            TimeoutError: It takes too long.
            KeyboardInterrupt: Somebody asked to end.
        """
        if log is Log.FILE:
            return self.file.new_records()
        mark = self.timelines[log].mark()
        [records] = self.do(self.database.new_records)
        self.wait_told(log, _is_closed, mark)  # So that the next scene does not hear of it.
        return records


def _is_closed(events: Sequence[SessionEvent]) -> bool:
    return any(event.kind is EventKind.CLOSED for event in events)
