"""The journal as the event loop sees it: what waits for it, and when it is written anew."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from session_sharing.service.entry_journal import EntryJournal

RETRY_SECONDS, LONGEST_SECONDS = 1.0, 10.0
"""How long after a failure the journal is written anew; after each further one twice as long."""

_log = logging.getLogger(__name__)

E = TypeVar("E")
"""What is kept."""


class Keeping(Generic[E]):
    """Hands what is to be kept to the journal; lets answers go when all of it is there.

    Used on one event loop only, which guards all state. Without a journal nothing is kept, and
    nothing waits.

    Args:
        snapshot: Returns everything that a journal has to hold now.
    """

    def __init__(self, snapshot: Callable[[], Sequence[E]]) -> None:
        self._snapshot = snapshot
        self._journal: EntryJournal[E] | None = None
        self._latest: asyncio.Future[None] | None = None
        self._looking: asyncio.Future[None] | None = None
        self._rewriting = False
        self._pause = RETRY_SECONDS

    @property
    def problem(self) -> str:
        """What is wrong with the journal, a sentence for people; empty if nothing is."""
        return "" if self._journal is None else self._journal.problem

    def begin(self, journal: EntryJournal[E]) -> None:
        """Keep everything from now on, beginning with what there is."""
        self._journal = journal
        self._rewrite()

    def keep(self, entries: Sequence[E]) -> None:
        """Keep the entries of one step."""
        if self._journal is not None and entries:
            self._follow(self._journal.append(entries))

    def look(self) -> None:
        """See whether the journal is in its place still; if it is not it will be written anew."""
        if self._journal is not None and (self._looking is None or self._looking.done()):
            self._looking = self._journal.look()
            self._looking.add_done_callback(self._written)

    def when_kept(self, callback: Callable[[], None]) -> None:
        """Call back when everything kept so far is in the journal; at once if it is."""
        if self._latest is None or self._latest.done():
            callback()
        else:
            self._latest.add_done_callback(lambda _: callback())

    async def all_kept(self, timeout: float | None = None) -> None:
        """Wait until everything kept so far is in the journal, at most so many seconds.

        Without a time-out it takes as long as it takes, as with `when_kept`.
        """
        if self._latest is not None:
            await asyncio.wait({self._latest}, timeout=timeout)

    def end(self) -> EntryJournal[E] | None:
        """Keep nothing any more; return the journal, which is to be closed."""
        journal, self._journal = self._journal, None
        return journal

    def _follow(self, written: asyncio.Future[None]) -> None:
        self._latest = written
        written.add_done_callback(self._written)

    def _written(self, written: asyncio.Future[None]) -> None:
        """See whether the journal is to be written anew, after each of its writes."""
        if written.exception() is not None:  # A defect, which is logged and is the problem.
            return
        if self._journal is None or self._rewriting or not self._journal.wants_rewrite:
            return
        self._rewriting = True
        asyncio.get_running_loop().call_later(self._next_pause(), self._rewrite)

    def _next_pause(self) -> float:
        """Return how long to wait: a rewrite takes all that there is, and a full disk stays so."""
        if self._journal is None or not self._journal.problem:
            self._pause = RETRY_SECONDS
            return 0.0
        pause, self._pause = self._pause, min(2 * self._pause, LONGEST_SECONDS)
        return pause

    def _rewrite(self) -> None:
        """Write all of it anew: the snapshot holds every step kept before, and no other."""
        if self._journal is None:
            return
        self._rewriting = True
        written = self._journal.rewrite(self._snapshot())
        written.add_done_callback(self._rewritten)
        self._follow(written)

    def _rewritten(self, _: asyncio.Future[None]) -> None:
        self._rewriting = False
