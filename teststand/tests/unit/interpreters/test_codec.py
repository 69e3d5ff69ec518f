"""Values on their way between the runner and an interpreter."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teststand_runner.interpreters import CONTEXT, Branch, ObjectHandle, ValueNotPassedError
from teststand_runner.interpreters.child import codec
from teststand_runner.interpreters.requests import decoded, encoded

OURS = 5
simple = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False),
    st.text(),
    st.builds(ObjectHandle, st.just(OURS), st.integers(0, 9), st.text(max_size=5)),
    st.builds(Branch, st.lists(st.text(max_size=5), max_size=3).map(tuple)),
)
values = st.recursive(
    simple, lambda each: st.lists(each) | st.lists(each).map(tuple), max_leaves=10
)


def there_and_back(value):
    return decoded(json.loads(json.dumps(encoded(value, OURS))), OURS)


@given(values)
def test_values_come_back_as_they_were(value):
    """What goes over keeps its value and its kind, whatever lies in what."""
    assert repr(there_and_back(value)) == repr(value)


def test_what_is_no_number_goes_over():
    """NaN and the infinities are measured values as well."""
    found = there_and_back([math.nan, math.inf, -math.inf])
    assert math.isnan(found[0])
    assert found[1:] == [math.inf, -math.inf]


def test_endless_and_huge_values_do_not_go_over(monkeypatch):
    """A list that holds itself is refused in bounded time, as is a number beyond 64 bits."""
    monkeypatch.setattr(codec, "_MOST_ITEMS", 10_000)
    endless = []
    endless += [endless, endless]
    deep, wide = [], []
    for _ in range(60):
        deep = [deep]
    for _ in range(40):
        wide = [wide, wide]
    for value in (endless, deep, wide, 2**64, -(2**63) - 1):
        with pytest.raises(ValueNotPassedError):
            encoded(value, OURS)


def test_objects_of_another_interpreter_are_refused():
    """A handle is good where the object is; the error says what to do."""
    with pytest.raises(ValueNotPassedError, match="another Python interpreter"):
        encoded([ObjectHandle(OURS + 1, 0, "Meter")], OURS)
    assert there_and_back(CONTEXT) == CONTEXT


def test_handle_is_shown_in_words():
    """Results show it to people."""
    assert str(ObjectHandle(1, 0, "Meter")) == "an object of type Meter, kept in the interpreter"
