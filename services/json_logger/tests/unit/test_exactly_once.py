"""Whenever the process is killed: what clients repeat afterwards is stored once, in order."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from json_logger.service import numbers
from json_logger.service.pieces import Lines
from services.json_logger.tests.writing import (
    Content,
    FaultyDisk,
    killed,
    kills_between,
    open_log,
    piece,
    store,
    stored,
)

Wish = tuple[str, int]
Run = tuple[list[list[Wish]], float]

WISHES = st.tuples(st.sampled_from(["a", "b", "c", "", "repeat"]), st.integers(1, 3))
RUNS = st.lists(
    st.tuples(st.lists(st.lists(WISHES, max_size=4), min_size=1, max_size=5), st.floats(0, 1)),
    min_size=1,
    max_size=4,
)


class Clients:
    """What clients have sent: each numbers its records from 1, but for those who do not count."""

    def __init__(self) -> None:
        self.next = dict.fromkeys(["a", "b", "c", ""], 1)
        self.sent: list[Lines] = []

    def bring(self, wish: Wish) -> Lines:
        """Return what a client brings: new records, or the same once more."""
        who, count = wish
        if who == "repeat":
            numbered = [lines for lines in self.sent if lines.records]
            return numbered[-count] if len(numbered) >= count else self.bring(("", 1))
        brought = piece(who, self.next[who], count)
        self.next[who] += count
        self.sent.append(brought)
        return brought


def run_until_killed(path: Path, run: Run, todo: list[Lines], clients: Clients) -> list[Lines]:
    """Store groups, first what is still to be repeated; return what the last one brought.

    The process is killed while it writes that; how far it came, the run says.
    """
    groups, moment = run
    with killed(path, FaultyDisk()) as log:
        for lines in todo:
            store(log, lines)
        for wishes in groups[:-1]:
            store(log, *map(clients.bring, wishes))
        before = Content.now(path)
        last = [clients.bring(wish) for wish in groups[-1]]
        store(log, *last)
        after = Content.now(path)
    kills = kills_between(before, after)
    kills[round(moment * (len(kills) - 1))].put_back(path)
    return last


def check_all_or_none(path: Path, group: list[Lines]) -> None:
    """Check of what was not acknowledged that it is there whole, or not at all."""
    with open_log(path, FaultyDisk()):
        there = Counter(stored(path))
    for records in (lines.records for lines in group if lines.records):
        wanted = range(records.first, records.last + 1)
        assert len({there[records.attachment_id, number] for number in wanted}) == 1


@settings(max_examples=100, deadline=None)
@given(RUNS, st.sampled_from([1, 300, 1 << 16]))
def test_each_record_is_stored_once_and_in_order(runs: list[Run], compact_bytes: int) -> None:
    """Killed at any byte of log and side file, any number of times: each record is there once."""
    clients, lost = Clients(), 0
    todo: list[Lines] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(numbers, "COMPACT_BYTES", compact_bytes)
        path = Path(folder) / "a.ndjson"
        for run in runs:
            last = run_until_killed(path, run, todo, clients)
            check_all_or_none(path, last)
            todo = [lines for lines in last if lines.records]
            lost += sum(lines.data.count(b"\n") for lines in last if not lines.records)
        with open_log(path, FaultyDisk()) as log:
            for lines in todo:
                store(log, lines)
        found = stored(path)
    for who in "abc":
        expected = list(range(1, clients.next[who]))
        assert [number for name, number in found if name == who] == expected
    uncounted = [number for name, number in found if not name]
    assert uncounted == sorted(set(uncounted)), "what was not repeated is there once"
    assert len(uncounted) >= clients.next[""] - 1 - lost
