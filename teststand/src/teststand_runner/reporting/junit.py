"""The results as JUnit XML, which test servers read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import PureWindowsPath
from xml.etree import ElementTree

from session_sharing.text import printable
from teststand_runner.reporting.steps import sequences_of, steps_of, told
from teststand_runner.reporting.wording import value_text
from teststand_runner.results import ExecutionResult, Outcome, SequenceResult, StepResult

_ELEMENTS = {
    Outcome.FAILED: "failure",
    Outcome.ERROR: "error",
    Outcome.TERMINATED: "error",
    Outcome.SKIPPED: "skipped",
}
_COUNTED = {"failures": "failure", "errors": "error"}


def junit_xml(results: Sequence[ExecutionResult]) -> bytes:
    """Return the results as JUnit XML: a suite for each execution, a case for each step.

    Elements and attributes are those that the schema of Jenkins' xUnit plug-in has.
    """
    root = ElementTree.Element("testsuites", name="teststand_runner", time=_time(_span(results)))
    suites = [_suite(each) for each in results]
    root.extend(suites)
    _count(root, [case for suite in suites for case in suite])
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return text + b"\n"


def _suite(result: ExecutionResult) -> ElementTree.Element:
    file = PureWindowsPath(result.file).name  # it knows both kinds of separators
    suite = ElementTree.Element(
        "testsuite",
        name=_text(f"{file}: {result.sequence}, socket {result.socket}"),
        timestamp=result.started.isoformat(timespec="milliseconds"),
        time=_time(result.duration),
    )
    for sequence in sequences_of(result):
        suite.extend(_case(step, sequence, file) for step in filter(told, steps_of(sequence)))
    if _needs_case_of_its_own(result):
        case = ElementTree.SubElement(suite, "testcase", classname=_text(file), name="execution")
        _tell(case, result.status, result.error)
    cases = list(suite)
    _count(suite, cases)
    suite.set("skipped", _number("skipped", cases))  # The root has no such attribute.
    return suite


def _needs_case_of_its_own(result: ExecutionResult) -> bool:
    """Say whether no step tells how the execution ended: it would seem to have ended well."""
    steps = [step for each in sequences_of(result) for step in steps_of(each)]
    return not result.status.good and all(step.status.good for step in steps)


def _case(step: StepResult, sequence: SequenceResult, file: str) -> ElementTree.Element:
    place = step.place
    case = ElementTree.Element(
        "testcase",
        classname=_text(f"{file}.{place.sequence}.{place.group.value}"),
        name=_text(place.name),
        time=_time(step.duration),
    )
    _tell(case, step.status, step.error or step.report)
    lines = [f"thread: {sequence.thread}", *map(value_text, step.values)]
    if step.report:
        lines.append(step.report)
    ElementTree.SubElement(case, "system-out").text = "\n".join(
        _text(each) for line in lines for each in line.splitlines()
    )
    return case


def _tell(case: ElementTree.Element, status: Outcome, why: str) -> None:
    tag = _ELEMENTS.get(status)
    if tag is not None:
        attributes = {"message": _text(why.strip() or status.value)}
        if tag != "skipped":
            attributes["type"] = status.value
        ElementTree.SubElement(case, tag, attributes)


def _count(element: ElementTree.Element, cases: list[ElementTree.Element]) -> None:
    element.set("tests", str(len(cases)))
    for key, tag in _COUNTED.items():
        element.set(key, _number(tag, cases))


def _number(tag: str, cases: list[ElementTree.Element]) -> str:
    return str(sum(case.find(tag) is not None for case in cases))


def _span(results: Sequence[ExecutionResult]) -> float:
    """Return the seconds from the first start to the last end: executions run side by side."""
    if not results:
        return 0.0
    ends = [each.started + timedelta(seconds=each.duration) for each in results]
    return (max(ends) - min(each.started for each in results)).total_seconds()


def _time(duration: float) -> str:
    """Return seconds with as many decimals as older schemas have, too."""
    return f"{duration:.3f}"


def _text(text: str) -> str:
    """Return a text without what XML cannot have."""
    return "\n".join(printable(each) for each in text.splitlines())
