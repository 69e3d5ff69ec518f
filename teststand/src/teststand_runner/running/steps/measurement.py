"""Steps that call a measurement plug-in."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from typing import Any

import grpc

from measurement_support.client import MeasurementClient
from session_sharing.errors import SharingError
from teststand_runner.errors import TestStandRunnerError, quoted
from teststand_runner.expressions.values import is_number, kind_of
from teststand_runner.model import MeasurementCall, MeasurementParameter
from teststand_runner.results import Scalar, Value
from teststand_runner.running.bounds import BEYOND, within
from teststand_runner.running.done import Done, recorded
from teststand_runner.running.errors import StepFailedError, StepStoppedError
from teststand_runner.running.evaluating import store, value_in
from teststand_runner.running.rpc import is_cancelled, text_of
from teststand_runner.running.step_context import StepContext
from teststand_runner.running.steps.parameters import matched, shown, signature

_NUMBERS = ("TypeDouble", "TypeFloat")


def run_measurement(context: StepContext, call: MeasurementCall) -> Done:
    """Measure, with the configurations of a step.

    Raises:
        StepFailedError: There is no such plug-in, it has other parameters than the step, it failed,
            or took too long; or an output cannot be stored.
        StepStoppedError: The execution ended meanwhile; the measurement was cancelled.
        ExpressionError: A configuration cannot be evaluated.
    """
    values = [(each, _input(context, each)) for each in call.inputs]
    taken = tuple(_value(each, value, "In") for each, value in values if each.log)
    with _told(context, taken):
        found = _measured(context, call, {each.id: value for each, value in values})
    given = tuple(_value(each, found[each.id], "Out") for each in call.outputs if each.log)
    with _told(context, taken + given):
        for each in call.outputs:
            store(context.scope, each.expression, found[each.id])
    return Done(values=taken + given)


@contextmanager
def _told(context: StepContext, values: tuple[Value, ...]) -> Iterator[None]:
    """Have what fails in this block end the step, with the values so far.

    Raises:
        StepFailedError: Something failed.
        StepStoppedError: The execution ended; a measurement was cancelled.
    """
    done = Done(values=values)
    try:
        yield
    except grpc.RpcError as error:
        if context.halt.is_set and is_cancelled(error):
            raise StepStoppedError("The measurement was cancelled.", done) from error
        raise StepFailedError(text_of(error), done) from error
    except StepStoppedError as error:
        raise StepStoppedError(str(error), done) from error
    except (SharingError, TestStandRunnerError) as error:
        raise StepFailedError(str(error), done) from error


def _measured(
    context: StepContext, call: MeasurementCall, values: Mapping[int, object]
) -> dict[int, Any]:
    """Call the plug-in of a step; return its outputs by their numbers."""
    deadline = time.monotonic() + context.step_timeout
    with _connected(context, call) as client:
        names = matched(call.inputs, client.described_configurations, "configuration")
        outputs = matched(call.outputs, client.described_outputs, "output")
        given = {names[number]: value for number, value in values.items()}
        found = _outputs(context, client, given, deadline)
    return {number: found[name] for number, name in outputs.items()}


def _connected(context: StepContext, call: MeasurementCall) -> MeasurementClient:
    """Find the plug-in of a step, and have it tell its parameters.

    Raises:
        StepFailedError: It does not answer, or not in time.
    """
    plug_in = f"The measurement plug-in {quoted(call.service_class)}"
    advice = "Look at what it does or logs, and start it again."
    seconds = context.step_timeout
    try:
        return within(
            seconds,
            context.halt,
            lambda: MeasurementClient(
                call.service_class, version=call.version, timeout=seconds + BEYOND
            ),
            late=f"{plug_in} has not told its parameters within {seconds:g} s. {advice}",
            discard=lambda client: client.close(),
        )
    except grpc.RpcError as error:
        raise StepFailedError(f"{plug_in} does not answer: {text_of(error)}. {advice}") from error


def _outputs(
    context: StepContext, client: MeasurementClient, given: Mapping[str, object], deadline: float
) -> dict[str, Any]:
    """Measure; what it takes too long for is cancelled.

    Raises:
        StepFailedError: A value is beyond what its field holds, or it took too long.
    """
    shared = context.frame.shared
    try:
        sites = shared.options.sites_of(shared.socket)
        run = client.start(shared.pin_map_id, sites, None, given)
    except (TypeError, ValueError) as error:
        raise StepFailedError(str(error)) from error
    with context.halt.on_cancel(run.cancel):
        try:
            return run.result(max(0.0, deadline - time.monotonic()))
        except FutureTimeoutError:
            run.cancel()
            raise StepFailedError(
                f"The measurement did not end within {context.step_timeout:g} s, and was cancelled."
            ) from None


def _input(context: StepContext, parameter: MeasurementParameter) -> object:
    value = value_in(context.scope, parameter.expression)
    if not parameter.dimensions:
        return _plain(parameter, value)
    if not isinstance(value, (list, tuple)):
        raise _does_not_fit(parameter, value)
    return [_plain(parameter, each) for each in value]


def _plain(parameter: MeasurementParameter, value: object) -> Scalar:
    """Return a value as the type that the step declares.

    Raises:
        StepFailedError: It is of another kind.
    """
    kind = parameter.type
    if kind == "TypeString" and isinstance(value, str):
        return value
    if kind == "TypeBool" and isinstance(value, bool):
        return value
    if kind in _NUMBERS and is_number(value):
        return float(value)
    is_whole = is_number(value) and math.isfinite(value) and int(value) == value
    if kind not in {"TypeString", "TypeBool"} and is_number(value) and is_whole:
        return int(value)
    raise _does_not_fit(parameter, value)


def _does_not_fit(parameter: MeasurementParameter, value: object) -> StepFailedError:
    wanted = shown(*signature(parameter))
    return StepFailedError(
        f"The configuration {quoted(parameter.name)} is {kind_of(value)}; it has to be {wanted}."
    )


def _value(parameter: MeasurementParameter, value: object, direction: str) -> Value:
    members = {number: name for name, number in parameter.enumeration.items()}
    member = members.get(value, "") if isinstance(value, int) else ""
    type_ = parameter.type.removeprefix("Type")
    return Value(parameter.name, direction, type_, recorded(value), member)
