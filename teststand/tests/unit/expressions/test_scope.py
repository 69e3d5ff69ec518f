"""Scopes and lookup strings."""

from __future__ import annotations

import pytest

from teststand_runner.expressions import Refusal, VariableScope
from teststand_runner.expressions.scope import insert, lookup, written


def test_lookup_strings_are_paths():
    """Names and indexes come apart, and back to the same text."""
    assert lookup("Result.Error[0].Code") == ("Result", "Error", 0, "Code")
    assert written(("Result", "Error", 0, "Code")) == "Result.Error[0].Code"


@pytest.mark.parametrize("text", ["", ".a", "a.", "a[-1]", "a[x]", "a b", "[0]", "a[9999999999]"])
def test_what_is_no_lookup_string_is_refused(text):
    """Half a path never finds something."""
    with pytest.raises(Refusal):
        lookup(text)


def test_insert_makes_containers_on_the_way():
    """A property is made where it is to be, in containers found without regard to case."""
    values = {"NI": {}}
    insert(values, lookup("ni.MeasurementPlugIns.PinMapId"), "map")
    assert values == {"NI": {"MeasurementPlugIns": {"PinMapId": "map"}}}
    assert VariableScope(values).get(("NI", "measurementplugins", "pinmapid")) == "map"


def test_insert_replaces_no_value_by_a_container():
    """A property of a simple kind stays what it is."""
    values = {"a": 1.0}
    with pytest.raises(Refusal, match=r"a\.b"):
        insert(values, ("a", "b"), 2.0)
    assert values == {"a": 1.0}
