"""The health of a service, which follows what its sessions stand on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence

import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

from session_sharing.errors import InternalError
from session_sharing.service.driver import CheckedDriver, explain
from session_sharing.service.threads import in_thread

CHECK_SECONDS = 2.0
"""How often is looked."""

CHECK_LIMIT = 5.0
"""How long a driver's check may take, in seconds."""

HEALTH_NAME: str = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name

_LATE = (
    "What the sessions are stored on does not answer: a check of it did not end within "
    f"{CHECK_LIMIT:.0f} s. Look at the disk, the share or the database."
)
_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
_WHOLE = ""  # what gRPC's contract calls the whole server

_log = logging.getLogger(__name__)


class DriverCheck:
    """Lets a driver check what its sessions stand on, one check at a time.

    Used on one event loop only. A check that hangs is not begun again: it would only cost threads.

    Args:
        driver: What opens and closes the resources; one without a `check` is always well.
    """

    def __init__(self, driver: object) -> None:
        self._check = driver.check if isinstance(driver, CheckedDriver) else _nothing_is_wrong
        self._running: asyncio.Future[Sequence[str]] | None = None

    async def problems(self) -> list[str]:
        """Return what is wrong, a sentence each; takes `CHECK_LIMIT` seconds at most."""
        late = self._running is not None
        running = self._running or in_thread("check of the driver", self._check)
        await asyncio.wait({running}, timeout=0.0 if late else CHECK_LIMIT)
        if not running.done():
            self._running = running
            return [_LATE]
        self._running = None
        error = running.exception()
        return list(running.result()) if error is None else [_explained(error)]


class ServiceHealth:
    """Answers gRPC health checking for a service, and keeps the reason.

    Used on one event loop only, which guards all state. A task named `health` looks every
    `CHECK_SECONDS`; what takes a driver is a thread of its own.

    Args:
        check: The driver's check.
        others: Returns what else is wrong now, a sentence each; it does not block.
    """

    def __init__(self, check: DriverCheck, others: Callable[[], Sequence[str]]) -> None:
        self._check = check
        self._others = others
        self._servicer = health_aio.HealthServicer()
        self._following: Collection[str] = ()
        self._names: Collection[str] = ()
        self._task: asyncio.Task[None] | None = None
        self._of_driver: list[str] = []
        self._told: list[str] = []

    @property
    def problems(self) -> list[str]:
        """What is wrong, a sentence for people each; empty if nothing is."""
        return [*self._of_driver, *self._others()]

    def add_to(
        self, server: grpc.aio.Server, following: Collection[str], always: Collection[str]
    ) -> None:
        """Add the servicer.

        Args:
            server: Serves.
            following: The services that are NOT_SERVING, as the whole is, while something is wrong.
            always: The services that are SERVING until the stop, as they show what is wrong.
        """
        self._following = (_WHOLE, *following)
        self._names = (*self._following, *always)
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)

    async def start(self) -> None:
        """Say SERVING, and follow from now on what the sessions stand on."""
        await self._set(self._names, _SERVING)
        self._task = asyncio.create_task(self._follow(), name="health")

    async def stop(self) -> None:
        """Say NOT_SERVING for good."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._set(self._names, _NOT_SERVING)

    async def _follow(self) -> None:
        while True:
            try:
                await self._look()
            except Exception:  # noqa: BLE001 - a defect here must not freeze the health for ever
                _log.exception("The health of the service was not found out; trying again")
            await asyncio.sleep(CHECK_SECONDS)

    async def _look(self) -> None:
        self._of_driver = await self._check.problems()
        problems = self.problems
        self._tell(problems)
        await self._set(self._following, _NOT_SERVING if problems else _SERVING)

    def _tell(self, problems: list[str]) -> None:
        """Log each problem once, when it comes, and that all are over."""
        for problem in problems:
            if problem not in self._told:
                _log.warning("NOT_SERVING: %s", problem)
        if self._told and not problems:
            _log.warning("SERVING again: nothing is wrong any more")
        self._told = problems

    async def _set(self, names: Collection[str], status: int) -> None:
        for name in names:
            await self._servicer.set(name, status)


def _nothing_is_wrong() -> Sequence[str]:
    return ()


def _explained(error: BaseException) -> str:
    explained = explain(error, "check what the sessions are stored on")
    if isinstance(explained, InternalError):
        _log.error("The check of the driver failed", exc_info=error)
    return explained.message
