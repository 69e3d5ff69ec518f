"""Whether an event loop may wait for a small write: what the writes before it say."""

from __future__ import annotations

from json_logger.service.pace import FAST_SECONDS, SMALL_BYTES, Pace


def test_small_writes_to_local_disks_are_allowed() -> None:
    """What is big, or goes to a share, is never written on the loop."""
    assert Pace(is_local=True).allows(SMALL_BYTES)
    assert not Pace(is_local=True).allows(SMALL_BYTES + 1)
    pace = Pace(is_local=False)
    pace.took(1, 0.0)
    assert not pace.allows(1)


def test_slow_write_stops_those_after_it_until_one_is_fast() -> None:
    """One slow write is enough to stop, and one fast one to go on."""
    pace = Pace(is_local=True)
    pace.took(10, FAST_SECONDS)
    assert not pace.allows(10)
    pace.took(10, FAST_SECONDS / 2)
    assert pace.allows(10)


def test_big_writes_tell_nothing() -> None:
    """A big write takes its time: it is no sign of a slow disk, nor a fast one of a good one."""
    pace = Pace(is_local=True)
    pace.took(SMALL_BYTES + 1, 1.0)
    assert pace.allows(10)
    pace.failed()
    pace.took(SMALL_BYTES + 1, 0.0)
    assert not pace.allows(10)


def test_failure_stops_until_a_write_succeeds() -> None:
    """After a write that failed there is something to sync, which must not be done on the loop."""
    pace = Pace(is_local=True)
    pace.failed()
    assert not pace.allows(1)
    pace.took(1, 0.0)
    assert pace.allows(1)
