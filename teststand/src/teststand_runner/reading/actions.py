"""From the properties of a step to what it does."""

from __future__ import annotations

from collections.abc import Callable

from teststand_runner.model.actions import (
    Action,
    Flow,
    Label,
    MeasurementCall,
    MeasurementParameter,
    Other,
    Statement,
    UpdatePinMap,
    Wait,
)
from teststand_runner.model.properties import Property
from teststand_runner.reading.calls import read_python_call, read_sequence_call
from teststand_runner.reading.looking import Look

FLOW = "NI_Flow_"
NO_MODULE = "NoneModule"
"""The class of the settings of a step without a module."""

_OF_THE_ENGINE = ("TS", "Result")


def read_action(look: Look, definition: Property | None) -> Action:
    """Return what a step does.

    The settings of its module are its own, or, where it has none, those of its type.

    Args:
        look: The step.
        definition: Its type; None if it is locked.

    Raises:
        UnexpectedPropertyError: A property is missing, or of another kind.
    """
    own = look.maybe("TS.SData")
    read = _reader(look.property.type_name)
    if read is not None and (own is None or own.property.class_name == NO_MODULE):
        return read(look)
    inherited = definition.find("TS.SData") if definition is not None else None
    if own is None and inherited is not None:
        own = Look(inherited, f"{look.path}.TS.SData", look.unit)
    return _module(own)


def _module(settings: Look | None) -> Action:
    if settings is None:
        return Other("")
    if settings.property.class_name == "CPythonModule":
        return read_python_call(settings.at("PythonCall"))
    if settings.property.class_name == "SeqCallModule":
        return read_sequence_call(settings)
    return Other(settings.property.type_name or settings.property.class_name)


def _reader(type_name: str) -> Callable[[Look], Action] | None:
    """Return what reads the steps of a type, if it is one that is understood."""
    return _flow if type_name.startswith(FLOW) else _BUILT_IN.get(type_name)


def _flow(look: Look) -> Flow:
    expressions = {
        name: str(each.value)
        for name, each in look.property.properties.items()
        if each.class_name == "ExprValue" and name not in _OF_THE_ENGINE
    }
    return Flow(look.property.type_name.removeprefix(FLOW), expressions)


def _pin_map(look: Look) -> UpdatePinMap:
    return UpdatePinMap(look.text("PinMapPath"))


def _statement(look: Look) -> Statement:
    return Statement(look.text("TS.PostExpr"))


def _label(_look: Look) -> Label:
    return Label()


def _wait(look: Look) -> Wait:
    return Wait(
        target=look.integer("WaitForTarget"),
        time=look.text("TimeExpr"),
        by_call=look.truth("SpecifyBySeqCall", False),
        call=look.text("SeqCallName", ""),
        thread=look.text("ThreadRefExpr", ""),
        execution=look.text("ExecutionRefExpr", ""),
        timeout=look.text("TimeoutExpr") if look.truth("TimeoutEnabled", False) else None,
        error_on_timeout=look.truth("ErrorOnTimeout", False),
    )


def _measurement(look: Look) -> MeasurementCall:
    call = look.at("Measurement")
    parameters = [(each.text("Direction"), each) for each in call.elements("Parameters")]
    for direction, each in parameters:
        if direction not in {"In", "Out"}:
            raise each.wrong("a parameter is neither In nor Out.", "Direction")
    return MeasurementCall(
        service_class=call.text("Name"),
        version=call.text("Version", ""),
        inputs=tuple(_parameter(each) for direction, each in parameters if direction == "In"),
        outputs=tuple(_parameter(each) for direction, each in parameters if direction == "Out"),
    )


def _parameter(look: Look) -> MeasurementParameter:
    return MeasurementParameter(
        name=look.text("Name"),
        id=look.integer("ID"),
        type=look.text("Type"),
        dimensions=look.integer("Dimension"),
        specialization=look.text("TypeSpecialization", "None"),
        expression=look.text("ArgumentValue"),
        log=look.truth("Log", True),
        enumeration=_enumeration(look),
        message_type=look.text("MessageType", ""),
    )


def _enumeration(look: Look) -> dict[str, int]:
    if look.maybe("EnumDefinition") is None:
        return {}
    members: dict[str, int] = {}
    for index, each in enumerate(look.elements("EnumDefinition", "Num")):
        if each.property.name in members:
            raise each.wrong(f"member {index} of the enumeration is there twice.")
        members[each.property.name] = each.integer()
    return members


_BUILT_IN: dict[str, Callable[[Look], Action]] = {
    "Label": _label,
    "NI_Measurement": _measurement,
    "NI_UpdatePinMap": _pin_map,
    "NI_Wait": _wait,
    "Statement": _statement,
}
