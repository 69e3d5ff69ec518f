"""Python steps of sequences in real interpreters: what they share, and how they end."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import psutil
import pytest

from teststand_runner.interpreters import InterpreterScope
from teststand_runner.model import PythonArgument, PythonOperation, PythonScope
from teststand_runner.results import StepStarted
from teststand_runner.running import RunOptions, StopRequests, run_sequences
from teststand_runner.testing.building import number, scalar, scalars, text
from teststand_runner.testing.making import (
    call,
    python,
    sequence,
    sequence_file,
    statement,
    step,
    wait_for,
)

MODULE = """
import atexit, os, time
from pathlib import Path

HERE = Path(__file__).parent
PID = os.getpid()
counted = 0

def note(context, what):
    with (HERE / "notes.txt").open("a") as file:
        file.write(f"{what} {context.Execution.Id} {os.getpid()}\\n")

def count():
    global counted
    counted += 1
    return counted

def fail(context):
    note(context, "fail")
    context.Step.SetValString("Result.Status", 0, "Failed")

def raise_(context):
    print("about to")
    raise ValueError("no unit in the fixture")

def hang(context):
    note(context, "hang")
    time.sleep(3600)

def crash(context):
    os._exit(3)

def slow(context):
    note(context, "slow")
    time.sleep(0.3)
    note(context, "slept")

def use(context):
    variables = context.Execution.RunTimeVariables
    variables.SetValString("NI.MeasurementPlugIns.PinMapId", 1, "a map")
    assert variables.GetValString("NI.MeasurementPlugIns.PinMapId", 0) == "a map"
    found, path, *_ = context.Engine.FindFileEx(fileToFind="MODULE.PY", absolutePath=None,
        srchDirType=None, searchDirectoryIndex=None, userCancelled=None,
        searchContext=context.SequenceFile)
    context.Locals.SetValNumber("n", 0, context.Parameters.GetValNumber("p", 0) + 1)
    return Path(path).name

def table(context):
    return [[1.5, 2], ["a", None]]

def ended(context):
    return " ".join(each.name for each in HERE.glob("ended *"))

class Unit:
    def __init__(self, name):
        self.name = name
    def greet(self, times):
        return [self.name] * int(times)

@atexit.register
def end():
    (HERE / f"ended {PID}").touch()
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs steps of the module; after it, no interpreter may be left."""
    (tmp_path / "module.py").write_text(MODULE, encoding="utf-8")
    before = set(psutil.Process().children(recursive=True))

    def run_(*steps, cleanup=(), variables=(), parameters=(), others=(), **how):
        made = sequence(
            "MainSequence", *steps, cleanup=cleanup, variables=variables, parameters=parameters
        )
        how.setdefault("options", RunOptions())
        return run_sequences(sequence_file(made, *others), tmp_path / "made.seq", **how)

    yield run_
    left = set(psutil.Process().children(recursive=True)) - before
    assert not [each for each in left if each.status() != psutil.STATUS_ZOMBIE]


OF_THREAD = python("", "", scope=1).action.interpreter


def _note(what):
    return python("module.py", "note", "ThisContext", f'"{what}"')


def _changed(made, **changes):
    return replace(made, action=replace(made.action, **changes))


def _do(function):
    return python("module.py", function, "ThisContext")


def _notes(folder):
    lines = (folder / "notes.txt").read_text().splitlines()
    return [line.split()[0] for line in lines]


def test_steps_use_the_context_and_give_values(run):
    """What NI's code modules use of TestStand is there, and variables are the sequence's own."""
    result = run(
        python("module.py", "use", "ThisContext", returns="Locals.name"),
        statement('Step.Result.ReportText = Locals.name + " " + Str(Locals.n)'),
        variables=(number("n"), text("name")),
        parameters=(number("p", 4.0),),
    )[0]
    assert result.status.value == "Passed", result.error
    assert result.main.steps[1].report == "module.py 5"
    values = result.main.steps[0].values
    assert [(each.name, each.direction, each.value) for each in values] == [
        ("Return Value", "Out", "module.py")
    ]


def test_objects_live_from_step_to_step(run):
    """An instance is made, kept in a variable, used, and read."""
    made = python("module.py", "", '"DUT"')
    create = _changed(
        made,
        operation=PythonOperation.CREATE_INSTANCE,
        scope=PythonScope.CLASS,
        class_name="Unit",
        instance_location="Locals.unit",
    )
    of_unit = {"scope": PythonScope.INSTANCE, "instance_location": "Locals.unit"}
    greet = _changed(python("", "greet", "2", returns="Locals.names"), **of_unit)
    name = _changed(
        python("", "name", returns="Locals.name"),
        operation=PythonOperation.GET_ATTRIBUTE,
        **of_unit,
    )
    variables = (scalar("unit", "Ref", None), scalars("names", "Strs"), text("name"))
    check = statement("Step.Result.ReportText = Locals.names[1] + Locals.name")
    result = run(create, greet, name, check, variables=variables)[0]
    assert result.status.value == "Passed", result.error
    assert result.main.steps[3].report == "DUTDUT"


def test_what_comes_back_has_the_type_that_the_step_declares(run):
    """A text in the place of a number is an error of the step, which shows what came."""
    declared = PythonArgument("Return Value", "Locals.ended", 1)
    made = run(_changed(_do("ended"), return_value=declared), variables=(text("ended"),))[0]
    broken = made.main.steps[0]
    assert broken.error == "What came back is a string; the step declares a Number."
    assert [each.value for each in broken.values] == [""]


def test_arrays_of_arrays_are_kept_as_they_are(run):
    """Numbers of a table do not become texts in the results."""
    made = run(python("module.py", "table", "ThisContext"))[0]
    assert made.main.steps[0].values[0].value == ((1.5, 2), ("a", None))


def test_interpreters_belong_to_their_scopes(run):
    """The global interpreter counts for both executions, that of an execution for itself alone."""
    variables = (number("all"), number("own"))
    results = run(
        *(python("module.py", "count", returns="Locals.all") for _ in range(2)),
        *(python("module.py", "count", returns="Locals.own", scope=2) for _ in range(2)),
        statement('Step.Result.ReportText = Str(Locals.all) + " " + Str(Locals.own)'),
        variables=variables,
        options=RunOptions(sockets=2),
    )
    reports = [each.main.steps[4].report.split() for each in results]
    assert max(float(report[0]) for report in reports) == 4
    assert [report[1] for report in reports] == ["2", "2"]


@pytest.mark.parametrize(
    ("scope", "counts"), [(InterpreterScope.EXECUTION, [1, 1]), (InterpreterScope.GLOBAL, [1, 2])]
)
def test_the_run_has_the_scope_that_steps_leave_to_the_adapter(run, scope, counts):
    """By default each socket has an interpreter: one that hangs takes nothing from the others."""
    count = python("module.py", "count", returns="Locals.x")
    interpreter = replace(count.action.interpreter, from_adapter=True)
    assert RunOptions().interpreter is InterpreterScope.EXECUTION
    results = run(
        _changed(count, interpreter=interpreter),
        variables=(number("x"),),
        options=RunOptions(sockets=2, interpreter=scope),
    )
    assert sorted(each.main.steps[0].values[0].value for each in results) == counts


def test_an_interpreter_of_a_thread_ends_with_it(run, tmp_path):
    """It is another one than its caller's, and has ended when the thread is awaited."""
    noted = replace(_note("thread"), action=replace(_note("thread").action, interpreter=OF_THREAD))
    start = call("Other", thread=1)
    check = python("module.py", "ended", "ThisContext", returns="Locals.ended")
    tell = statement("Step.Result.ReportText = Locals.ended")
    result = run(
        *(start, wait_for(start), check, tell),
        others=(sequence("Other", noted),),
        variables=(text("ended"),),
    )[0]
    pid = (tmp_path / "notes.txt").read_text().split()[-1]
    assert result.main.steps[3].report == f"ended {pid}", result


@pytest.mark.parametrize(
    ("function", "status", "said"),
    [
        ("fail", "Failed", ""),
        ("raise_", "Error", "ValueError: no unit in the fixture"),
        ("hang", "Error", "1 s"),
        ("crash", "Error", "3"),
    ],
)
def test_bad_steps_are_told_and_cleaned_up(run, tmp_path, function, status, said):
    """Failing, raising, hanging and crashing: the status, why, a Cleanup, and no process behind."""
    result = run(_do(function), cleanup=(_note("cleanup"),), options=RunOptions(step_timeout=1.0))[
        0
    ]
    broken = result.main.steps[0]
    assert (broken.status.value, result.status.value) == (status, status)
    assert said in broken.error
    assert _notes(tmp_path)[-1] == "cleanup"
    if function == "raise_":
        assert "about to" in broken.report
        assert "in raise_" in broken.report


def test_interpreters_end_in_good_order(run, tmp_path):
    """What the user's code does at its exit is done when the run returns."""
    run(_note("a"))
    pid = (tmp_path / "notes.txt").read_text().split()[-1]
    assert (tmp_path / f"ended {pid}").exists()


def _stopping(requests, tmp_path, times):
    """Return a listener that asks to stop once the step has begun in its interpreter."""

    def listen(event):
        if isinstance(event, StepStarted) and event.place.name in {"slow", "hang"}:
            deadline = time.monotonic() + 20
            while not (tmp_path / "notes.txt").exists():
                assert time.monotonic() < deadline
                os.sched_yield() if hasattr(os, "sched_yield") else time.sleep(0)
            for _ in range(times):
                requests.request()

    return listen


def test_a_stop_lets_a_python_step_end(run, tmp_path):
    """What it opens is known to Cleanup, which runs; the step behind it does not."""
    requests = StopRequests()
    result = run(
        *(_do("slow"), step("b")),
        cleanup=(_note("cleanup"),),
        requests=requests,
        listener=_stopping(requests, tmp_path, 1),
    )[0]
    assert _notes(tmp_path) == ["slow", "slept", "cleanup"]
    assert [each.status.value for each in result.main.steps] == ["Done", "Done"]
    assert result.status.value == "Terminated"


def test_a_second_stop_ends_a_python_step(run, tmp_path):
    """A step that hangs does not outlive the second Ctrl-C."""
    requests = StopRequests()
    result = run(
        _do("hang"),
        cleanup=(_note("cleanup"),),
        requests=requests,
        listener=_stopping(requests, tmp_path, 2),
    )[0]
    assert _notes(tmp_path) == ["hang"]
    assert [each.status.value for each in result.main.steps] == ["Terminated"]


def test_steps_that_wait_for_one_that_hangs_run_in_another_interpreter(run, tmp_path):
    """Of two sockets that hang in one interpreter both are told so, and both clean up."""
    results = run(
        _do("hang"),
        cleanup=(_note("cleanup"),),
        options=RunOptions(sockets=2, step_timeout=1.0),
    )
    for result in results:
        assert "had not come back after 1 s" in result.main.steps[0].error
        assert result.main.steps[1].status.value == "Done"
    assert _notes(tmp_path).count("hang") == 2
