"""Random clients: they initialize, log, release and close one resource, all at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from session_sharing.testing.door import Door
from session_sharing.testing.history import Operation, Recorder
from session_sharing.testing.recorded_client import HASTE, Held, RecordedClient
from session_sharing.testing.session_calls import Initialize, Release

AWAY = (0.0, 0.06)
"""How long a client is away whose connection was lost, in seconds: from, to."""


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
        self._resource = resource
        self._recorder = recorder
        self._random = Random(f"{seed} {door.name}")  # noqa: S311 - choices, no secrets
        self._client = RecordedClient(door, resource, recorder, self._random)
        self._calls = calls
        self._attachments = 0

    async def run(self) -> None:
        """Make random calls, then let go of everything."""
        while len(self._recorder) < self._calls:
            came_back = await self._client.ready()
            if came_back and self._client.held and self._by_chance(0.5):
                await self._initialize_again()  # What was answered still holds.
            else:
                await self._random_step()
        while self._client.held:
            await self._release()

    async def close_what_is_left(self) -> None:
        """Attach to the session that was left open, or create one, and close it."""
        while not self._client.held:
            await self._client.ready()
            await self._send_initialize(0)
        await self._release(asks=True)

    async def _random_step(self) -> None:
        chances: dict[Callable[[], Awaitable[None]], int] = {self._initialize: 6}
        if self._client.held:
            chances |= {self._log: 20, self._release: 11, self._log_and_release: 4}
            chances |= {self._close_session: 1, self._initialize_again: 2}
        if self._client.let_go:
            chances |= {self._release_again: 1, self._log_too_late: 1}
        if self._client.door.can_leave:
            chances[self._leave] = 2
        [step] = self._random.choices(list(chances), list(chances.values()))
        await step()

    def _any_held(self) -> Held:
        return self._random.choice(self._client.held)

    def _by_chance(self, chance: float) -> bool:
        return self._random.random() < chance

    # Initialize

    async def _initialize(self) -> None:
        [behavior] = self._random.choices(range(5), (8, 5, 4, 2, 3))
        in_haste, twice = self._by_chance(0.05), self._by_chance(0.05)
        await self._send_initialize(behavior, in_haste=in_haste, twice=twice)

    async def _send_initialize(
        self, behavior: int, *, in_haste: bool = False, twice: bool = False
    ) -> None:
        self._attachments += 1
        alias, name = self._random.choice(("", "", "x", "y")), self._client.door.name
        attachment = f"{name}-{self._attachments} of {self._resource}"
        call = Initialize(attachment, name, behavior, alias)
        requests = [self._client.initialize(call, in_haste=in_haste) for _ in range(1 + twice)]
        ended = await asyncio.gather(*requests)
        if not any(operation.answered for operation in ended):
            await self._learn_what_came_of(call)

    async def _learn_what_came_of(self, call: Initialize) -> None:
        """Ask again as the same client, or give it up."""
        await self._client.ready()
        while self._by_chance(0.5) and self._client.door.name == call.client:
            if (await self._client.initialize(call)).answered:
                return
            await self._client.ready()
        await self._client.release(Release(call.attachment), "", in_haste=False)

    async def _initialize_again(self) -> None:
        held = self._any_held()
        if held.request.client == self._client.door.name:
            await self._client.initialize(held.request)

    # Log

    async def _log(self, held: Held | None = None) -> None:
        await self._client.log(held or self._any_held(), in_haste=self._by_chance(0.02))

    async def _log_and_release(self) -> None:
        held = self._any_held()
        await asyncio.gather(self._log(held), self._release(held))

    async def _log_too_late(self) -> None:
        await self._log(self._random.choice(self._client.let_go))

    # Release

    async def _release(self, held: Held | None = None, asks: bool | None = None) -> None:
        held = held or self._any_held()
        self._client.held.remove(held)
        self._client.let_go.append(held)
        if asks is None:
            asks = self._random.choice((None, None, True, False))
        await self._send_release(held, asks)

    async def _release_again(self) -> None:
        held = self._random.choice(self._client.let_go)
        await self._send_release(held, self._random.choice((None, True, False)))

    async def _send_release(self, held: Held, asks: bool | None) -> None:
        call = Release(held.request.attachment, asks)
        session = held.session.session_name
        await self._client.release(call, session, in_haste=self._by_chance(0.02))

    # What befalls a session and its holders

    async def _close_session(self) -> None:
        await self._client.close_session(self._any_held(), force=self._by_chance(0.6))

    async def _leave(self) -> None:
        """Lose the connection, with or without a call under way; come back soon, late, or never."""
        if self._by_chance(0.5):
            call = self._log if self._client.held else self._initialize
            await asyncio.gather(call(), self._leave_soon())
        if self._by_chance(0.4):
            await self._client.die()
        else:
            await self._client.leave()
            await asyncio.sleep(self._random.uniform(*AWAY))

    async def _leave_soon(self) -> None:
        await asyncio.sleep(self._random.uniform(*HASTE))
        await self._client.leave()
