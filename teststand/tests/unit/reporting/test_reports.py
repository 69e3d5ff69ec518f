"""What came of a run, as files for programs."""

from __future__ import annotations

import json
import math
from xml.etree import ElementTree

import pytest

from teststand.tests.unit.reporting.made_results import (
    ERROR,
    FAILED,
    SKIPPED,
    execution,
    sequence,
    step,
    value,
)
from teststand_runner.reporting import json_fields, json_text, junit_xml
from teststand_runner.results import Outcome

SCHEMA = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "time", "skipped", "timestamp"},
        {"testcase"},
    ),
    "testcase": (
        {"name", "time", "classname", "group"},
        {"skipped", "error", "failure", "system-out"},
    ),
    **dict.fromkeys(("skipped", "error", "failure"), ({"type", "message"}, set())),
    "system-out": (set(), set()),
}
"""What test servers that check a schema, as Jenkins' xUnit plug-in, take: attributes, elements."""


def suites(*results) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(junit_xml(results)))


def test_json_has_all_that_is_known_of_a_run() -> None:
    """Nested calls, threads, iterations and values with their types are there."""
    called = sequence(step("In it", depth=1), name="Called", depth=1)
    first = step("Call", call=called, values=(value("pins", ("A", "B"), kind="String"),))
    loop = step("Loop", FAILED, iterations=(step("Loop"), step("Loop", FAILED, error="why")))
    thread = sequence(step("Other", thread="t"), thread="t", depth=1)
    told = json.loads(json_text([execution(first, loop, threads=[thread])]))
    assert told["status"] == "Failed"
    (run,) = told["executions"]
    assert [each["thread"] for each in (run["main"], *run["threads"])] == ["main", "t"]
    call, repeated = run["main"]["steps"]
    assert call["call"]["steps"][0]["name"] == "In it"
    assert call["values"] == [
        {"name": "pins", "direction": "Out", "type": "String", "value": ["A", "B"], "member": None}
    ]
    assert [each["status"] for each in repeated["iterations"]] == ["Passed", "Failed"]
    assert repeated["iterations"][1]["error"] == "why"
    assert call["started"] == "2026-01-02T03:04:05.000000+00:00"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (True, True),
        (2**62, 2**62),
        (None, None),
        (math.nan, "NaN"),
        ((math.inf, -math.inf, 0.1), ["Infinity", "-Infinity", 0.1]),
        (((1.5, math.nan), (), None), [[1.5, "NaN"], [], None]),
    ],
)
def test_json_keeps_values_what_they_are(content, told) -> None:
    """No number is rounded, no truth becomes a number, and any reader of JSON reads it."""
    text = json_text([execution(step(values=(value(content=content),)))])
    read = json.loads(text, parse_constant=pytest.fail)
    (found,) = read["executions"][0]["main"]["steps"][0]["values"]
    assert (found["value"], type(found["value"])) == (told, type(told))


def test_status_of_several_executions_is_the_worst() -> None:
    """A program that looks at one field alone sees what went wrong anywhere."""
    runs = [execution(step()), execution(step(status=ERROR), socket=1), execution(step("x"))]
    assert json_fields(runs)["status"] == "Error"


def test_junit_has_a_case_for_each_step() -> None:
    """Test servers count steps of called sequences and of threads, too."""
    called = sequence(step("Inner", FAILED, depth=1, error="too low"), depth=1)
    thread = sequence(step("Other", ERROR, thread="t", error="broke"), thread="t", depth=1)
    run = execution(step("Outer", FAILED, call=called), step("S", SKIPPED), threads=[thread])
    (suite,) = suites(run)
    assert suite.get("name") == "a.seq: MainSequence, socket 0"
    assert [each.get("name") for each in suite] == ["Outer", "Inner", "S", "Other"]
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "2",
        "errors": "1",
        "skipped": "1",
    }
    outer, inner, _, other = suite
    assert outer.find("failure").get("message") == "Failed"
    assert inner.find("failure").get("message") == "too low"
    assert (other.find("error").get("message"), other.find("error").get("type")) == (
        *("broke",),
        "Error",
    )
    assert inner.get("classname") == "a.seq.Main<Sequence>.Main"


def test_junit_has_what_a_schema_allows() -> None:
    """A test server that checks the form takes every kind of outcome."""
    steps = [step(status=each, error="why", values=(value(),)) for each in Outcome]
    root = ElementTree.fromstring(junit_xml([execution(*steps)]))
    for element in root.iter():
        attributes, within = SCHEMA[element.tag]
        assert set(element.keys()) <= attributes, element.tag
        assert {each.tag for each in element} <= within, element.tag


def test_junit_counts_all_executions() -> None:
    """The sums of the whole are those of the suites; side by side takes the time of one."""
    root = ElementTree.fromstring(
        junit_xml([execution(step()), execution(step(status=FAILED), socket=1)])
    )
    assert (root.get("tests"), root.get("failures"), root.get("time")) == ("2", "1", "2.000")
    assert [each.get("failures") for each in root] == ["0", "1"]


def test_junit_shows_values() -> None:
    """What was measured stands in the case."""
    (suite,) = suites(execution(step(values=(value(), value("on", True, kind="Bool")))))
    text = suite[0].find("system-out").text
    assert "mean: Double = 3.3" in text
    assert "on: Bool = True" in text


def test_junit_has_no_good_suite_of_a_bad_run() -> None:
    """A run that was ended between steps is no success."""
    run = execution(step(), status=Outcome.TERMINATED, error="ended by Ctrl-C")
    (suite,) = suites(run)
    assert suite.get("errors") == "1"
    assert suite[-1].find("error").get("message") == "ended by Ctrl-C"


def test_junit_is_xml_whatever_steps_say() -> None:
    """Control characters and half characters of a step's text break no reader."""
    nasty = "a\x00b\x1b[31m\ud800]]>\ufffe"
    run = execution(step(nasty, ERROR, error=nasty, report=nasty, values=(value(nasty, nasty),)))
    (suite,) = suites(run)
    assert suite[0].get("name") == r"a\x00b\x1b[31m\ud800]]>\ufffe"


def test_steps_that_are_not_recorded_are_left_out_when_good() -> None:
    """An author's wish not to record a step hides no failure."""
    run = execution(step("a", recorded=False), step("b", FAILED, recorded=False))
    assert [each.get("name") for each in suites(run)[0]] == ["b"]
    assert [each["name"] for each in json_fields([run])["executions"][0]["main"]["steps"]] == [
        "a",
        "b",
    ]
