"""The lists of a service, and whom they name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.access import (
    AccessRules,
    Caller,
    Right,
    access_rules,
    caller_with_certificate,
)

STATION = caller_with_certificate(
    b"CN=station-7,OU=line 2,O=Firm", (("DNS", b"station-7.example"),), b"pem"
)
HERE, AWAY = Caller(local=True), Caller()


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ("CN=station-7", {STATION}),
        ("CN=station-*", {STATION}),
        ("CN=station-7,OU=line 2,O=Firm", {STATION}),
        ("CN=station-7,OU=*", {STATION}),
        ("OU=line 2", {STATION}),
        ("DNS=station-7.example", {STATION}),
        ("DNS=*", {STATION}),
        ("*", {STATION}),
        ("local", {HERE}),
        ("CN=station", set()),
        ("CN=station-70*", set()),
        ("cn=station-7", set()),
        ("station-7", set()),
        ("OU=line 2,O=Firm", set()),
        ("EMAIL=*", set()),
        ("", set()),
    ],
)
def test_entry_names_whom_it_says(entry, named):
    """An entry is a whole name, or its beginning with a star; `local` is no certificate."""
    rules = AccessRules(attach=(entry,))
    callers = {STATION, HERE, AWAY}
    assert {caller for caller in callers if rules.admit(Right.ATTACH, caller)} == named


@pytest.mark.parametrize("right", Right)
def test_list_that_is_absent_allows_everybody_and_an_empty_one_nobody(right):
    """Without a list everybody whom the port takes may; to forget its entries lets nobody in."""
    empty = AccessRules(**{right.value: ()})
    for caller in (STATION, HERE, AWAY):
        assert AccessRules().admit(right, caller)
        assert not empty.admit(right, caller)
        assert all(empty.admit(other, caller) for other in Right if other is not right)


ENTRIES = st.sampled_from(["*", "local", "CN=station-7", "CN=sta*", "CN=other", "OU=line 2"])


@given(st.lists(ENTRIES), st.lists(ENTRIES), st.sampled_from([STATION, HERE, AWAY]))
def test_lists_name_whom_one_of_their_entries_names(some, others, caller):
    """An entry more takes no right from anybody, and none is needed twice."""
    both = AccessRules(attach=(*some, *others)).admit(Right.ATTACH, caller)
    each = [AccessRules(attach=tuple(part)).admit(Right.ATTACH, caller) for part in (some, others)]
    assert both is any(each)


@given(st.text("CN=*ab,", min_size=1, max_size=8).filter(lambda text: "*" not in text[:-1]))
def test_programs_without_certificate_are_named_by_local_alone(entry):
    """No pattern, however wide, names a program without a certificate."""
    rules = AccessRules(attach=(entry,))
    assert not rules.admit(Right.ATTACH, HERE)
    assert not rules.admit(Right.ATTACH, AWAY)


def test_table_of_the_configuration_becomes_lists():
    """What stands in [access] counts as it stands there."""
    table = {"attach": ["CN=station-*", "local"], "force_close": []}
    rules = access_rules(table)
    assert rules == AccessRules(attach=("CN=station-*", "local"), force_close=())
    assert rules.need_certificates
    assert not access_rules({"attach": ["local"], "look": []}).need_certificates
    assert access_rules({}) == AccessRules()


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"atach": []}, "did you mean attach?"),
        ({"admin": []}, "there are attach, look, force_close"),
        ({"attach": "CN=a"}, "attach must be a list of texts"),
        ({"attach": [7]}, "attach must be a list of texts"),
        ({"attach": ["station-7"]}, "'station-7' names nobody"),
        ({"attach": ["loopback"]}, '"local"'),
        ({"attach": [""]}, "names nobody"),
        ({"attach": ["CN="]}, "names nobody"),
        ({"attach": ["CN=station-7, O=Firm"]}, "no space stands after the comma"),
        ({"attach": ["CN=station [7]"]}, r"square brackets are \5B and \5D"),
        ({"attach": ["CN=*-7"]}, "the * is not at the end"),
        ({"look": ["**"]}, "names nobody"),
    ],
)
def test_what_is_no_list_is_refused(table, told):
    """A slip of the pen is told at the start, and lets nobody in unnoticed, nor keeps all out."""
    with pytest.raises(ValueError, match=re.escape(told)):
        access_rules(table)
