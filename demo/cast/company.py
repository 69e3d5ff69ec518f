"""All that it takes to play a scene, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

from demo.cast.measurements import Measurements
from demo.cast.sequence import TestSequence
from demo.interruptions import Interruptions
from demo.scenes.steps import Way
from demo.told.log_file import LogFile
from demo.told.timeline import Condition, Timeline

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
        timeline: What the service tells.
        log: The shared file.
        pin_maps: The ids of the registered pin maps.
        names: Who is who, by process id.
        pool: Does what may take long, so that the main thread can be interrupted.
        interruptions: Ends all waiting.
    """

    measurements: Measurements
    sequence: TestSequence
    timeline: Timeline
    log: LogFile
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
        self, condition: Condition, mark: int, or_else: Callable[[], bool] = lambda: False
    ) -> bool:
        """Wait until what the service told since a mark fulfils a condition.

        Args:
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
            lambda seconds: self.timeline.wait(condition, mark, seconds) or or_else(),
            TELL_SECONDS,
        )
