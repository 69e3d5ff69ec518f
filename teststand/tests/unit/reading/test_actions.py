"""What steps do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from teststand_runner.errors import UnexpectedPropertyError
from teststand_runner.model import (
    Action,
    Flow,
    Interpreter,
    Label,
    MeasurementCall,
    Other,
    Property,
    PythonArgument,
    PythonCall,
    PythonOperation,
    PythonScope,
    SequenceArgument,
    SequenceCall,
    Statement,
    ThreadOption,
    UpdatePinMap,
    Wait,
    WaitTarget,
)
from teststand_runner.reading.actions import read_action
from teststand_runner.reading.looking import Look
from teststand_runner.reading.sequence_file import sequences_of
from teststand_runner.testing import example_file
from teststand_runner.testing.building import container, objects, text, with_changes, without

EXAMPLE = example_file()
STEPS = {step.name: step for step in sequences_of(EXAMPLE).sequences[0].steps}


def action(step: Property, definition: Property | None = None) -> Action:
    return read_action(Look(step, "Step", "line"), definition)


def test_python_call() -> None:
    """A Python step has its module, function, arguments, result and interpreter."""
    assert STEPS["Call Python"].action == PythonCall(
        module="code\\module.py",
        operation=PythonOperation.CALL,
        scope=PythonScope.MODULE,
        class_name="Left.Over",
        instance_location="",
        member="create",
        return_value=PythonArgument("Return Value", "Locals.Voltage", 7),
        arguments=(
            PythonArgument("context", "ThisContext", 7),
            PythonArgument("pin", '"A"', 7),
        ),
        interpreter=Interpreter(True, 3, "", "", "", True),
    )


def test_measurement_call() -> None:
    """A measurement step has its service, version, configurations and outputs."""
    call = STEPS["Measure"].action
    assert isinstance(call, MeasurementCall)
    assert (call.service_class, call.version) == ("demo.Measure_Python", "1.2.3")
    assert [(each.id, each.name, each.type, each.dimensions) for each in call.inputs] == [
        (1, "pins", "TypeString", 1),
        (2, "kind", "TypeDouble", 0),
    ]
    assert call.inputs[1].enumeration == {"DC_VOLTS": 0, "AC_VOLTS": 1}
    assert [(each.name, each.log, each.expression) for each in call.outputs] == [
        ("value", False, "")
    ]


def test_sequence_call() -> None:
    """A sequence call has its target, its thread and its arguments."""
    call = STEPS["Call in a new thread"].action
    assert isinstance(call, SequenceCall)
    assert (call.sequence, call.use_current_file) == ("Called", True)
    assert (call.thread, call.waits_at_end) == (ThreadOption.NEW_THREAD, True)
    assert call.arguments == (
        SequenceArgument("Level", False, "Locals.Voltage", 2),
        SequenceArgument("Result", True, "", 2),
    )


def test_built_in_steps() -> None:
    """The steps of the engine that sequences of sharing need are understood."""
    assert STEPS["Pin map"].action == UpdatePinMap('"..\\maps\\Demo.pinmap"')
    assert STEPS["Add"].action == Statement("Locals.Voltage += 1,\n2 < 3")
    assert STEPS["here"].action == Label()
    assert STEPS["If"].action == Flow("If", {"ConditionExpr": "Locals.Voltage > 1"})
    assert STEPS["End"].action == Flow("End", {})
    assert STEPS["Wait for it"].action == Wait(
        WaitTarget.THREAD, "", True, "ID#:x", "", "", "10", True
    )


def test_no_module_is_said() -> None:
    """A step without a module is told apart from one whose module is not understood."""
    assert STEPS["nothing"].action == Other("NoneStepAdditions")
    assert STEPS["Of somebody"].action == Other("DotNetStepAdditions")


def test_module_of_the_type_counts() -> None:
    """A step whose type brings a module calls that, though the step itself says nothing of it."""
    module = STEPS["Call Python"].properties.find("TS.SData")
    assert module is not None
    step = Property("mine", "Step", "Own", properties={"TS": container("TS")})
    definition = container("Own", container("TS", module))
    assert action(step, definition) == STEPS["Call Python"].action
    assert action(step) == Other("")


def test_module_of_a_built_in_step_counts() -> None:
    """A step of the engine with a module that it has not by itself is not taken for a plain one."""
    module = replace(container("SData", class_name="DotNetModule"), type_name="DotNetStepAdditions")
    label = STEPS["here"].properties
    step = with_changes(label, with_changes(label.properties["TS"], module))
    assert action(step) == Other("DotNetStepAdditions")


def test_parameter_has_a_direction() -> None:
    """A measurement's parameter that is neither configuration nor output is refused by name."""
    step = STEPS["Measure"].properties
    call = step.properties["Measurement"]
    odd = with_changes(call.properties["Parameters"].elements[0], text("Direction", "Sideways"))
    changed = with_changes(step, with_changes(call, objects("Parameters", odd)))
    with pytest.raises(UnexpectedPropertyError, match=r"Parameters\[0\].Direction: .* neither"):
        action(changed)


def test_what_a_call_needs_is_there() -> None:
    """A call without what it calls is refused, not made with an empty name."""
    settings = STEPS["Call Python"].properties.properties["TS"]
    module = settings.properties["SData"]
    call = without(module.properties["PythonCall"], "ModulePath")
    step = container("s", with_changes(settings, with_changes(module, call)), class_name="Step")
    with pytest.raises(UnexpectedPropertyError, match=r"PythonCall.ModulePath: .* missing"):
        action(step)
