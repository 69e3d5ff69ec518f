"""How much a service takes on at once."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.errors import ResourceExhaustedError
from session_sharing.records import RecordLimits
from session_sharing.service.admission import CALLS_PER_CONNECTION, Admission
from session_sharing.service.hosting import MAXIMUM_CONCURRENT_RPCS


def test_calls_of_a_connection_are_bounded_alone():
    """One connection's calls are counted apart from those of the others."""
    admission = Admission(calls=2)
    with ExitStack() as stack:
        for peer in ("a", "a", "b"):
            stack.enter_context(admission.admit(peer, 0))
        with pytest.raises(ResourceExhaustedError, match="2 calls in flight") as raised:
            stack.enter_context(admission.admit("a", 0))
        assert (raised.value.limit, raised.value.retry_delay) == (None, 0.5)  # It is no bytes.
        stack.enter_context(admission.admit("b", 0))
    with admission.admit("a", 0):
        pass


def test_big_request_is_taken_when_it_is_alone():
    """A request beyond the limit of all is taken while nothing else is in flight."""
    admission = Admission(size=10)
    with admission.admit("a", 100), pytest.raises(ResourceExhaustedError) as raised:
        admission.admit("b", 1).__enter__()
    assert (raised.value.size, raised.value.limit) == (1, 10)
    with admission.admit("a", 10):
        pass


def test_two_runaway_clients_leave_room_for_others():
    """Two clients at their limits hold so few of a server's calls that hundreds of others come."""
    assert 1_000 < CALLS_PER_CONNECTION <= (MAXIMUM_CONCURRENT_RPCS - 1_000) // 2


def test_bytes_in_flight_fit_into_memory():
    """Three requests of the greatest size are taken at once, and no more: memory is finite."""
    admission, greatest = Admission(), RecordLimits().request_bytes
    with ExitStack() as stack:
        for peer in ("a", "b", "c"):
            stack.enter_context(admission.admit(peer, greatest))
        with pytest.raises(ResourceExhaustedError):
            stack.enter_context(admission.admit("d", greatest))


@given(sizes=st.lists(st.integers(0, 20), max_size=30))
def test_all_is_given_back(sizes):
    """Whatever was admitted and refused, in the end nothing is counted, of any connection."""
    admission = Admission(calls=5, size=50)
    with ExitStack() as stack:
        taken = 0
        for number, size in enumerate(sizes):
            try:
                stack.enter_context(admission.admit(f"{number % 2}", size))
                taken += size
            except ResourceExhaustedError:
                continue
            assert taken <= 50
    assert (admission._size, dict(admission._calls)) == (0, {})


def test_failing_call_is_given_back():
    """A call that fails is no longer counted."""
    admission = Admission(calls=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), admission.admit("a", 5):
            raise ZeroDivisionError


def test_busy_connection_lets_others_in():
    """One connection's many calls begin in turns, and others begin between them."""

    async def work() -> list[str]:
        admission, begun, over = Admission(), [], asyncio.Event()

        async def call(peer: str, size: int) -> None:
            with admission.admit(peer, size):
                async with admission.turn(peer, size):
                    begun.append(peer)
                if peer == "a":
                    await over.wait()

        flood = [asyncio.create_task(call("a", 100_000)) for _ in range(50)]
        await asyncio.sleep(0)
        await call("b", 10)
        position = len(begun)
        over.set()
        await asyncio.gather(*flood)
        assert begun.count("a") == 50
        return begun[:position]

    begun = asyncio.run(asyncio.wait_for(work(), 10))
    assert begun[-1] == "b"
    assert len(begun) < 30
