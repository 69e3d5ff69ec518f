"""Which module does what a step does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from teststand_runner.model import (
    Action,
    Label,
    MeasurementCall,
    Other,
    PythonCall,
    SequenceCall,
    Statement,
    UpdatePinMap,
    Wait,
)
from teststand_runner.running.done import Done
from teststand_runner.running.step_context import StepContext
from teststand_runner.running.steps.measurement import run_measurement
from teststand_runner.running.steps.nothing import run_nothing
from teststand_runner.running.steps.pin_map import run_pin_map
from teststand_runner.running.steps.python_call import run_python
from teststand_runner.running.steps.sequence_call import run_sequence_call
from teststand_runner.running.steps.statement import run_statement
from teststand_runner.running.steps.waiting import run_wait

_RUNNERS: dict[type, Callable[[StepContext, Any], Done]] = {
    Label: run_nothing,
    MeasurementCall: run_measurement,
    Other: run_nothing,  # checked: without a module
    PythonCall: run_python,
    SequenceCall: run_sequence_call,
    Statement: run_statement,
    UpdatePinMap: run_pin_map,
    Wait: run_wait,
}


def run_action(context: StepContext, action: Action) -> Done:
    """Do what a step does.

    Raises:
        TestStandRunnerError: It cannot be done, or broke; the text says why. `StepStoppedError` if
            the execution ended meanwhile.
    """
    return _RUNNERS[type(action)](context, action)
