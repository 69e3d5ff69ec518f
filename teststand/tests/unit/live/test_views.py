"""What is shown while a run goes on."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from session_sharing.cli.services import FoundService
from session_sharing.cli.watching import Changed, Gone
from session_sharing.core import EventKind, SessionEvent
from session_sharing.identity import this_client
from session_sharing.information import (
    AttachmentInformation,
    SessionInformation,
    SessionState,
)
from teststand.tests.unit.reporting.made_results import ERROR, START, place, step
from teststand_runner.live.session_table import SessionTable
from teststand_runner.live.terminal_view import TerminalView
from teststand_runner.live.view import View
from teststand_runner.results import ExecutionStarted, SequenceStarted, StepEnded, StepStarted

SERVICE = FoundService("json_logger", "localhost:1")
HELD = AttachmentInformation("a1", 0, this_client(), START, alias="voltage")


def session(*held: AttachmentInformation) -> SessionInformation:
    return SessionInformation(
        "5e55", "results.ndjson", "key", SessionState.OPEN, False, None, START, START, held
    )


def changed(kind: EventKind, *held: AttachmentInformation) -> Changed:
    return Changed(SERVICE, SessionEvent(kind, START, session(*held)))


def test_sessions_have_their_holders() -> None:
    """The table is what the services said last."""
    table = SessionTable()
    assert not table.take(changed(EventKind.PRESENT))
    assert table.rows() == [("results.ndjson", "nobody")]
    assert table.take(changed(EventKind.ATTACHED, HELD))
    ((_, holders),) = table.rows()
    assert holders.endswith(f"{this_client().process_id} as voltage (AUTO)")
    assert table.take(changed(EventKind.CLOSED))
    assert table.rows() == []


def test_sessions_of_a_service_that_is_gone_are_gone() -> None:
    """Nobody holds what a service that ended had."""
    table = SessionTable()
    table.take(changed(EventKind.OPENED, HELD))
    table.take(Gone(FoundService("db_writer", "localhost:2"), "ended"))
    assert len(table.rows()) == 1
    assert table.take(Gone(SERVICE, "ended"))
    assert table.rows() == []


def test_lines_say_what_ended_and_how(capsys: pytest.CaptureFixture[str]) -> None:
    """Steps and sessions are told on standard error: standard output is the results'."""
    with View(sockets=2) as view:
        view.listen(ExecutionStarted(0, "MainSequence", START, 3))
        view.listen(StepEnded(step("Bad\x1b", ERROR, error="why\nnot")))
        view.tell("results.ndjson attached")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "socket 0, MainSequence begins",
        "socket 0, main, Main, Bad\\x1b: Error in 0.250 s: why; not",
        "results.ndjson attached",
    ]


def test_run_goes_on_when_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of the lines that ends ends no run: Cleanup has still to come."""
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    with View() as view:
        view.listen(StepEnded(step()))


def test_terminal_shows_what_runs_and_who_holds_what() -> None:
    """Below the lines stand the threads with their steps, and the sessions with their holders."""
    console = Console(file=io.StringIO(), force_terminal=True, width=120, color_system="standard")
    view = TerminalView(console=console)
    with view:
        view.listen(SequenceStarted(0, "main", 0, "MainSequence", START, 3))
        view.listen(StepEnded(step("[bold]First", ERROR)))
        view.listen(StepStarted(place("Second"), START))
        view.sessions.take(changed(EventKind.ATTACHED, HELD))
    lines = console.file.getvalue()
    assert "[bold]First: Error in 0.250 s" in lines
    assert "\x1b[1;31m" in lines  # an error is red
    with console.capture() as capture:
        console.print(view.picture())
    below = capture.get()
    assert all(each in below for each in ("MainSequence", "1 of 3", "Second", "results.ndjson"))
    assert "as voltage (AUTO)" in below
