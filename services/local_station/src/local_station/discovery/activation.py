"""Starting services when somebody asks for them: each program once, however many ask."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from local_station.discovery.child import Child
from local_station.discovery.model import Wanted
from local_station.discovery.service_files import StaticService
from session_sharing.discovery import ServiceDescriptor
from session_sharing.errors import PreconditionError, SharingError, UnavailableError

START_WITHIN = 30.0
"""How long a service has to register after it was started, in seconds."""

ANY = Wanted()
"""Whatever registers."""

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class _Awaited:
    """What one caller waits for.

    Attributes:
        wanted: Which services will do; of one class.
        registered: Done when such a service has registered.
        other: What has registered meanwhile and will not do, but may be what was started: another
            version of the class, or what nobody waits for.
    """

    wanted: Wanted
    registered: asyncio.Future[None]
    other: ServiceDescriptor | None = None

    def note(self, other: ServiceDescriptor) -> None:
        """Remember what may be what was started; what has the class stays before what has not."""
        wanted = self.wanted.service_class
        has_one = self.other is not None and self.other.service_class == wanted
        if other.service_class == wanted or not has_one:
            self.other = other


@dataclass(frozen=True)
class _Start:
    """One start of a program.

    Attributes:
        launched: Its result is the program, or why there is none.
        deadline: Until when what was started may register, in the time of the event loop.
    """

    launched: asyncio.Task[Child]
    deadline: float

    @property
    def is_over(self) -> bool:
        """Whether nothing will come of it any more, so that another one is due.

        A program that ended well may have left a service behind, which has its time to register.
        """
        if not self.launched.done():
            return False
        if self.launched.exception() is not None:
            return True
        child = self.launched.result()
        if child.is_running:
            return False
        is_late = asyncio.get_running_loop().time() >= self.deadline
        return child.has_served or child.ended.result() != 0 or is_late


class Activation:
    """Starts the programs of services, and waits until these register.

    A program runs once, whatever number of callers and services are waited for; a caller who gives
    up disturbs nobody. The one event loop guards all state.

    Args:
        environment: Returns the environment of the programs, when one is started.
        within: How long a service has to register, in seconds.
    """

    def __init__(
        self, environment: Callable[[], Mapping[str, str]], within: float = START_WITHIN
    ) -> None:
        self._environment = environment
        self._within = within
        self._starts: dict[Path, _Start] = {}
        self._children: list[Child] = []
        self._awaited: set[_Awaited] = set()
        self._stopping = False

    async def start(self, service: StaticService, wanted: Wanted = ANY) -> None:
        """Start a service, unless it is being started, and wait until what is wanted registers.

        Args:
            service: What to start.
            wanted: What of its class will do; other versions may register at the same time.

        Raises:
            PreconditionError: Its file names no program, or there is none; or it could not be
                started, ended, or did not register in time; the text has what it wrote last. It
                runs on in the last case, and may register later.
            UnavailableError: The station is stopping.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._within
        wanted = replace(wanted, service_class=service.descriptor.service_class)
        awaited = _Awaited(wanted, loop.create_future())
        self._awaited.add(awaited)
        try:
            while not awaited.registered.done():
                start = await self._launched(service)
                child = start.launched.result()
                # One that has served before just comes to its end: another one is due.
                had_served = child.has_served
                if await self._has_ended(child, awaited, deadline) and not had_served:
                    await self._left_behind(child, service, awaited, start.deadline)
            child.has_served = True
        finally:
            self._awaited.discard(awaited)

    def registered(self, descriptor: ServiceDescriptor) -> None:
        """Tell those who wait for a service that it has registered, with its one version."""
        meant = {awaited for awaited in self._awaited if awaited.wanted.describes(descriptor)}
        for awaited in meant:
            if not awaited.registered.done():
                awaited.registered.set_result(None)
        for awaited in self._awaited - meant:
            if not meant or awaited.wanted.service_class == descriptor.service_class:
                awaited.note(descriptor)

    async def stop(self) -> None:
        """End all that was started, within about seven seconds, and refuse to start more."""
        self._stopping = True
        launched = [start.launched for start in self._starts.values()]
        if launched:
            await asyncio.wait(launched)
        await asyncio.gather(*(child.end() for child in self._children))

    async def _launched(self, service: StaticService) -> _Start:
        """Return the start of a service's program that counts; begin one, unless there is one."""
        program = service.program
        if program is None:
            raise PreconditionError(
                f"{service.file} names no program (path) to start "
                f"{service.descriptor.service_class} with. Start it by hand."
            )
        start = self._starts.get(program)
        if start is None or start.is_over:
            if self._stopping:
                raise UnavailableError("The station is stopping, and starts no services.")
            launched = asyncio.create_task(self._start(program), name=f"start {program.name}")
            start = _Start(launched, asyncio.get_running_loop().time() + self._within)
            self._starts[program] = start
        await asyncio.wait({start.launched})  # It goes on if this caller is cancelled.
        return start

    async def _start(self, program: Path) -> Child:
        try:
            child = await Child.start(program, self._environment())
        except SharingError as error:
            logger.warning("A service was not started: %s", error.message)
            raise
        # Earlier ones as well, as long as something runs that they have left behind.
        self._children = [*(one for one in self._children if not one.gone.done()), child]
        return child

    async def _has_ended(self, child: Child, awaited: _Awaited, deadline: float) -> bool:
        """Wait for the registration; return whether the program ended before.

        Raises:
            PreconditionError: Neither came in time.
        """
        left = deadline - asyncio.get_running_loop().time()
        either: set[asyncio.Future[Any]] = {awaited.registered, child.ended}
        done, _ = await asyncio.wait(either, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise PreconditionError(
                f"{child} was started, but did not register within {self._within:g} s. "
                f"{child.last_words()} It runs on; try again, or see what it waits for."
                f"{_instead(awaited)}"
            )
        return not awaited.registered.done()

    async def _left_behind(
        self,
        child: Child,
        service: StaticService,
        awaited: _Awaited,
        deadline: float,
    ) -> None:
        """Wait on for a program that ended: with exit code 0, it may have started another one.

        Who joined a start late waits no longer than who began it: the next one begins another.

        Raises:
            PreconditionError: It failed, or nothing registered in time.
        """
        code = child.ended.result()
        if code == 0:
            left = deadline - asyncio.get_running_loop().time()
            await asyncio.wait({awaited.registered}, timeout=left)
        if not awaited.registered.done():
            when = f"within {self._within:g} s" if code == 0 else "before it ended"
            raise PreconditionError(
                f"{child}, which {service.file} names, did not register "
                f"{service.descriptor.service_class} {when}; its exit code was {code}. "
                f"{child.last_words()}{_instead(awaited)}"
            )


def _instead(awaited: _Awaited) -> str:
    """Return a sentence about what has registered instead, which may be what was started."""
    if awaited.other is None:
        return ""
    return (
        f" Meanwhile {awaited.other.service_class} {awaited.other.versions[0]} has registered, "
        "which has another class, version or interface than was asked for. If that is it, make "
        "file and program say the same, or ask for what is registered."
    )
