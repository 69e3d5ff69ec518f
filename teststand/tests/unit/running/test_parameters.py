"""Whether a measurement has the parameters of a step."""

from __future__ import annotations

import pytest

from measurement_support.parameters import Described
from teststand_runner.model import MeasurementParameter
from teststand_runner.running.errors import StepFailedError
from teststand_runner.running.steps.parameters import matched

PLUG_IN = (
    Described(1, "interval", "double", False, {}),
    Described(2, "reserve_timeout", "double", False, {}),
)


def _step(*names: str) -> list[MeasurementParameter]:
    return [
        MeasurementParameter(name, number, "TypeDouble", 0, "None", "1", True, {}, "")
        for number, name in enumerate(names, 1)
    ]


def test_parameters_that_are_the_same_match() -> None:
    """Each value goes to the parameter of its number; one without a name in the step, too."""
    names = {1: "interval", 2: "reserve_timeout"}
    assert matched(_step("interval", "reserve_timeout"), PLUG_IN, "configuration") == names
    assert matched(_step("", ""), PLUG_IN, "configuration") == names


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            ("reserve_timeout", "interval"),
            "configuration 1 is called reserve_timeout, the measurement's is called interval",
        ),
        (("interval",), "lacks of the measurement's configurations: 2 reserve_timeout"),
        ((), "configurations: 1 interval, 2 reserve_timeout"),
        (("interval", "reserve_timeout", "x"), "configuration 3 is double x, .* is none"),
    ],
)
def test_other_parameters_are_refused(names: tuple[str, ...], said: str) -> None:
    """No value goes to another parameter than the step names, though its type be the same."""
    with pytest.raises(StepFailedError, match=said):
        matched(_step(*names), PLUG_IN, "configuration")
