"""Whether a measurement has the parameters that a step was made for."""

from __future__ import annotations

from collections.abc import Sequence

from measurement_support.parameters import Described
from teststand_runner.model import MeasurementParameter
from teststand_runner.running.errors import StepFailedError

_ADVICE = "Update the step to the measurement's parameters."


def matched(
    parameters: Sequence[MeasurementParameter], described: Sequence[Described], what: str
) -> dict[int, str]:
    """Return the names that a plug-in has for the parameters of a step, by their numbers.

    A step has all parameters of its plug-in. One that has no name in the step may have any.

    Args:
        parameters: Those of the step.
        described: Those of the plug-in.
        what: What they are: "configuration" or "output".

    Raises:
        StepFailedError: The plug-in has another parameter in the place of one, none, or more.
    """
    known = {each.number: each for each in described}
    for each in parameters:
        _require_same(each, known.get(each.id), what)
    numbers = {each.id for each in parameters}
    if missing := [each for each in described if each.number not in numbers]:
        names = ", ".join(f"{each.number} {each.name}" for each in missing)
        raise StepFailedError(f"The step lacks of the measurement's {what}s: {names}. {_ADVICE}")
    return {number: known[number].name for number in numbers}


def signature(parameter: MeasurementParameter) -> tuple[str, bool]:
    """Return the type of a step's parameter as a plug-in tells it, and whether it is an array."""
    return parameter.type.removeprefix("Type").lower(), parameter.dimensions > 0


def shown(type_: str, repeated: bool) -> str:
    """Return a type, for people."""
    return f"{type_}[]" if repeated else type_


def _require_same(parameter: MeasurementParameter, other: Described | None, what: str) -> None:
    wanted = signature(parameter)
    if other is not None and wanted == (other.type, other.repeated):
        if parameter.name in {"", other.name}:
            return
        raise StepFailedError(
            f"The step's {what} {parameter.id} is called {parameter.name}, the measurement's is "
            f"called {other.name}. {_ADVICE}"
        )
    found = f"{shown(other.type, other.repeated)} {other.name}" if other else "none"
    raise StepFailedError(
        f"The step's {what} {parameter.id} is {shown(*wanted)} {parameter.name}, the "
        f"measurement's is {found}. {_ADVICE}"
    )
