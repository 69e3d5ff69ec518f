"""How an engine begins, with the sessions of the last run, and how it ends, without ending them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from session_sharing.core import Kept, Registry
from session_sharing.service.clients import ClientStreams
from session_sharing.service.executor import EffectExecutor, is_stopping
from session_sharing.service.held_streams import HeldStreams
from session_sharing.service.journal import Journal
from session_sharing.service.threads import in_thread

H = TypeVar("H")

GRACE_SECONDS = 5.0
"""How long a client whose stream was lost keeps its attachments, unless said otherwise."""

KEPT_SECONDS = 5.0
"""How long a refusal waits for the journal to hold its reason."""

RECOVERY_GRACE_SECONDS = 60.0
"""How long a client of the last run keeps them when the service is back, unless said otherwise."""


class Lifetime(Generic[H]):
    """Recovery, the clients that come and go, and the stop: a part of the engine.

    Args:
        registry: Decides.
        executor: Carries out.
        clock: Tells the time.
        grace: How long a lost client keeps its attachments, in seconds.
        recovery_grace: How long a client of the last run keeps them when the service is back.

    Attributes:
        clients: The streams of the clients.
        recovery_grace: As above.
        stopping: Set when the service begins to stop.
        streams: The streams by which clients send requests.
    """

    def __init__(
        self,
        registry: Registry,
        executor: EffectExecutor[H],
        clock: Callable[[], datetime],
        grace: float,
        recovery_grace: float,
    ) -> None:
        self._registry = registry
        self._executor = executor
        self._clock = clock
        self.recovery_grace = recovery_grace
        self.clients = ClientStreams(registry, grace, self._expire)
        self.stopping = asyncio.Event()
        self.streams = HeldStreams(self.stopping)

    def recover(self, journal: Journal, kept: Sequence[Kept]) -> None:
        """Have the sessions of the last run again, and keep from now on what happens.

        Their resources are opened in the background.

        Args:
            journal: Where it is kept.
            kept: What the last run kept.
        """
        effects = self._registry.restore(kept, self._clock())
        self._executor.keeping.begin(journal)
        self._executor.carry_out(effects)

    def begin_recovery_grace(self) -> None:
        """From now on the clients of the last run have `recovery_grace` seconds to come back.

        It may begin anew: by discovery they find the service only once it is registered.
        """
        self.clients.expect(self._registry.lost_clients(), self.recovery_grace)

    def _expire(self, client_id: str) -> None:
        self._executor.carry_out(self._registry.expire(client_id, self._clock()))

    async def all_kept(self) -> None:
        """Wait until the journal has what happened: a refusal is told only when it stays true."""
        await self._executor.keeping.all_kept(KEPT_SECONDS)

    def look_at_journal(self) -> None:
        """See in the background whether others left the journal alone, and mend it if not."""
        self._executor.keeping.look()

    @property
    def journal_problem(self) -> str:
        """What is wrong with the journal, a sentence for people; empty if nothing is."""
        return self._executor.keeping.problem

    def refuse_when_stopping(self) -> None:
        """Refuse new work once the service stops.

        Raises:
            ServiceStoppingError: The service is stopping.
        """
        if self.stopping.is_set():
            raise is_stopping()

    async def shut_down(self, timeout: float) -> None:
        """Refuse new work, finish what was accepted, end streams, close all handles.

        Sessions and attachments stay as they are, for the next run.

        Args:
            timeout: How long each of these may take, in seconds.
        """
        self.stopping.set()
        self.streams.stop()
        self.clients.stop()
        await self._executor.shut_down(timeout)

    async def close_journal(self, timeout: float) -> None:
        """Close the journal, when nobody can call any more.

        Args:
            timeout: How long that may take, in seconds.
        """
        journal = self._executor.keeping.end()
        if journal is not None:
            await asyncio.wait({in_thread("close journal", journal.close)}, timeout=timeout)
