"""What the steps of a definition do, as the properties that TestStand has for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from teststand_runner.definition.measurements import measurement_of
from teststand_runner.definition.python_calls import python_call_of
from teststand_runner.definition.tables import Table
from teststand_runner.definition.tree import Expression, Path, Plain, property_of
from teststand_runner.model import Property, ThreadOption, WaitTarget

_THREADS = {"same": ThreadOption.SAME_THREAD, "new": ThreadOption.NEW_THREAD}
_FLOWS = ("If", "ElseIf", "Else", "While", "End")
_WITH_CONDITION = ("If", "ElseIf", "While")


@dataclass(frozen=True)
class Kind:
    """What a step does.

    Attributes:
        type_name: Its step type.
        module: The settings of its module; None if it has none.
        own: The properties that its type has besides those of all steps.
        statement: Its expression, if it is a statement; None if it is none.
    """

    type_name: str
    module: Property | None = None
    own: Mapping[str, Plain] = field(default_factory=dict)
    statement: str | None = None


def python_step(table: Table) -> Kind:
    """Return what `python` says: a call of a function in a module."""
    return Kind("Action", module=python_call_of(table))


def measurement_step(table: Table) -> Kind:
    """Return what `measurement` says: a call of a measurement plug-in."""
    return Kind("NI_Measurement", own={"Measurement": measurement_of(table)})


def pin_map_step(table: Table) -> Kind:
    """Return what `pin_map` says: the pin map that the execution uses from here on."""
    return Kind("NI_UpdatePinMap", own={"PinMapPath": Path(table.text("pin_map"))})


def statement_step(table: Table) -> Kind:
    """Return what `statement` says: an expression."""
    return Kind("Statement", statement=table.text("statement"))


def label_step(table: Table) -> Kind:
    """Return what `label = true` says: nothing."""
    if not table.truth("label", True):
        raise table.wrong("label", "a label has `label = true`.")
    return Kind("Label")


def flow_step(table: Table) -> Kind:
    """Return what `flow` says: that a block begins, parts or ends."""
    kind = table.choice("flow", _FLOWS)
    if kind not in _WITH_CONDITION:
        return Kind(f"NI_Flow_{kind}")
    return Kind(f"NI_Flow_{kind}", own={"ConditionExpr": Expression(table.text("condition"))})


def call_step(table: Table) -> Kind:
    """Return what `call` says: a call of a sequence of this file."""
    settings: dict[str, Plain] = {
        "SFPath": Path(""),
        "SFPathExpr": Expression(""),
        "SeqName": table.name("call"),
        "SeqNameExpr": Expression(""),
        "UseCurFile": True,
        "SpecifyByExpr": False,
        "RemoteExecution": False,
        "AutoWaitAsync": table.truth("wait_at_end", True),
        "CreateThreadSuspended": False,
        "AsyncThreadExpr": Expression(""),
        "ThreadOpt": float(_THREADS[table.choice("thread", tuple(_THREADS), "same")]),
    }
    names = {"class_name": "SeqCallModule", "type_name": "SeqCallStepAdditions"}
    return Kind("SequenceCall", module=property_of("SData", settings, **names))


def wait_step(table: Table) -> Kind:
    """Return what `wait` says: a wait for some seconds."""
    seconds = table.text("wait")
    return Kind("NI_Wait", own=_wait(WaitTarget.TIME_INTERVAL, time=seconds))


def thread_wait_step(table: Table, call_id: str) -> Kind:
    """Return what `wait_for` says: a wait for the thread of a sequence call.

    Args:
        table: The step.
        call_id: The id of the step with the call.
    """
    timeout = table.text("timeout", "")
    return Kind(
        "NI_Wait",
        own=_wait(
            WaitTarget.THREAD,
            call=call_id,
            timeout=timeout,
            error=table.truth("timeout_is_error", True),
        ),
    )


def _wait(
    target: WaitTarget, *, time: str = "", call: str = "", timeout: str = "", error: bool = True
) -> dict[str, Plain]:
    return {
        "TimeoutEnabled": bool(timeout),
        "ErrorOnTimeout": error,
        "ThreadRefExpr": Expression(""),
        "SeqCallName": call,
        "TimeoutExpr": Expression(timeout),
        "WaitForTarget": float(target),
        "TimeExpr": Expression(time),
        "ExecutionRefExpr": Expression(""),
        "SpecifyBySeqCall": True,
    }
