"""An open database: the handle that sessions share."""

from __future__ import annotations

import asyncio
import copy
import logging
import threading
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

from db_writer.service.pages import next_page
from db_writer.service.settings import DatabaseSettings
from db_writer.service.spool import SPOOLED, DirectWriting, Spool, SpooledWriting, Writing
from db_writer.service.store import Entry, RecordFilter, Store
from session_sharing.errors import InternalError, SharingError
from session_sharing.information import Backlog
from session_sharing.records import Acknowledged, SiteContexts
from session_sharing.service import ChainLink, Followers, GroupWriter, first_of, in_thread
from session_sharing.service.threads import NoThreadError

_log = logging.getLogger(__name__)

GROUP_RECORDS = 4096
"""How many records are stored in one transaction, at most, unless one request alone has more."""


@dataclass(frozen=True)
class Query:
    """Which records are read.

    Attributes:
        wanted: What they have to be like.
        last: Only so many from the end, in the order in which they were stored; all if None.
    """

    wanted: RecordFilter
    last: int | None


@dataclass(frozen=True)
class _Answer:
    """What one caller of the writer is told.

    Attributes:
        stored: What is true of the records, if any were brought.
        failure: Why it is not known which record is the newest; what was brought is stored.
    """

    stored: Acknowledged
    failure: SharingError | None


class Database:
    """One database with its writer, its readers, and what records inherit.

    Opening and closing block and are called from threads; everything else belongs to one event
    loop. Only the writer's thread writes, or while its spool says so that of the delivery, and only
    between transactions `_newest` is taken: so all records that this service stores later lie above
    it. `_guard` guards the count of those who use the store; no I/O is done under it.

    Attributes:
        settings: What was opened.
        store: Where the records are.
        contexts: What records of the session inherit.

    Args:
        settings: What to open, and how.
        again: It was open before a restart of the service: nothing that is missing is made.
        spool: Where records wait while the database is away; None if they cannot.

    Raises:
        SharingError: The database cannot be used, or not be reached and no record may wait for it.
    """

    def __init__(
        self, settings: DatabaseSettings, *, again: bool = False, spool: Spool | None = None
    ) -> None:
        self.settings = settings
        in_haste = spool is not None and spool.takes_records
        self.store = Store(settings, again=again, in_haste=in_haste)
        self._spool = spool
        self._writing = _writing(self.store, spool)
        self.contexts = SiteContexts()
        self._guard = threading.Lock()
        self._users = 1
        self._followers = Followers()
        self._newest = 0
        try:
            self._writer: GroupWriter[Entry | None, _Answer] = GroupWriter(
                "database writer", self._write, self._defect, GROUP_RECORDS
            )
        except SharingError:
            self.store.close()
            raise
        if spool is not None:
            spool.tell(self._delivered)

    def append(self, entry: Entry, link: ChainLink | None = None) -> Awaitable[Acknowledged]:
        """Store records, all or none, together with what other callers bring meanwhile.

        Called on the event loop. What is returned tells that they are on disk, in the database or
        in its spool. It fails with a `SharingError` if nothing was stored, or the session is
        broken.

        Args:
            entry: The records.
            link: What has to be stored before them.
        """
        return _stored(self._writer.put(entry, len(entry.records), link))

    def backlog(self) -> Backlog | None:
        """Return what waits for the database; None if nothing ever does."""
        return None if self._spool is None else self._spool.backlog()

    async def read(
        self, query: Query, *, until: asyncio.Event | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Yield records as whole lines, in chunks, in the order in which they were stored.

        The store holds nothing for a reader between chunks: one who dawdles holds up nobody, and
        one who is still there when the session closes reads to the end.

        Args:
            query: Which records.
            until: Go on with what this service stores later, until this is set; None to end with
                what is there now.

        Raises:
            SharingError: The database is away.
        """
        with self._guard:
            self._users += 1
        try:
            with self._followers.follow() if until is not None else nullcontext() as changed:
                end = await self._end(following=until is not None)
                place, last = 0, query.last
                while True:
                    next_lines = partial(next_page, self.store.read(query.wanted, last, place, end))
                    while lines := await in_thread("database reader", next_lines):
                        yield lines
                    if until is None or changed is None:
                        return
                    if until.is_set() and end == self._newest:
                        return
                    await first_of(changed, until)
                    changed.clear()
                    last, place, end = None, end, self._newest
        finally:
            await self._leave()

    def take_contexts(self, texts: Sequence[str]) -> None:
        """Have again what records inherited before a restart of the service."""
        self.contexts.take(texts)

    def close(self) -> None:
        """Store what is queued, then let go of the database.

        Raises:
            SharingError: The session was broken.
        """
        self._writer.stop()
        if self._spool is not None:
            self._spool.tell(None)
        self._let_go()
        self._writer.check()

    async def _end(self, *, following: bool) -> int:
        """Return up to which record there is something to read now."""
        if not following:
            return await in_thread("database reader", self.store.newest)
        failure = (await self._writer.put(None, 1)).failure
        if failure is not None:
            raise copy.copy(failure)  # Others who asked get their own.
        return self._newest

    async def _leave(self) -> None:
        """Let go for a reader, in a thread if there is one."""
        try:
            await in_thread("close database", self._let_go)
        except NoThreadError:  # It was not begun. Nobody else would ever do it.
            self._let_go()

    def _let_go(self) -> None:
        """Close the store when nobody uses it any more: not the session, and no reader."""
        with self._guard:
            self._users -= 1
            last = not self._users
        if last:
            self.store.close()

    # In the writer's thread

    def _write(self, group: Sequence[Entry | None]) -> list[_Answer]:
        """Store a group in one transaction; None asks for the newest record only."""
        entries = [entry for entry in group if entry is not None]
        stored = self._writing.write(entries) if entries else SPOOLED
        failure = None
        if (self._followers and not stored.spooled) or len(entries) < len(group):
            failure = self._tell_followers()
        return [_Answer(stored, failure)] * len(group)

    def _tell_followers(self) -> SharingError | None:
        """Tell those who follow up to which record there is something to read, or say why not."""
        try:
            self._newest = self._writing.newest()
        except SharingError as error:  # What was stored is stored; the next commit tells them.
            _log.warning("Those who follow wait for a record longer: %s", error.message)
            return error
        self._followers.wake()
        return None

    def _delivered(self, newest: int) -> None:
        """Tell those who follow of what was delivered. Called by the thread that delivers."""
        self._newest = max(newest, self._newest)  # The writer may be on already.
        self._followers.wake()

    def _defect(self, defect: Exception) -> SharingError:
        return InternalError(
            f"The session on the database {self.settings.shown} is broken by a defect of the "
            f"service ({type(defect).__name__}). What was acknowledged stays; the last record "
            "without an answer may be stored or not. The service's log holds the details; please "
            "report it. Close the session and initialize it again."
        )


def _writing(store: Store, spool: Spool | None) -> Writing:
    if spool is None:
        return DirectWriting(store)
    if store.absence is not None:
        spool.is_away(store.absence.message)
    return SpooledWriting(store, spool)


async def _stored(answer: Awaitable[_Answer]) -> Acknowledged:
    return (await answer).stored
