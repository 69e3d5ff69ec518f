"""The names of a new service: what derives from one, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.packages import ROOT, all_packages
from tools.service_names import LONGEST_NAME, RefusedError, names_of, refuse_taken

DISTRIBUTIONS = {str(package.project["name"]) for package in all_packages()}


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


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("json_logger", "services/json_logger exists"),
        ("output_voltage", "plugins/output_voltage exists"),
        ("waiting", "pin_maps/waiting.pinmap exists"),
        ("json", "Python has a module json"),
        ("select", "Python has a module select"),
        ("grpc", "Python has a module grpc"),
        ("demo", "Python has a module demo"),
        ("teststand", "Python has a module teststand"),
        ("plugin_output_voltage", "distribution session-sharing-plugin-output-voltage"),
    ],
)
def test_a_name_that_is_taken_is_refused(name, has):
    """Nothing of the project, of Python or of what is installed is hidden by a new service."""
    with pytest.raises(RefusedError, match=has):
        refuse_taken(names_of(name), ROOT, DISTRIBUTIONS)


@pytest.mark.parametrize(
    "place",
    [
        *("services/scope_capture", "plugins/scope_capture", "plugins/scope_capture_measurement"),
        *("protos/scope_capture", "pin_maps/scope_capture.pinmap"),
    ],
)
def test_each_place_that_is_taken_is_named(tmp_path: Path, place):
    """Also what is only partly there is not written over."""
    names = names_of("scope_capture")
    refuse_taken(names, tmp_path, DISTRIBUTIONS)
    (tmp_path / place).mkdir(parents=True)
    with pytest.raises(RefusedError, match=f"{place} exists already"):
        refuse_taken(names, tmp_path, DISTRIBUTIONS)
