"""The engine and its journal: what is answered when, what is taken over, what is swept away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta, timezone

import pytest

from session_sharing.core import EventKind, Kept, KeptContext, Outcome, ReleaseRequest, SessionGone
from session_sharing.errors import AttachmentEndedError, SessionExistsError
from session_sharing.information import ClientIdentity, SessionState
from session_sharing.service import SessionEngine
from session_sharing.service.orphans import Orphans
from session_sharing.testing.memory import MemoryDriver

LIMIT = 10.0
DEAD, ALIVE = ClientIdentity("dead"), ClientIdentity("alive")
Engine = SessionEngine[list[str]]


class HeldJournal:
    """A journal that writes nothing before it is let."""

    problem = ""
    wants_rewrite = False

    def __init__(self) -> None:
        self.entries: list[Kept] = []
        self.waiting: list[asyncio.Future[None]] = []
        self.came = asyncio.Event()

    def append(self, entries: Sequence[Kept]) -> asyncio.Future[None]:
        """Hold it."""
        self.entries += entries
        self.waiting.append(asyncio.get_running_loop().create_future())
        self.came.set()
        return self.waiting[-1]

    def rewrite(self, entries: Sequence[Kept]) -> asyncio.Future[None]:
        """Hold it."""
        return self.append(entries)

    def let_write(self) -> None:
        """Write all that came."""
        while self.waiting:
            self.waiting.pop(0).set_result(None)
        self.came.clear()


class Clock:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


def run(work: Callable[[Engine, HeldJournal, Clock], Awaitable[None]]) -> None:
    """Run work with an engine that keeps a journal, and for which one client is dead."""

    async def main() -> None:
        clock, journal = Clock(), HeldJournal()
        orphans = Orphans(lambda client: client == DEAD)
        engine = SessionEngine(MemoryDriver(), grace=0.0, clock=clock, orphans=orphans)
        engine.recover(journal, [])  # type: ignore[arg-type]
        journal.let_write()
        await asyncio.wait_for(work(engine, journal, clock), LIMIT)

    asyncio.run(main())


async def detached(
    engine: Engine, journal: HeldJournal, creator: ClientIdentity, *, stays: bool = False
) -> str:
    """Leave a session open without attachments, and go unless told otherwise; return its name."""
    client_id = engine.clients.connect("", creator)
    opening = engine.initialize("data", 3, client_id=client_id, attachment_id=creator.program)
    told = await at_once(journal, opening)
    released = engine.release(ReleaseRequest(client_id, creator.program, told.session_name))
    assert (await at_once(journal, released)).outcome is Outcome.LEFT_OPEN
    if not stays:
        engine.clients.end(client_id)
    return told.session_name


async def at_once(journal, call):
    """Return what a call returns, of which everything is written as soon as it comes."""
    task = asyncio.ensure_future(call)
    while not task.done():
        coming = asyncio.ensure_future(journal.came.wait())
        await asyncio.wait({task, coming}, return_when=asyncio.FIRST_COMPLETED)
        coming.cancel()
        journal.let_write()
    return task.result()


def test_what_records_inherit_is_answered_when_the_journal_has_it():
    """Whoever set something is told so when a restart cannot lose it any more."""

    async def work(engine: Engine, journal: HeldJournal, clock: Clock) -> None:
        name = await detached(engine, journal, ALIVE)
        setting = asyncio.ensure_future(engine.keep_context(name, 0, "set"))
        await journal.came.wait()
        await asyncio.wait({setting}, timeout=0.01)
        assert not setting.done()
        journal.let_write()
        await setting
        assert journal.entries[-1] == KeptContext(name, 0, "set")

    run(work)


def test_calls_are_answered_when_the_journal_has_it():
    """Neither a new session nor its release is answered before it is in the journal."""

    async def work(engine: Engine, journal: HeldJournal, clock: Clock) -> None:
        client_id = engine.clients.connect("", ALIVE)
        opening = asyncio.ensure_future(
            engine.initialize("data", 0, client_id=client_id, attachment_id="a")
        )
        await journal.came.wait()
        await asyncio.wait({opening}, timeout=0.01)
        assert not opening.done()
        journal.let_write()
        told = await opening
        release = ReleaseRequest(client_id, "a", told.session_name)
        releasing = asyncio.ensure_future(engine.release(release))
        await journal.came.wait()
        assert any(isinstance(entry, SessionGone) for entry in journal.entries)
        await asyncio.wait({releasing}, timeout=0.01)
        assert not releasing.done()
        journal.let_write()
        assert (await releasing).outcome is Outcome.CLOSED

    run(work)


def test_expiry_is_told_when_the_journal_has_it():
    """A call is refused because its attachment expired only when a restart cannot undo that."""

    async def work(engine: Engine, journal: HeldJournal, clock: Clock) -> None:
        client_id = engine.clients.connect("", ALIVE)
        told = await at_once(
            journal, engine.initialize("data", 0, client_id=client_id, attachment_id="a")
        )
        engine.clients.end(client_id)
        await journal.came.wait()

        async def use() -> None:
            async with engine.use(told.session_name, "a"):
                pytest.fail("used")

        using = asyncio.ensure_future(use())
        await asyncio.wait({using}, timeout=0.01)
        assert not using.done()
        journal.let_write()
        with pytest.raises(AttachmentEndedError):
            await using

    run(work)


@pytest.mark.parametrize("behavior", [1, 3])
@pytest.mark.parametrize(("creator", "takes"), [(DEAD, True), (ALIVE, False)])
def test_orphan_is_taken_over_on_demand_alone(behavior, creator, takes):
    """Who may take over an orphan closes it and creates anew; of the living nothing is taken."""

    async def work(engine: Engine, journal: HeldJournal, clock: Clock) -> None:
        old = await detached(engine, journal, creator)
        client_id = engine.clients.connect("", ClientIdentity("new"))

        async def initialize(attachment_id: str, *, take_over: bool) -> None:
            told = await at_once(
                journal,
                engine.initialize(
                    "data",
                    behavior,
                    client_id=client_id,
                    attachment_id=attachment_id,
                    take_over_orphan=take_over,
                ),
            )
            assert (told.session_name != old, told.new_session) == (True, True)
            assert told.took_over is not None
            assert told.took_over.created_by == creator

        with pytest.raises(SessionExistsError):
            await initialize("a", take_over=False)
        if takes:
            await initialize("b", take_over=True)
        else:
            with pytest.raises(SessionExistsError):
                await initialize("b", take_over=True)

    run(work)


def test_creator_that_is_connected_is_not_dead():
    """Whatever its process looks like, as after a step of the clock, its session is no orphan."""

    async def work(engine: Engine, journal: HeldJournal, clock: Clock) -> None:
        await detached(engine, journal, DEAD, stays=True)
        assert [told.orphan for told in await engine.list_sessions()] == [False]
        client_id = engine.clients.connect("", ALIVE)
        taking_over = engine.initialize(
            "data", 1, client_id=client_id, attachment_id="b", take_over_orphan=True
        )
        with pytest.raises(SessionExistsError):
            await at_once(journal, taking_over)

    run(work)


def test_orphans_are_marked_where_operators_look():
    """The list and the watch mark an orphan; what is decided does not look for any."""

    async def work(engine: Engine, journal: HeldJournal, clock: Clock) -> None:
        await detached(engine, journal, DEAD)
        assert [told.orphan for told in await engine.list_sessions()] == [True]
        watching = engine.watch()
        first = await anext(watching)
        assert (first.kind, first.session and first.session.orphan) == (EventKind.PRESENT, True)
        await watching.aclose()

    run(work)


def test_session_that_nobody_used_for_long_is_closed():
    """A detached session is closed when its time is over, not before."""

    async def work(engine: Engine, journal: HeldJournal, clock: Clock) -> None:
        name = await detached(engine, journal, ALIVE)
        session = engine.open_session(name)
        clock.now += timedelta(seconds=9)
        engine.close_detached(10.0)
        assert [told.state for told in engine.sessions()] == [SessionState.OPEN]
        clock.now += timedelta(seconds=2)
        engine.close_detached(10.0)
        assert await session.wait_closed(LIMIT)
        assert engine.sessions() == []

    run(work)


def test_operator_may_close_politely():
    """A polite close says who holds the session still, and closes one that nobody holds."""

    async def work(engine: Engine, journal: HeldJournal, clock: Clock) -> None:
        await detached(engine, journal, ALIVE)
        client_id = engine.clients.connect("", ALIVE)
        joining = engine.initialize("data", 2, client_id=client_id, attachment_id="b")
        await at_once(journal, joining)
        (told,) = engine.sessions()
        asked = await at_once(journal, engine.request_close(told.public_id, "an operator"))
        assert (asked.state, asked.close_pending) == (SessionState.OPEN, True)
        assert [held.holder for held in asked.attachments] == [ALIVE]
        await at_once(journal, engine.release(ReleaseRequest(client_id, "b")))
        assert engine.sessions() == []

    run(work)
