"""What is refused before a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from teststand_runner.checking import SequenceRefusedError, check
from teststand_runner.model import (
    CustomPostAction,
    MeasurementCall,
    MeasurementParameter,
    Other,
    PostAction,
    PythonArgument,
    SequenceArgument,
    UpdatePinMap,
)
from teststand_runner.reading.sequence_file import sequences_of
from teststand_runner.results import Event
from teststand_runner.running import run_sequences
from teststand_runner.testing.building import container, number, objects, text, truth
from teststand_runner.testing.example import example_file
from teststand_runner.testing.making import (
    call,
    flow,
    looped,
    python,
    sequence,
    sequence_file,
    statement,
    step,
    wait_for,
)


def _problems(*steps, **groups):
    return check(sequence_file(sequence("MainSequence", *steps, **groups)), "MainSequence")


def _with(*properties):
    made = step("a")
    return replace(made, properties=container("a", container("TS", *properties)))


def _changed(made, **changes):
    return replace(made, action=replace(made.action, **changes))


def _input(**changes):
    parameter = MeasurementParameter("x", 1, "TypeDouble", 0, "None", "1", True, {}, "")
    inputs = (replace(parameter, **changes),)
    return step("a", MeasurementCall("demo.Measure", "", inputs, ()))


NEXT = PostAction("Next", "")
REFUSED = {
    "type": step("a", type_name="NumericLimitTest"),
    "TS.SData": step("a", Other("FlexCStepAdditions"), type_name="Action"),
    "TS.Mode": step("a", mode="Sometimes"),
    "TS.LoopType": step("a", loop=replace(looped("True"), kind="Endless")),
    "TS.LoopWhile": step("a", loop=looped("")),
    "TS.PassAct": step("a", on_pass=PostAction("Break", "")),
    "TS.FailActTarget": step("a", on_fail=PostAction("Goto", '"nowhere"')),
    "TS.ResultOption": step("a", result_recording=7),
    "TS.PreCond": step("a", precondition="Locals.x >"),
    "TS.PostExpr": statement("RunState.Engine.Quit = True"),
    "TS.CustExpr": step(
        "a", on_custom=CustomPostAction("GetNumElements(Locals.ResultList) > 1", NEXT, NEXT)
    ),
    "TS.PreExpr": step("a", pre_expression="Step.TS.Mode = 1"),
    "TS.StatusExpr": step("a", status_expression="CheckLimits(1)"),
    "PinMapPath": step("a", UpdatePinMap("")),
    "TS.UseMutex": _with(truth("UseMutex", True)),
    "TS.CustomResults": _with(objects("CustomResults", text("one", "x"))),
    "TS.Unheard": _with(number("Unheard", 3)),
    "TS.SData.SeqName": call("Nothing"),
    "TS.SData.ThreadOpt": call("MainSequence", thread=2),
    "TS.SData.SpecifyByExpr": _changed(call("MainSequence"), by_expression=True),
    "TS.SData.UseCurFile": _changed(call("MainSequence"), use_current_file=False),
    "TS.SData.RemoteExecution": _changed(call("MainSequence"), remote=True),
    "TS.SData.CreateThreadSuspended": _changed(call("MainSequence"), suspended=True),
    "TS.SData.AsyncThreadExpr": _changed(call("MainSequence"), thread_expression="Locals.t"),
    "TS.SData.ActualArgs.p": call("MainSequence", SequenceArgument("p", True, "", 2)),
    "SeqCallName": wait_for(step("b")),
    "WaitForTarget": _changed(wait_for(step("b")), target=3),
    "TS.SData.PythonCall.InterpreterSessionScope": python("m.py", "f", scope=0),
    "TS.SData.PythonCall.OperationType": _changed(python("m.py", "f"), operation=9),
    "TS.SData.PythonCall.ModulePath": python("", "f"),
    "TS.SData.PythonCall.FunctionOrAttributeName": python("m.py", ""),
    "TS.SData.PythonCall.Parameters[1].ArgumentValue": python("m.py", "f", ""),
    "TS.SData.PythonCall.Parameters[0].Type": _changed(
        python("m.py", "f"), return_value=PythonArgument("Return Value", "", 6)
    ),
    "TS.SData.PythonCall.Parameters[0].ArgumentValue": python("m.py", "f", returns="1"),
    "TS.SData.PythonCall.ClassInstanceLocation": _changed(python("m.py", "f"), scope=2),
    "Measurement.Parameters[0].Type": _input(type="TypeMessage"),
    "Measurement.Parameters[0].Dimension": _input(dimensions=2),
    "Measurement.Parameters[0].ArgumentValue": _input(expression="NoSuch(1)"),
}


@pytest.mark.parametrize("property_", REFUSED)
def test_what_is_not_done_is_refused(property_):
    """The problem names the sequence, the step with its group, and the property."""
    made = REFUSED[property_]
    found = {problem.property: problem for problem in _problems(made)}
    assert property_ in found
    problem = found[property_]
    assert (problem.sequence, problem.step) == ('sequence "MainSequence"', f'Main "{made.name}"')
    assert problem.what
    assert problem.remedy


@pytest.mark.parametrize(
    "steps",
    [
        (flow("If", "True"),),
        (flow("End"),),
        (flow("Else"), flow("End")),
        (flow("If", "True"), flow("Else"), flow("ElseIf", "True"), flow("End")),
        (flow("While", "True"), flow("Else"), flow("End")),
        (flow("Select"), flow("End")),
        (flow("If"), flow("End")),
        (flow("For", "True"), flow("End")),
        (replace(flow("If", "True"), mode="Skip"), flow("End")),
    ],
)
def test_blocks_that_are_not_in_order_are_refused(steps):
    """No part of a block runs that cannot be told to be its right one."""
    assert _problems(*steps)


def test_what_is_in_order_is_not_refused():
    """Everything that the runner does passes its checks, with TestStand's defaults around it."""
    a = call("MainSequence", thread=1)
    steps = (
        *(flow("If", "Locals.x > 1"), step("b"), flow("ElseIf", "False"), flow("Else")),
        *(flow("End"), a, wait_for(a, "5"), python("m.py", "f", "ThisContext", returns="Locals.x")),
        *(_input(), step("c", UpdatePinMap('"a.pinmap"')), step("d", loop=looped("False"))),
        _with(text("Icon", "x.ico"), number("BatchSyncOpt", 2.0), truth("UseMutex", False)),
    )
    assert _problems(*steps, variables=(number("X"),)) == []


@pytest.mark.parametrize("name", ["Locals.x", "Parameters.x", "FileGlobals.x"])
def test_variables_that_are_not_declared_are_refused(name):
    """What is in no table of the file is no variable, whether it is read, set or stored to."""
    for made in (
        statement(f"{name} + 1"),
        statement(f"{name} = 1"),
        python("m", "f", returns=name),
    ):
        assert [each.what for each in _problems(made)] == [f'"{name}" is not declared.']


@pytest.mark.parametrize("path", ["x.pinmap", "../x.pinmap", "C:/x.pinmap"])
def test_a_text_without_quotes_is_told_how_to_write_it(path):
    """Who forgets the quotes within an expression is shown them, other errors have no such hint."""
    (told,) = map(str, _problems(step("pin map", UpdatePinMap(path))))
    assert f"""has quotes of its own: "{path}", in a definition '"{path}"'.""" in told
    (told,) = map(str, _problems(statement("Locals.x +")))
    assert "quotes" not in told


def test_what_is_not_run_need_not_be_supported():
    """Skipped and forced steps, and sequences that nobody calls, are not looked at."""
    odd = step("a", type_name="MessagePopup")
    file = sequence_file(
        sequence("MainSequence", replace(odd, mode="Skip"), replace(odd, mode="Fail")),
        sequence("Other", odd),
    )
    assert check(file, "MainSequence") == []
    assert check(file, "other")[0].property == "type"


def test_called_sequences_are_checked():
    """A problem in a sequence that is called by another one is found before anything runs."""
    odd = step("odd", type_name="MessagePopup")
    file = sequence_file(
        sequence("MainSequence", call("A")), sequence("A", call("B")), sequence("B", odd)
    )
    assert [each.sequence for each in check(file, "MainSequence")] == ['sequence "B"']


def test_a_sequence_that_is_not_there_is_refused():
    """The text names those that there are."""
    problem = check(sequence_file(sequence("A"), sequence("B")), "MainSequence")[0]
    assert '"A", "B"' in problem.remedy


def test_properties_of_files_and_sequences_are_checked():
    """What they say and the runner does not know, or does not do, is refused; harmless is not."""
    callback = replace(
        sequence("MainSequence"),
        properties=container("x", container("RTS", number("Type", 1)), truth("Unheard", True)),
    )
    told = (number("ModelOption", 2), text("Version", "1.0.0.0"))
    file = replace(sequence_file(callback), properties=container("Data", *told, text("Zip", "a")))
    found = [(each.sequence, each.property) for each in check(file, "MainSequence")]
    of_sequence = 'sequence "MainSequence"'
    of_file = [("the file", "ModelOption"), ("the file", "Zip")]
    assert found == [*of_file, (of_sequence, "RTS.Type"), (of_sequence, "Unheard")]


def test_callbacks_that_would_run_by_themselves_are_refused():
    """What TestStand runs without a call is not left out in silence; empty ones do nothing."""
    typed = replace(
        sequence("PreUUT", step("a")),
        properties=container("PreUUT", container("RTS", number("Type", 7.0))),
    )
    main, empty = sequence("MainSequence", step("a")), sequence("SequenceFileLoad")
    file = sequence_file(main, empty, sequence("SequenceFilePreStep", step("a")), typed)
    found = [(each.sequence, each.property) for each in check(file, "MainSequence")]
    assert found == [('sequence "SequenceFilePreStep"', ""), ('sequence "PreUUT"', "RTS.Type")]
    assert check(sequence_file(main, empty), "MainSequence") == []


def test_a_whole_file_is_checked_by_its_properties():
    """Of the example with a step of each kind, exactly what the runner does not do is refused."""
    found = {
        (problem.step, problem.property)
        for problem in check(sequences_of(example_file()), "MainSequence")
    }
    assert {step for step, _ in found} == {
        'Main "Of somebody"',
        'Main "Wait for it"',
        'Main "Measure"',
    }


def test_nothing_runs_of_what_is_refused(tmp_path):
    """All problems are told at once, and no step before them has run."""
    told: list[Event] = []
    file = sequence_file(
        sequence("MainSequence", step("a"), step("b", mode="x"), step("c", type_name="Popup"))
    )
    with pytest.raises(SequenceRefusedError) as refused:
        run_sequences(file, Path(tmp_path) / "made.seq", listener=told.append)
    assert told == []
    assert len(str(refused.value).splitlines()) == 3
