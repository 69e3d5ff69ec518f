"""Setup, Main and Cleanup, blocks, calls and threads."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from teststand_runner.model import PostAction, SequenceArgument
from teststand_runner.results import ExecutionEnded, StepStarted
from teststand_runner.running import RunOptions, StopRequests
from teststand_runner.running.done import Done
from teststand_runner.running.steps import run_action
from teststand_runner.testing.building import container, number, scalar, text
from teststand_runner.testing.making import (
    call,
    flow,
    sequence,
    statement,
    step,
    wait,
    wait_for,
)

BROKEN = statement("Step.Nothing")
END = step("end")
LIMIT = 10.0


def test_the_groups_run_in_their_order(run):
    """Setup, Main, Cleanup; a sequence of steps that do nothing has passed."""
    ran = run(sequence("MainSequence", step("b"), setup=(step("a"),), cleanup=(END,)))
    assert (ran.names(), ran.status) == (["a", "b", "end"], "Passed")
    assert isinstance(ran.events[-1], ExecutionEnded)


def test_an_error_in_setup_leads_to_cleanup(run):
    """Nothing runs on what could not be set up, and all of Cleanup runs."""
    ran = run(sequence("MainSequence", step("b"), setup=(BROKEN, step("a")), cleanup=(END,)))
    assert (ran.names(), ran.status) == ([BROKEN.name, "end"], "Error")


def test_an_error_in_cleanup_does_not_end_cleanup(run):
    """What is behind a broken Cleanup step is cleaned up, too."""
    ran = run(sequence("MainSequence", cleanup=(BROKEN, END)))
    assert (ran.names(), ran.status) == ([BROKEN.name, "end"], "Error")


def test_a_fault_of_the_runner_ends_its_step_alone(run):
    """Cleanup runs, no result of other steps is lost, and the error says where it rose."""

    def faulty(context, action):
        if context.step.name == "a":
            raise ZeroDivisionError("a fault")
        return run_action(context, action)

    ran = run(sequence("MainSequence", step("a"), step("b"), cleanup=(END,)), run_action=faulty)
    assert ran.statuses() == [("a", "Error"), ("end", "Done")]
    told = "This is a fault of the runner: ZeroDivisionError: a fault (test_sequences.py, line "
    assert ran.step("a").error.startswith(told)


@pytest.mark.parametrize(
    ("value", "expected"), [(1.0, ["one"]), (2.0, ["two"]), (3.0, ["else"]), (4.0, [])]
)
def test_one_part_of_an_if_block_runs(run, value, expected):
    """Also when a part is empty, the parts behind it do not run."""
    steps = (
        *(flow("If", "Locals.n == 1"), step("one"), flow("ElseIf", "Locals.n == 4")),
        *(flow("ElseIf", "Locals.n == 2"), step("two"), flow("Else"), step("else"), flow("End")),
    )
    ran = run(sequence("MainSequence", *steps, variables=(number("n", value),)))
    assert [name for name in ran.names() if name in {"one", "two", "else"}] == expected


def test_an_empty_part_that_is_chosen_is_the_only_one(run):
    """Falling out of an empty If leads behind the block, not into its ElseIf."""
    steps = (flow("If", "True"), flow("ElseIf", "True"), step("two"), flow("End"), END)
    assert "two" not in run(sequence("MainSequence", *steps)).names()


def test_loops_nest(run):
    """A For begins anew each time that the While around it goes on."""
    steps = (
        flow("While", "Locals.n < 2"),
        flow(
            "For",
            "Locals.i < 3",
            InitializationExpr="Locals.i = 0",
            IncrementExpr="Locals.i += 1",
        ),
        statement('Locals.seen += Str(Locals.n) + Str(Locals.i) + " "'),
        flow("End"),
        statement("Locals.n += 1"),
        flow("End"),
        statement("Step.Result.ReportText = Locals.seen"),
    )
    variables = (number("n"), number("i"), text("seen"))
    ran = run(sequence("MainSequence", *steps, variables=variables))
    assert ran.step(steps[-1].name).report == "00 01 02 10 11 12 "


def test_a_condition_that_cannot_be_evaluated_is_an_error(run):
    """No part of a block is taken at random."""
    ran = run(sequence("MainSequence", flow("If", "Step.Nothing"), step("in"), flow("End"), END))
    assert (ran.names(), ran.status) == (["If"], "Error")


def _argument(name, expression):
    return SequenceArgument(name, False, expression, 2)


def test_parameters_go_by_value_and_by_reference(run):
    """A sequence changes its caller's variable where it is handed over, and only there."""
    parameters = (number("value"), scalar("reference", "Num", 0.0, flags=4), number("kept", 5.0))
    called = sequence(
        "Called",
        statement("Parameters.reference = Parameters.value + Parameters.kept"),
        statement("Parameters.reference = Parameters.reference * 2"),
        statement("Parameters.value = 99"),
        parameters=parameters,
    )
    main = sequence(
        "MainSequence",
        call("Called", _argument("Value", "Locals.a"), _argument("reference", "Locals.b")),
        statement('Step.Result.ReportText = Str(Locals.a) + " " + Str(Locals.b)'),
        variables=(number("a", 1.0), number("b")),
    )
    ran = run(main, called)
    assert ran.step(main.main[1].name).report == "1 12"
    assert ran.step("call Called").call.depth == 1


@pytest.mark.parametrize(
    ("inner", "status"), [(step("x", mode="Fail"), "Failed"), (BROKEN, "Error"), (END, "Done")]
)
def test_a_call_takes_over_what_came_of_its_sequence(run, inner, status):
    """Failures and errors go up to the caller, whose Cleanup runs; so does the inner one."""
    called = sequence("Called", inner, cleanup=(step("inner end"),))
    ran = run(sequence("MainSequence", call("Called"), cleanup=(END,)), called)
    assert ran.step("call Called").status.value == status
    assert ran.names("Called")[-1] == "inner end"
    assert ran.names()[-1] == "end"


def test_endless_recursion_is_an_error(run):
    """Sequences that call each other for ever end with one text, not with Python's stack."""
    ran = run(sequence("MainSequence", call("MainSequence"), cleanup=(END,)))
    assert ran.status == "Error"
    assert "More than 40 sequences" in ran.result.error


def test_threads_run_at_the_same_time_and_are_awaited(run):
    """Two threads that wait for each other both end; the waits take over what came of them."""
    meeting = threading.Barrier(2, timeout=LIMIT)

    def meet(context, action):
        if context.step.name == "meet":
            meeting.wait()
            return Done("Failed" if context.frame.sequence.name == "B" else "Passed")
        return run_action(context, action)

    a, b = call("A", thread=1), call("B", thread=1)
    main = sequence("MainSequence", a, b, wait_for(a), wait_for(b))
    ran = run(main, sequence("A", step("meet")), sequence("B", step("meet")), run_action=meet)
    assert dict(ran.statuses())["wait for call A"] == "Done"
    assert dict(ran.statuses())["wait for call B"] == "Failed"
    assert [each.thread for each in ran.result.threads] == ["call A", "call B"]
    assert ran.status == "Failed"


def test_a_wait_gives_up_in_time(run):
    """A thread that takes longer is an error or not, as the step says; it is joined at the end."""
    going = threading.Event()

    def hold(context, action):
        if context.step.name == "hold":
            assert going.wait(LIMIT)
        if context.step.name == "let go":
            going.set()
        return run_action(context, action)

    a = call("A", thread=1)
    waits = (wait_for(a, "0.01", fails=False), wait_for(a, "0.01"))
    main = sequence("MainSequence", a, *waits, cleanup=(step("let go"),))
    ran = run(main, sequence("A", step("hold")), run_action=hold)
    assert [status for _, status in ran.statuses()] == ["Done", "Done", "Error", "Done"]
    assert ran.result.threads[0].status.value == "Passed"


def test_a_stop_leads_to_cleanup_and_breaks_waits_off(run):
    """One request ends Main, in threads too, and lets Cleanup do its work, waits included."""
    requests = StopRequests()
    waiting = set()

    def listen(event):
        if isinstance(event, StepStarted) and event.place.group.value == "Main":
            waiting.add(event.place.name)
            if {"wait", "wait for call A"} <= waiting:
                requests.request()

    a = call("A", thread=1)
    main = sequence("MainSequence", a, wait_for(a), step("b"), cleanup=(wait("0.01"), END))
    ran = run(main, sequence("A", wait("3600"), cleanup=(END,)), requests=requests, listener=listen)
    assert ran.names() == ["call A", "wait for call A", "wait", "end"]
    assert ran.names("A") == ["wait", "end"]
    assert (ran.status, ran.step("end").status.value) == ("Terminated", "Done")


def test_what_cleanup_calls_runs_in_spite_of_a_stop(run):
    """A sequence that releases things is whole, though the execution is to end."""
    leaves = step("a", mode="Fail", on_fail=PostAction("Terminate", ""))
    main = sequence("MainSequence", leaves, cleanup=(call("Release"),))
    ran = run(main, sequence("Release", step("b"), setup=(wait("0.01"),)))
    assert ran.statuses("Release") == [("wait", "Done"), ("b", "Done")]
    assert ran.status == "Terminated"


def test_a_sequence_may_go_to_cleanup_when_it_fails(run):
    """Its own option for that is honoured; without it a failure does not end Main."""
    made = sequence("MainSequence", step("a", mode="Fail"), step("b"), cleanup=(END,))
    assert run(made).names() == ["a", "b", "end"]
    option = container("MainSequence", number("FailureAction", 1.0))
    assert run(replace(made, properties=option)).names() == ["a", "end"]


def test_a_second_stop_ends_cleanup(run):
    """Two requests end everything at once."""
    requests = StopRequests()

    def listen(event):
        if isinstance(event, StepStarted) and event.place.name == "wait":
            requests.request()

    main = sequence("MainSequence", wait("3600"), cleanup=(wait("3600"), END))
    ran = run(main, requests=requests, listener=listen)
    assert ran.names() == ["wait", "wait"]
    assert ran.status == "Terminated"


def test_a_listener_that_breaks_ends_the_run(run):
    """What a view raises is told, and nothing is left running."""

    def listen(event):
        if isinstance(event, StepStarted):
            raise OSError("no terminal")

    with pytest.raises(OSError, match="no terminal"):
        run(sequence("MainSequence", wait("3600")), listener=listen)
    assert not [each.name for each in threading.enumerate() if each.name.startswith("execution")]


def test_sockets_have_file_globals_of_their_own(run):
    """Executions at the same time do not see each other's variables, and know their socket."""
    main = sequence(
        "MainSequence",
        statement("FileGlobals.n += RunState.TestSockets.MyIndex + 1"),
        statement("Step.Result.ReportText = Str(FileGlobals.n)"),
    )
    ran = run(main, file_globals=(number("n"),), options=RunOptions(sockets=3))
    assert [each.main.steps[1].report for each in ran.results] == ["1", "2", "3"]
    assert [each.socket for each in ran.results] == [0, 1, 2]
