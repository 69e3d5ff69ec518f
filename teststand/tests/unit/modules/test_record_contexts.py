"""What records inherit when executions share a session."""

from __future__ import annotations

from session_sharing import RecordContext
from teststand_modules.record_contexts import Entry, RecordContexts

A = RecordContext("SN-A", run="a")
B = RecordContext("SN-B", run="b")
NOTHING = RecordContext()


def test_one_execution():
    """Its labels hold until it leaves; within it the inner Setup's, and then the outer's again."""
    contexts = RecordContexts()
    assert contexts.join(Entry("S", "outer", "1", A)) == A
    assert contexts.join(Entry("S", "inner", "1", B)) == B
    assert contexts.leave("S", "inner") == [A]
    assert contexts.leave("S", "outer") == [NOTHING]
    assert contexts.leave("S", "outer") == []


def test_two_executions_without_a_site(caplog):
    """While both are there, no record gets the label of the other, and somebody is told."""
    contexts = RecordContexts()
    contexts.join(Entry("S", "one", "1", A))
    assert contexts.join(Entry("S", "two", "2", B)) == NOTHING
    assert "SN-B" in caplog.text
    assert contexts.join(Entry("other", "three", "3", B)) == B
    assert contexts.leave("S", "one") == [B]


def test_two_executions_that_say_the_same():
    """What both say is true for all records."""
    contexts = RecordContexts()
    same = RecordContext(operator="Ada")
    contexts.join(Entry("S", "one", "1", same))
    assert contexts.join(Entry("S", "two", "2", same)) == same


def test_each_its_own_site():
    """Executions that name their sites do not disturb each other."""
    contexts = RecordContexts()
    zero, one = RecordContext("SN-0", 0), RecordContext("SN-1", 1)
    assert contexts.join(Entry("S", "zero", "1", zero)) == zero
    assert contexts.join(Entry("S", "one", "2", one)) == one
    assert contexts.leave("S", "zero") == [RecordContext(site=0)]


def test_session_of_another_program():
    """Of a session that another program opened, only a site is labelled."""
    contexts = RecordContexts()
    assert not contexts.knows("S")
    assert contexts.join(Entry("S", "one", "1", A, foreign=True)) == NOTHING
    site = RecordContext("SN-0", 0)
    assert contexts.join(Entry("S", "two", "1", site, foreign=True)) == site
    assert contexts.knows("S")
