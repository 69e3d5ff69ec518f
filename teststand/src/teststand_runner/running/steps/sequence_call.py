"""Steps that call a sequence, in this thread or a new one."""

from __future__ import annotations

from teststand_runner.checking.sequence_calls import target_of
from teststand_runner.errors import quoted
from teststand_runner.expressions import ExpressionError, Refusal, converted
from teststand_runner.model import (
    Property,
    Sequence,
    SequenceArgument,
    SequenceCall,
    ThreadOption,
)
from teststand_runner.running.done import Done
from teststand_runner.running.errors import StepFailedError
from teststand_runner.running.evaluating import path_in, value_in
from teststand_runner.running.step_context import StepContext
from teststand_runner.running.steps.waiting import of_sequence
from teststand_runner.running.variables import Parameters, Reference, copied, value_of


def run_sequence_call(context: StepContext, call: SequenceCall) -> Done:
    """Call a sequence; in a new thread, only start it.

    Raises:
        StepFailedError: The sequence ended with an error, or an argument does not fit.
        StepStoppedError: It was terminated.
        ExpressionError: An argument cannot be evaluated.
    """
    sequence = target_of(call, context.frame.shared.file)
    if sequence is None:
        raise StepFailedError(f"This file has no sequence {quoted(call.sequence)}.")
    parameters = Parameters(_values(context, call, sequence))
    if call.thread == ThreadOption.NEW_THREAD:
        context.sequences.start(context.step, sequence, parameters, call.waits_at_end)
        return Done()
    return of_sequence(context.sequences.call(context.step, sequence, parameters), own=True)


def _values(context: StepContext, call: SequenceCall, sequence: Sequence) -> dict[str, object]:
    given = {each.name.lower(): each for each in call.arguments if not each.use_default}
    return {
        name: _value(context, given[name.lower()], parameter)
        if name.lower() in given
        else value_of(parameter)
        for name, parameter in sequence.parameters.properties.items()
    }


def _value(context: StepContext, argument: SequenceArgument, parameter: Property) -> object:
    """Return what a parameter gets: the caller's variable itself, or a copy of a value."""
    source = argument.expression
    path = path_in(context.scope, source) if parameter.by_reference else None
    if path is not None:
        context.scope.get(path)
        return Reference(context.scope, path)
    try:
        return copied(converted(value_in(context.scope, source), value_of(parameter)))
    except Refusal as refusal:
        what = f"The argument {quoted(argument.name)}: {refusal.what}"
        raise ExpressionError(what, source, 0) from None
