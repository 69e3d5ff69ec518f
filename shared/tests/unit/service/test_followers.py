"""Those who stay and wait for more."""

from __future__ import annotations

import asyncio
import threading

from session_sharing.service.followers import Followers, first_of


def test_all_who_follow_are_woken_from_any_thread() -> None:
    """Everybody who follows hears that there is more; who left, or was never there, does not."""

    async def work() -> None:
        followers = Followers()
        with followers.follow() as one, followers.follow() as other:
            with followers.follow() as gone:
                pass
            assert len(followers) == 2
            threading.Thread(target=followers.wake).start()
            await asyncio.wait_for(asyncio.gather(one.wait(), other.wait()), 10)
            assert not gone.is_set()
        assert len(followers) == 0

    asyncio.run(work())


def test_followers_of_a_loop_that_ended_are_passed_over() -> None:
    """A loop that is closed takes nothing away from those who wait in another."""
    followers = Followers()
    staying = followers.follow()

    async def begin() -> None:
        staying.__enter__()

    async def work() -> None:
        with followers.follow() as here:
            followers.wake()
            await asyncio.wait_for(here.wait(), 10)

    asyncio.run(begin())
    asyncio.run(work())


def test_first_of_leaves_no_task_behind() -> None:
    """One event ends the waiting; that for the others ends with it."""

    async def work() -> None:
        one, other = asyncio.Event(), asyncio.Event()
        other.set()
        await asyncio.wait_for(first_of(one, other), 10)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(work())
