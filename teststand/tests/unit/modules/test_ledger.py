"""Which execution's things a Cleanup takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from teststand_modules.ledger import Ledger


def ledger(*entries: tuple[str, str, str | None]) -> Ledger[str]:
    made: Ledger[str] = Ledger()
    for entry in entries:
        made.add(*entry)
    return made


def test_own_latest_first():
    """An execution that says who it is gets its own, the latest first, and each once."""
    made = ledger(("file", "A", "a1"), ("file", "B", "b"), ("file", "A", "a2"), ("dmm", "A", "d"))
    assert [made.take("file", "A") for _ in range(3)] == [["a2"], ["a1"], []]
    assert made.take("file", "C") == []
    assert made.take("file", "B") == ["b"]


def test_the_only_execution_need_not_say_who_it_is():
    """A Cleanup without a name takes the latest of the only execution there is."""
    made = ledger(("file", "A", "outer"), ("file", "A", "inner"))
    assert [made.take("file", "") for _ in range(3)] == [["inner"], ["outer"], []]


def test_several_executions_that_do_not_say():
    """Nothing is taken before all have cleaned up; then everything is, the latest first."""
    made = ledger(("file", "A", "a"), ("file", "B", "b"))
    assert [made.take("file", ""), made.take("file", "")] == [[], ["b", "a"]]


def test_one_of_several_says_who_it_is():
    """Who says who they are takes their own; the others are complete then."""
    made = ledger(("file", "A", "a"), ("file", "B", "b"))
    assert made.take("file", "") == []
    assert made.take("file", "B") == ["b", "a"]


def test_execution_that_failed_before_it_had_some():
    """The Cleanups of an execution whose first step failed take nothing of another one."""
    made = ledger(("dmm", "A", "dmm"), ("file", "A", "file"), ("dmm", "X", None))
    assert [made.take(kind, "") for kind in ("dmm", "file")] == [[], []]
    assert made.take("dmm", "") + made.take("file", "") == ["dmm", "file"]


def test_execution_that_uses_one_kind_only():
    """Of a kind that one of two executions never used, nothing stays behind."""
    made = ledger(("dmm", "A", "dmm"), ("file", "A", "a"), ("file", "B", "b"))
    taken = [made.take(kind, "") for kind in ("file", "dmm", "file")]
    assert sorted(each for some in taken for each in some) == ["a", "b", "dmm"]
    assert taken[:2] == [[], []]


def test_cleanups_before_anything_was_created():
    """Cleanups that had nothing to do do not count for what is created later."""
    made = ledger()
    made.take("file", "")
    made.add("file", "A", "a")
    made.add("file", "B", "b")
    assert made.take("file", "") == []


def test_what_could_not_be_let_go():
    """It is tried by the next Cleanup of its kind, and at the end of the process."""
    made = ledger(("file", "A", "a"))
    made.put_back("file", "old")
    assert made.take_left_over("dmm") == []
    assert (made.take_left_over("file"), made.take_left_over("file")) == (["old"], [])
    made.put_back("file", "again")
    assert made.take_all() == ["a", "again"]
    assert made.take_all() == []


@given(st.lists(st.tuples(st.sampled_from(["f", "d"]), st.sampled_from("ABC")), max_size=12))
def test_all_is_taken_once_when_all_have_cleaned_up(created):
    """Whatever was created, as many nameless Cleanups take all of it, each thing once."""
    made: Ledger[int] = Ledger()
    for number, (kind, execution) in enumerate(created):
        made.add(kind, execution, number)
    taken = []
    for _ in range(12):
        for _execution in "ABC":
            taken += made.take("f", "") + made.take("d", "")
    assert sorted(taken) == list(range(len(created)))
