"""The names of a new service: what derives from one, and what can be none."""

from __future__ import annotations

import pytest

from tools.service_names import LONGEST_NAME, RefusedError, names_of


def test_all_names_derive_from_one():
    """Author and readers find class, variables, distribution and plug-ins by the one name."""
    names = names_of("scope_capture2")
    assert names.display_name == "Scope Capture2"
    assert names.class_name == "ScopeCapture2"
    assert names.constant == "SCOPE_CAPTURE2"
    assert names.hyphenated == "scope-capture2"
    assert names.plug_in == "scope_capture2_measurement"
    assert names.places == [
        "services/scope_capture2",
        "plugins/scope_capture2_measurement",
        "protos/scope_capture2",
        "pin_maps/scope_capture2.pinmap",
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("", "ab", "1scope", "scope-capture", "scope capture", "scope.capture", "../scope"),
        *("Scope", "scopeCapture", "_scope", "scope_", "scope__capture", "größe", "scope\n"),
        *("class", "async", "match", "type", "print", "con", "lpt1", "session", "operating"),
        *("scope_test", "tests", "test_scope", "scope_measurement", "scope_pb2", "a_pb2_grpc"),
        "s" * (LONGEST_NAME + 1),
    ],
)
def test_what_cannot_be_a_name_is_refused_in_a_line(name):
    """A name that Python, gRPC, Windows or the tests would stumble over is refused, in a line."""
    with pytest.raises(RefusedError) as refused:
        names_of(name)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("shown", ["", 'Scope "A"', "Scope\nA", "%SCOPE%", "{{ x }}", "s" * 41])
def test_what_cannot_be_shown_is_refused(shown):
    """What people are shown stands in JSON, batch files and Python: it has no odd characters."""
    with pytest.raises(RefusedError, match="display name"):
        names_of("scope_capture", shown)
    assert names_of("scope_capture", "Scope (A)").display_name == "Scope (A)"
