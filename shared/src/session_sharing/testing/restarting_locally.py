"""A service on the event loop of its clients, which is started again as if it had been killed."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TextIO, TypeVar, cast

from session_sharing.service import SessionEngine
from session_sharing.service.session_service import AddServicers
from session_sharing.testing.hosting import serve_undiscovered
from session_sharing.testing.restarting import START_SECONDS, Restarting

H = TypeVar("H")


class _ReadyLine:
    """Takes the place of standard output: it hands over the address of the ready line."""

    def __init__(self) -> None:
        self.address: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def write(self, text: str) -> int:
        if text.strip():
            self.address.set_result(text.rsplit(maxsplit=1)[-1])
        return len(text)

    def flush(self) -> None:
        """There is nothing to be done."""


class RestartingLocally(Restarting, Generic[H]):
    """A service without discovery. A kill leaves to the next run what is in the journal just then.

    That is as after a real kill, as long as the clients take for lost what they are answered later.

    Args:
        name: Its name.
        make_engine: Makes the engine of a run.
        add_servicers: Adds the service's own servicers.
        folder: Where each run has a folder.
    """

    def __init__(
        self,
        name: str,
        make_engine: Callable[[], SessionEngine[H]],
        add_servicers: AddServicers[H],
        folder: Path,
    ) -> None:
        super().__init__()
        self._name = name
        self._make_engine = make_engine
        self._add_servicers = add_servicers
        self._folder = folder
        self._stop_run = asyncio.Event()
        self._runs: list[asyncio.Task[None]] = []

    async def _start(self) -> str:
        self._stop_run, out = asyncio.Event(), _ReadyLine()
        serving = serve_undiscovered(
            self._name,
            self._make_engine(),
            self._add_servicers,
            self._folder_of(self.run + 1),
            stop=self._stop_run,
            out=cast("TextIO", out),
        )
        self._runs.append(asyncio.create_task(serving, name=f"{self._name} {self.run + 1}"))
        self._runs[-1].add_done_callback(lambda _: out.address.cancel())  # If it fails to start.
        try:
            return await asyncio.wait_for(out.address, START_SECONDS)
        except asyncio.CancelledError:
            await self._runs[-1]
            raise

    async def _kill(self) -> None:
        self._leave_journal()
        self._stop_run.set()

    async def _stop(self) -> None:
        self._stop_run.set()
        await self._runs[-1]
        self._leave_journal()

    def _leave_journal(self) -> None:
        """Leave the journal, as it is, to the next run."""
        journal = f"{self._name}.journal"
        self._folder_of(self.run + 1).mkdir()
        shutil.copy(self._folder_of(self.run) / journal, self._folder_of(self.run + 1) / journal)

    def _folder_of(self, run: int) -> Path:
        return self._folder / f"run-{run}"

    async def close(self) -> None:
        """Wait until the last of the runs has ended."""
        self._stop_run.set()
        await asyncio.gather(*self._runs)
