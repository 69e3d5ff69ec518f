"""A service that is killed or stopped, and started again, while clients use it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

from session_sharing.testing.processes import ServerProcess

START_SECONDS = 30.0
"""How long clients wait for a service that is away, in seconds."""


class Restarting(ABC):
    """One run of a service after the other. Used on one event loop, which guards all state.

    Attributes:
        address: host:port of the present run, or of the last.
        run: The number of the present run, or of the last; the first is 1.
        answers: How many answers clients had.
    """

    def __init__(self) -> None:
        self.address = ""
        self.run = 0
        self.answers = 0
        self._killed: set[int] = set()
        self._ended_run = 0
        self._up = asyncio.Event()
        self._awaited: list[tuple[int, asyncio.Event]] = []

    async def start(self) -> None:
        """Begin the next run."""
        self.address = await self._start()
        self.run += 1
        self._up.set()

    async def kill(self) -> None:
        """End the present run without warning. What was not yet answered never will be."""
        self._up.clear()
        self._killed.add(self.run)
        self._ended_run = self.run
        await self._kill()

    async def stop(self) -> None:
        """End the present run as an operator does; clients may call until it has ended."""
        self._up.clear()
        self._ended_run = self.run
        await self._stop()

    @abstractmethod
    async def _start(self) -> str:
        """Start; return the address."""

    @abstractmethod
    async def _kill(self) -> None:
        """Kill; from its beginning on nothing of what is answered counts."""

    @abstractmethod
    async def _stop(self) -> None:
        """Stop; return when the run has ended."""

    def was_killed(self, run: int) -> bool:
        """Return whether a run was killed."""
        return run in self._killed

    def has_ended(self, run: int) -> bool:
        """Return whether a run has ended, or was asked to."""
        return run <= self._ended_run

    async def serving(self) -> tuple[str, int]:
        """Wait until it serves; return the address and the number of the run."""
        await asyncio.wait_for(self._up.wait(), START_SECONDS)
        return self.address, self.run

    def count_answer(self) -> None:
        """A client has an answer."""
        self.answers += 1
        for count, reached in self._awaited:
            if self.answers >= count:
                reached.set()

    async def after_answers(self, count: int, timeout: float) -> None:
        """Wait until clients have so many more answers.

        Raises:
            asyncio.TimeoutError: They were not in time.
        """
        waiting = (self.answers + count, asyncio.Event())
        self._awaited.append(waiting)
        try:
            await asyncio.wait_for(waiting[1].wait(), timeout)
        finally:
            self._awaited.remove(waiting)


class RestartingProcess(Restarting):
    """A service that is a process, and is killed as the system kills.

    Args:
        launch: Starts the process, and returns when it is ready.
    """

    def __init__(self, launch: Callable[[], ServerProcess]) -> None:
        super().__init__()
        self._launch = launch
        self._process: ServerProcess | None = None

    async def _start(self) -> str:
        self._process = await asyncio.to_thread(self._launch)
        return self._process.address

    async def _kill(self) -> None:
        if self._process is not None:
            await asyncio.to_thread(self._process.kill)

    async def _stop(self) -> None:
        if self._process is not None:
            await asyncio.to_thread(self._process.stop)
