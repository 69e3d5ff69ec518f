"""What waits for the journal, and when it is written anew, with a journal that a test drives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from session_sharing.core import EndedEntry, Kept
from session_sharing.errors import InternalError
from session_sharing.service import keeping as keeping_module
from session_sharing.service.keeping import Keeping

A, B, C = (EndedEntry(name, "s", "released") for name in "abc")
LIMIT = 10.0


class HeldJournal:
    """A journal that has written when the test says so."""

    def __init__(self) -> None:
        self.problem = ""
        self.wants_rewrite = False
        self.written: list[tuple[str, list[Kept]]] = []
        self.futures: asyncio.Queue[asyncio.Future[None]] = asyncio.Queue()

    def append(self, entries: Sequence[Kept]) -> asyncio.Future[None]:
        """Note it."""
        return self._note("append", entries)

    def rewrite(self, entries: Sequence[Kept]) -> asyncio.Future[None]:
        """Note it."""
        return self._note("rewrite", entries)

    def _note(self, what: str, entries: Sequence[Kept]) -> asyncio.Future[None]:
        self.written.append((what, list(entries)))
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.futures.put_nowait(future)
        return future

    async def let_write(self, error: Exception | None = None) -> None:
        """Let the next of what came be written, and all callbacks run."""
        future = await asyncio.wait_for(self.futures.get(), LIMIT)
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
        await asyncio.sleep(0)


def run(work: Callable[[Keeping, HeldJournal, list[Kept]], Awaitable[None]]) -> None:
    """Run work with a keeping that has written its first snapshot."""

    async def main() -> None:
        state: list[Kept] = [A]
        keeping, journal = Keeping(lambda: list(state)), HeldJournal()
        keeping.begin(journal)  # type: ignore[arg-type]
        assert journal.written == [("rewrite", [A])]
        await journal.let_write()
        await asyncio.wait_for(work(keeping, journal, state), LIMIT)

    asyncio.run(main())


def test_nothing_waits_without_a_journal():
    """A service that keeps nothing answers at once, and has no problem."""
    keeping, told = Keeping(list), []
    keeping.keep([A])
    keeping.when_kept(lambda: told.append("now"))
    assert (told, keeping.problem, keeping.end()) == (["now"], "", None)


def test_answers_wait_for_all_that_was_kept_before_them():
    """An answer goes out when everything kept up to then is written, and in order; then at once."""

    async def work(keeping: Keeping, journal: HeldJournal, state: list[Kept]) -> None:
        told: list[str] = []
        keeping.when_kept(lambda: told.append("before"))
        keeping.keep([B])
        keeping.when_kept(lambda: told.append("b"))
        keeping.keep([C])
        keeping.when_kept(lambda: told.append("c"))
        assert told == ["before"]
        await journal.let_write()
        assert told == ["before", "b"]
        keeping.when_kept(lambda: told.append("nothing kept"))
        await journal.let_write()
        keeping.when_kept(lambda: told.append("after"))
        assert told == ["before", "b", "c", "nothing kept", "after"]
        assert journal.written[1:] == [("append", [B]), ("append", [C])]

    run(work)


def test_step_that_keeps_nothing_writes_nothing():
    """Steps without anything to keep do not touch the disk."""

    async def work(keeping: Keeping, journal: HeldJournal, state: list[Kept]) -> None:
        keeping.keep([])
        assert len(journal.written) == 1

    run(work)


def test_grown_journal_is_written_anew_once():
    """A journal that has grown is replaced by what there is then; meanwhile not once more."""

    async def work(keeping: Keeping, journal: HeldJournal, state: list[Kept]) -> None:
        journal.wants_rewrite = True
        for entry in (B, C):
            keeping.keep([entry])
        state[:] = [B, C]
        await journal.let_write()
        await journal.let_write()
        await asyncio.sleep(0)
        assert journal.written[3:] == [("rewrite", [B, C])]
        journal.wants_rewrite = False
        await journal.let_write()
        assert len(journal.written) == 4

    run(work)


def test_journal_that_failed_is_tried_again_until_it_is_whole(monkeypatch):
    """After a failure, and after each further one, the whole is written a little later."""
    monkeypatch.setattr(keeping_module, "RETRY_SECONDS", 0.001)

    async def work(keeping: Keeping, journal: HeldJournal, state: list[Kept]) -> None:
        journal.wants_rewrite, journal.problem = True, "disk full"
        keeping.keep([B])
        await journal.let_write()
        assert keeping.problem == "disk full"
        await journal.let_write()
        state.append(C)
        await journal.let_write()
        journal.wants_rewrite, journal.problem = False, ""
        await journal.let_write()
        assert [what for what, _ in journal.written] == ["rewrite", "append"] + 3 * ["rewrite"]
        assert journal.written[-1] == ("rewrite", [A, C])

    run(work)


def test_journal_that_failed_is_left_alone_for_a_while():
    """A disk that is full is not tried again at once: that would keep it busy."""

    async def work(keeping: Keeping, journal: HeldJournal, state: list[Kept]) -> None:
        journal.wants_rewrite, journal.problem = True, "disk full"
        keeping.keep([B])
        await journal.let_write()
        await asyncio.wait({asyncio.ensure_future(journal.futures.get())}, timeout=0.02)
        assert [what for what, _ in journal.written] == ["rewrite", "append"]

    run(work)


def test_disk_that_stays_full_is_left_alone_longer():
    """The time between two rewrites doubles, to ten seconds; the next failure begins anew."""

    async def work(keeping: Keeping, journal: HeldJournal, state: list[Kept]) -> None:
        for _ in range(2):
            journal.problem = "disk full"
            assert [keeping._next_pause() for _ in range(6)] == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
            journal.problem = ""
            assert keeping._next_pause() == 0.0

    run(work)


def test_defect_of_the_journal_holds_up_nobody():
    """When the journal fails for good the answers go out all the same."""

    async def work(keeping: Keeping, journal: HeldJournal, state: list[Kept]) -> None:
        told: list[str] = []
        keeping.keep([B])
        keeping.when_kept(lambda: told.append("b"))
        await journal.let_write(InternalError("a defect"))
        assert told == ["b"]
        assert len(journal.written) == 2

    run(work)


@pytest.mark.parametrize("written", [True, False])
def test_stop_waits_for_the_journal_but_not_for_ever(written):
    """What is kept last is waited for at the stop, for a short time."""

    async def work(keeping: Keeping, journal: HeldJournal, state: list[Kept]) -> None:
        keeping.keep([B])
        waiting = asyncio.ensure_future(keeping.all_kept(LIMIT if written else 0.01))
        await asyncio.sleep(0)
        assert not waiting.done()
        if written:
            await journal.let_write()
        await waiting
        assert keeping.end() is journal
        keeping.keep([C])
        assert len(journal.written) == 2

    run(work)
