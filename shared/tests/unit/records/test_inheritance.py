"""What records inherit."""

from __future__ import annotations

import pytest

from session_sharing.errors import ResourceExhaustedError, TooLargeError
from session_sharing.records import Record, RecordContext, SiteContexts, inheritance


def completed(contexts: SiteContexts, context: RecordContext | None) -> RecordContext | None:
    return contexts.complete(Record("a", {}, {}, context=context)).context


@pytest.mark.parametrize(
    ("own", "inherited"),
    [
        (None, RecordContext(run="r", operator="all")),
        (RecordContext(), RecordContext(run="r", operator="all")),
        (RecordContext(operator="own"), RecordContext(run="r", operator="own")),
        (RecordContext(site=0), RecordContext("s0", 0, run="r", operator="zero")),
        (RecordContext(site=0, run=""), RecordContext("s0", 0, run="", operator="zero")),
        (RecordContext("x", 0), RecordContext("x", 0, run="r", operator="zero")),
        (RecordContext(site=1), RecordContext("s1", 1, run="r", operator="all")),
        (RecordContext(site=-1), RecordContext(site=-1, run="r", operator="all")),
    ],
)
def test_the_nearest_value_wins(own: RecordContext | None, inherited: RecordContext) -> None:
    """A record's own values win, then its site's, then those for all; empty is a value too."""
    contexts = SiteContexts()
    contexts.set(RecordContext(run="r", operator="all"))
    contexts.set(RecordContext("s0", 0, operator="zero"))
    contexts.set(RecordContext("s1", 1))
    assert completed(contexts, own) == inherited


def test_a_record_that_inherits_nothing_is_itself() -> None:
    """Nothing is copied where nothing is added."""
    contexts = SiteContexts()
    record = Record("a", {}, {"v": 1}, context=RecordContext("own", 0), units={"v": "V"})
    assert contexts.complete(record) is record
    contexts.set(RecordContext("s", 0))
    assert contexts.complete(record) is record
    contexts.set(RecordContext(run="r"))
    completed_record = contexts.complete(record)
    assert completed_record == Record(
        "a", {}, {"v": 1}, context=RecordContext("own", 0, run="r"), units={"v": "V"}
    )


def test_what_is_set_replaces_what_was_set_for_the_same() -> None:
    """Set anew, a context is exactly that; empty, it is gone; other sites keep theirs."""
    contexts = SiteContexts()
    contexts.set(RecordContext("s0", 0, run="r"))
    contexts.set(RecordContext("s1", 1))
    contexts.set(RecordContext(site=0, pin="A"))
    assert completed(contexts, RecordContext(site=0)) == RecordContext(site=0, pin="A")
    contexts.set(RecordContext(site=0))
    assert completed(contexts, RecordContext(site=0)) == RecordContext(site=0)
    assert completed(contexts, RecordContext(site=1)) == RecordContext("s1", 1)
    contexts.set(RecordContext(site=1))
    assert contexts.nothing_set


def test_a_snapshot_stays_as_it_was() -> None:
    """What is set later, or taken back, changes nothing of what was there before."""
    contexts = SiteContexts()
    empty = contexts.snapshot()
    contexts.set(RecordContext("s0", 0, run="r"))
    before = contexts.snapshot()
    contexts.set(RecordContext("new", 0))
    contexts.set(RecordContext(operator="o"))
    assert empty.nothing_set
    assert completed(before, RecordContext(site=0)) == RecordContext("s0", 0, run="r")


def test_all_that_is_kept_of_a_session_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many sites with long texts do not fill the service either; a shorter one makes room."""
    monkeypatch.setattr(inheritance, "MAX_TOGETHER", 100)
    contexts = SiteContexts()
    contexts.set(RecordContext("x" * 60, 0))
    with pytest.raises(ResourceExhaustedError, match=r"2 sites .* 120 characters; 100 are allowed"):
        contexts.set(RecordContext("y" * 60, 1))
    assert completed(contexts, RecordContext(site=1)) == RecordContext(site=1)
    contexts.set(RecordContext("x" * 40, 0))
    contexts.set(RecordContext("y" * 60, 1))


def test_what_is_kept_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither many sites nor long texts fill the service; a site that is done makes room."""
    monkeypatch.setattr(inheritance, "MAX_SITES", 2)
    contexts = SiteContexts()
    for site in (0, 1):
        contexts.set(RecordContext("s", site))
    with pytest.raises(ResourceExhaustedError, match="an empty one"):
        contexts.set(RecordContext("s", 2))
    contexts.set(RecordContext(site=0))
    contexts.set(RecordContext("s", 2))
    with pytest.raises(TooLargeError) as caught:
        contexts.set(RecordContext("x" * inheritance.MAX_CHARACTERS, 2, run="y"))
    assert caught.value.size == inheritance.MAX_CHARACTERS + 1
    assert completed(contexts, RecordContext(site=2)) == RecordContext("s", 2)
