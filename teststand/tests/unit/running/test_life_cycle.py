"""The life of a step."""

from __future__ import annotations

import pytest

from teststand_runner.errors import TestStandRunnerError
from teststand_runner.model import CustomPostAction, PostAction
from teststand_runner.running import life_cycle
from teststand_runner.running.done import Done
from teststand_runner.running.steps import run_action
from teststand_runner.testing.building import number, text
from teststand_runner.testing.making import looped, sequence, statement, step

TRACE = text("Trace")


def _noting(status="", error=None):
    """Return an action runner whose modules note that they ran."""

    def module(context, action):
        if context.step.name != "module":
            return run_action(context, action)
        context.scope.set(("Locals", "Trace"), context.scope.get(("Locals", "Trace")) + "M")
        if error is not None:
            raise TestStandRunnerError(error)
        return Done(status=status, report="said")

    return module


def _module(**changes):
    return step(
        "module",
        **{
            "precondition": 'Locals.Trace += "p", True',
            "pre_expression": 'Locals.Trace += "a"',
            "post_expression": 'Locals.Trace += "z"',
            "status_expression": 'Locals.Trace += "s", Step.Result.Status',
            **changes,
        },
    )


CHECK = statement("Step.Result.ReportText = Locals.Trace")


def _trace(run, one, **how):
    ran = run(sequence("MainSequence", one, variables=(TRACE,), cleanup=(CHECK,)), **how)
    return ran.step(CHECK.name).report, ran


def test_expressions_are_evaluated_in_the_documented_order(run):
    """Precondition, pre-expression, module, post-expression, status expression."""
    trace, ran = _trace(run, _module(), run_action=_noting())
    assert trace == "paMzs"
    assert (ran.step("module").status.value, ran.step("module").report) == ("Done", "said")


def test_a_module_that_breaks_is_not_followed_by_its_expressions(run):
    """An error is neither overwritten nor followed by what relies on the module."""
    trace, ran = _trace(run, _module(), run_action=_noting(error="broke"))
    assert trace == "paM"
    assert (ran.status, ran.step("module").error) == ("Error", "broke")
    assert ran.result.error == "module: broke"


@pytest.mark.parametrize(
    ("mode", "trace", "status"),
    [("Skip", "", "Skipped"), ("Pass", "p", "Passed"), ("Fail", "p", "Failed")],
)
def test_modes_that_run_no_module(run, mode, trace, status):
    """A skipped step does nothing; a forced one only asks whether it is to run at all."""
    found, ran = _trace(run, _module(mode=mode), run_action=_noting())
    assert (found, ran.step("module").status.value) == (trace, status)


def test_a_precondition_that_is_false_skips_the_step(run):
    """Neither the module nor an expression of the step runs, and it does not fail."""
    trace, ran = _trace(run, _module(precondition="False"), run_action=_noting())
    assert (trace, ran.step("module").status.value, ran.status) == ("", "Skipped", "Passed")


def test_the_status_expression_decides(run):
    """A step fails when its author says so, whatever the module gave."""
    ran = run(sequence("MainSequence", step("a", status_expression='1 > 2 ? "Passed" : "Failed"')))
    assert (ran.step("a").status.value, ran.status) == ("Failed", "Failed")


def test_an_expression_may_set_status_and_error(run):
    """What a post-expression puts into the result counts, as in TestStand."""
    first = step("a", post_expression='Step.Result.Status = "Passed"')
    second = step(
        "b", post_expression='Step.Result.Error.Occurred = True, Step.Result.Error.Msg = "bad"'
    )
    ran = run(sequence("MainSequence", first, second))
    assert ran.statuses() == [("a", "Passed"), ("b", "Error")]
    assert "bad" in ran.step("b").error


def test_what_is_no_status_is_an_error(run):
    """A status that nobody knows is not taken for a good one."""
    ran = run(sequence("MainSequence", step("a", status_expression='"Fine"')))
    assert ran.status == "Error"
    assert "'Fine' is no status" in ran.step("a").error


def test_a_failure_that_its_author_leaves_out_does_not_fail_the_sequence(run):
    """Step failure causes sequence failure is honoured."""
    ran = run(sequence("MainSequence", step("a", mode="Fail", failure_fails_sequence=False)))
    assert (ran.step("a").status.value, ran.status) == ("Failed", "Passed")


def test_an_error_that_its_author_ignores_does_not_end_the_sequence(run):
    """The step's own status tells of it all the same."""
    ran = run(sequence("MainSequence", statement("Step.Nothing", ignores_errors=True), step("b")))
    assert [status for _, status in ran.statuses()] == ["Error", "Done"]
    assert ran.status == "Passed"


def test_a_loop_counts_and_decides_by_its_status(run):
    """Pass/fail count: it ends when enough have passed, and its status is that of the whole."""
    loop = looped(
        "RunState.LoopNumIterations < 9 && RunState.LoopNumPassed < 2",
        'RunState.LoopNumPassed >= 2 ? "Passed" : "Failed"',
    )
    one = step(
        "a", status_expression='RunState.LoopIndex % 2 == 1 ? "Passed" : "Failed"', loop=loop
    )
    result = run(sequence("MainSequence", one)).step("a")
    assert [each.status.value for each in result.iterations] == ["Failed", "Passed"] * 2
    assert result.status.value == "Passed"


def test_a_long_loop_keeps_its_last_results_and_counts_the_others(run, monkeypatch):
    """A loop that runs for days does not fill the memory; no result is left out in silence."""
    monkeypatch.setattr(life_cycle, "MOST_ITERATIONS", 2)
    told = "Step.Result.ReportText = Str(RunState.LoopIndex)"
    ran = run(sequence("MainSequence", statement(told, loop=looped("RunState.LoopIndex < 5"))))
    result = ran.step(told)
    assert [each.report for each in result.iterations] == ["3", "4"]
    assert result.report == "4\nThe results of the first 3 of its 5 iterations are not kept."


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"status_expression": '"Error"'}, "Its status expression gave Error."),
        ({"pre_expression": 'Step.Result.Status = "Error"'}, "Its code has set the status Error."),
        (
            {"loop": looped("RunState.LoopIndex < 1", '"Error"')},
            "Its loop status expression gave Error.",
        ),
    ],
)
def test_a_status_that_is_an_error_says_where_it_comes_from(run, changes, error):
    """The error of the sequence is not empty."""
    assert run(sequence("MainSequence", step("a", **changes))).result.error == f"a: {error}"


def test_an_error_ends_a_loop(run):
    """A broken module is not called again and again."""
    one = statement("Step.Nothing", loop=looped("True"))
    result = run(sequence("MainSequence", one)).step(one.name)
    assert (result.status.value, len(result.iterations)) == ("Error", 1)


def test_post_actions_lead_elsewhere(run):
    """A step that fails may skip steps, and one that passes may go to Cleanup."""
    fails = step("a", mode="Fail", on_fail=PostAction("Goto", '"ID#:c"'))
    leaves = step("c", on_pass=PostAction("Goto", '"<Cleanup>"'))
    ran = run(sequence("MainSequence", fails, step("b"), leaves, step("d"), cleanup=(step("end"),)))
    assert ran.names() == ["a", "c", "end"]


def test_an_expression_may_choose_the_post_action(run):
    """A custom condition replaces what passing and failing lead to."""
    end = PostAction("Goto", '"<End>"')
    custom = CustomPostAction("Locals.n > 0", end, PostAction("Next", ""))
    one = step("a", on_custom=custom)
    ran = run(sequence("MainSequence", one, step("b"), variables=(number("n", 1.0),)))
    assert ran.names() == ["a"]
    assert run(sequence("MainSequence", one, step("b"), variables=(number("n"),))).names() == [
        "a",
        "b",
    ]


def test_terminate_ends_the_execution_after_cleanup(run):
    """The rest of Main does not run, Cleanup does, and the execution says that it was ended."""
    one = step("a", mode="Fail", on_fail=PostAction("Terminate", ""))
    ran = run(sequence("MainSequence", one, step("b"), cleanup=(step("end"),)))
    assert (ran.names(), ran.status) == (["a", "end"], "Terminated")
