"""The results as a table for people."""

from __future__ import annotations

import re

import pytest

from session_sharing.text import printable
from teststand.tests.unit.reporting.made_results import (
    ERROR,
    FAILED,
    execution,
    sequence,
    step,
    value,
)
from teststand_runner.reporting import print_results
from teststand_runner.reporting.wording import value_text
from teststand_runner.results import Recorded


def table(capsys: pytest.CaptureFixture[str], *results) -> list[list[str]]:
    """Return the cells of what is printed; two spaces and more part them."""
    print_results(results)
    lines = capsys.readouterr().out.splitlines()
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]


def test_each_step_has_a_row(capsys) -> None:
    """Its thread, status and time, and what it measured, one value a line."""
    thread = sequence(step("Other", thread="t"), thread="t", depth=1)
    values = (value(), value("pins", ("A",), kind="String"), value("in", 1, direction="In"))
    assert table(capsys, execution(step("First", values=values), threads=[thread])) == [
        ["MainSequence: Passed in 2.000 s"],
        ["THREAD", "STEP", "STATUS", "TIME", "WHAT IT SAYS"],
        ["main", "First", "Passed", "0.250 s", "mean: Double = 3.3"],
        ["pins: String[] = [A]"],
        ["t", "Other", "Passed", "0.250 s"],
        [],
    ]


def test_error_of_a_step_and_of_the_run_are_there(capsys) -> None:
    """An error of several lines is in one; what a step printed has its own."""
    report = "Traceback:\n\n    File x\n"
    run = execution(step("Bad", ERROR, error="one\n  two", report=report), error="it broke")
    rows = table(capsys, run)
    at = rows.index(["main", "Bad", "Error", "0.250 s", "error: one; two"])
    assert rows[at + 1 : at + 3] == [["Traceback:"], ["File x"]]
    assert ["error: it broke"] in rows


def test_called_sequences_and_loops_are_seen(capsys) -> None:
    """Steps of a called sequence stand below their call, further in."""
    called = sequence(step("Inner", depth=1), depth=1)
    loop = step("Loop", FAILED, iterations=(step(), step(status=FAILED)))
    print_results([execution(step("Outer", call=called), loop)])
    out = capsys.readouterr().out
    assert "main    Outer    Passed" in out
    assert "main      Inner  Passed" in out
    assert "Failed 2 times" in out


def test_sockets_are_told_apart(capsys) -> None:
    """With several executions each table says whose it is."""
    rows = table(capsys, execution(step()), execution(step(), socket=1))
    assert [row[0] for row in rows if row and row[0].startswith("socket")] == [
        "socket 0, MainSequence: Passed in 2.000 s",
        "socket 1, MainSequence: Passed in 2.000 s",
    ]


def test_names_command_no_terminal(capsys) -> None:
    """Control characters of a sequence file are shown as escapes."""
    print_results([execution(step("\x1b[2J", ERROR, error="\x1b[2J", values=(value("\x1b"),)))])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.count(printable("\x1b[2J")) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (True, "True"),
        (1.0, "1"),
        (1 / 3, "0.333333333"),
        (7, "7"),
        ("", ""),
        (None, "nothing"),
        ((), "[]"),
        (tuple(range(10)), "[0, 1, 2, 3, 4, 5, 6, 7, and 2 more]"),
    ],
)
def test_values_are_read_easily(content: Recorded, says: str) -> None:
    """Numbers are not longer than is of use, and arrays not longer than a line."""
    brackets = "[]" if isinstance(content, tuple) else ""
    assert value_text(value("x", content)) == f"x: Double{brackets} = {says}"


def test_member_of_an_enumeration_has_its_name() -> None:
    """A number alone says nothing."""
    assert value_text(value("x", 1, kind="Enum", member="DC")) == "x: Enum = DC (1)"


def test_long_texts_are_cut(capsys) -> None:
    """A row stays readable whatever a file or a module says; both ends of a text are shown."""
    long = "<" + "x" * 5000 + ">"
    print_results([execution(step(long, ERROR, error=long, values=(value(long, long),)))])
    texts = re.findall(r"<x[^>]*>", capsys.readouterr().out)
    assert [len(each) for each in texts] == [80, 1000, 80, 200]
