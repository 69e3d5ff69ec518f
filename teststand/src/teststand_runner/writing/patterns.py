"""Which step of the templates is the pattern of which step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from teststand_runner.errors import TemplateError
from teststand_runner.model import (
    MeasurementCall,
    PythonCall,
    SequenceCall,
    SequenceFile,
    Step,
    ThreadOption,
    Wait,
    WaitTarget,
)
from teststand_runner.writing.markup import Node
from teststand_runner.writing.template import Template

_WAITS = {WaitTarget.THREAD: "thread", WaitTarget.EXECUTION: "execution"}
_HOW: Mapping[str, str] = {
    "PythonCall": "insert an Action with the Python adapter, and choose a function that "
    "has a parameter",
    "SequenceCall": "insert a Sequence Call of a sequence without parameters",
    "MeasurementCall": "insert a Measurement (of the measurement plug-in support), and choose a "
    "plug-in that has parameters",
    "UpdatePinMap": "insert an Update Pin Map (of the measurement plug-in support)",
    "thread": "insert a Wait for the thread of a Sequence Call",
    "time": "insert a Wait for a time",
}
_UNUSUAL: Mapping[str, object] = {
    "TS.UseMutex": True,
    "TS.SwitchEnabled": True,
    "TS.SData.IgnoreTerminate": True,
}


class StepKind(NamedTuple):
    """Steps that one can be the pattern of the other: they have the same properties.

    Attributes:
        type_name: Their step type.
        what: What they do.
    """

    type_name: str
    what: str

    def how(self) -> str:
        """Say how a template gets one."""
        what = _HOW.get(self.what, f"insert a step of the type {self.type_name}")
        return f"{self.type_name} ({self.what}): {what}"


@dataclass(frozen=True, eq=False)
class Pattern:
    """A step to write others like.

    Attributes:
        node: Its element.
        template: The file that it is in.
    """

    node: Node
    template: Template


def kind_of(step: Step) -> StepKind:
    """Return which kind a step is of."""
    action = step.action
    what = type(action).__name__
    if isinstance(action, Wait):
        what = next((word for target, word in _WAITS.items() if action.target == target), "time")
    elif isinstance(action, SequenceCall) and action.thread == ThreadOption.NEW_EXECUTION:
        what = "new execution"
    return StepKind(step.type_name, what)


def patterns_for(file: SequenceFile, templates: Sequence[Template]) -> dict[StepKind, Pattern]:
    """Return a pattern for each kind of step that a file has: of the first template with one.

    Raises:
        TemplateError: There are kinds that no template has; it says how to get them.
    """
    found: dict[StepKind, Pattern] = {}
    for template in templates:
        for step, node in template.steps():
            if kind_of(step) not in found and _is_usual(step):
                found[kind_of(step)] = Pattern(node, template)
    needed = dict.fromkeys(kind_of(step) for each in file.sequences for step in each.steps)
    missing = [kind for kind in needed if kind not in found]
    if missing:
        raise _lacking(missing, templates)
    return {kind: found[kind] for kind in needed}


def _is_usual(step: Step) -> bool:
    """Say whether nothing unusual is set in a step that would come along, and it has parameters."""
    for path, value in _UNUSUAL.items():
        found = step.properties.find(path)
        if found is not None and found.value == value:
            return False
    custom = step.properties.find("TS.CustomResults")
    if custom is not None and custom.elements:
        return False
    if isinstance(step.action, PythonCall):
        return step.action.return_value is not None and bool(step.action.arguments)
    if isinstance(step.action, MeasurementCall):
        return bool(step.action.inputs or step.action.outputs)
    return not (isinstance(step.action, SequenceCall) and step.action.arguments)


def _lacking(missing: Sequence[StepKind], templates: Sequence[Template]) -> TemplateError:
    names = ", ".join(each.name for each in templates)
    head = f"{names}: there is no step of these kinds to write others like"
    what = "Insert them in TestStand and save the file as XML, or give one more template with them."
    lines = [f"{head}, or only such with a mutex, switching or further results:"]
    return TemplateError("\n".join([*lines, *(f"- {kind.how()}" for kind in missing), what]))
