"""The types of the example file: as small as the reader admits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from teststand_runner.model.properties import Property
from teststand_runner.testing.building import (
    container,
    expression,
    instance,
    number,
    objects,
    path,
    scalars,
    text,
    truth,
)

UNSTRUCTURED, EXCLUDED = 0x200000, 0x80000

EXPRESSION = expression("Expression")
NO_MODULE = container("NoneStepAdditions", class_name="NoneModule")
SETTINGS = container(
    "TEInf",
    text("Id"),
    instance(NO_MODULE, "NoneModule", "SData"),
    instance(EXPRESSION, "ExprValue", "PreCond"),
    text("Mode", "Normal"),
    number("ResultOption", 1.0),
    truth("StepFCSeqF", True),
    truth("IgnoreRTE"),
    text("PassAct", "Next"),
    text("FailAct", "Next"),
    expression("FailActTarget"),
    text("LoopType", "NoLooping"),
    expression("LoopWhile"),
    expression("PreExpr"),
    expression("PostExpr"),
    expression("StatusExpr"),
)
PYTHON_ARGUMENT = container(
    "NI_PythonParameter",
    text("Name"),
    number("Type", 7.0),
    expression("ArgumentValue"),
    class_name="CPythonParameter",
)
PYTHON = container(
    "PythonStepAdditions",
    container(
        "PythonCall",
        truth("UseAdapterSettingsForInterpreterSession", True),
        number("InterpreterSessionScope", 3.0),
        text("PythonVersion"),
        text("PythonVirtualEnvironmentPath"),
        expression("InterpreterLocation"),
        truth("CreateIfInterpreterDoesNotExist", True),
        path("ModulePath"),
        number("OperationType", 1.0),
        number("OperationScope"),
        text("ClassName"),
        expression("ClassInstanceLocation"),
        text("FunctionOrAttributeName"),
        objects("Parameters"),
        class_name="CPythonCall",
    ),
    class_name="CPythonModule",
)
CALL = container(
    "SeqCallStepAdditions",
    path("SFPath"),
    expression("SFPathExpr"),
    text("SeqName"),
    expression("SeqNameExpr"),
    truth("UseCurFile", True),
    truth("SpecifyByExpr"),
    truth("RemoteExecution"),
    truth("AutoWaitAsync", True),
    expression("AsyncThreadExpr"),
    number("ThreadOpt"),
    class_name="SeqCallModule",
)
ARGUMENT = container(
    "SequenceArgument", truth("UseDef", True), expression("Expr"), number("ParamType", 2.0)
)
PARAMETER = container(
    "NI_MeasurementParameter",
    text("Name"),
    text("Direction"),
    number("ID", 0),
    text("Type"),
    number("Dimension", 0),
    text("TypeSpecialization", "None"),
    expression("ArgumentValue"),
    truth("Log", True),
    objects("EnumDefinition"),
)


def _settings(module: Property = NO_MODULE) -> Property:
    """Return the settings in a step type, with the module that its steps have by themselves."""
    module_of_type = replace(instance(module, module.class_name, "SData"), flags=UNSTRUCTURED)
    return instance(SETTINGS, "Obj", "TS", module_of_type)


def _step_type(name: str, *within: Property, module: Property = NO_MODULE) -> Property:
    menu = container("Menu", text("Group", "Demo"), flags=EXCLUDED)
    result = container("Result", text("Status"))
    return container(name, _settings(module), menu, result, *within, class_name="StepType")


_WAIT = (
    number("WaitForTarget"),
    expression("TimeExpr"),
    truth("SpecifyBySeqCall", True),
    text("SeqCallName"),
    expression("ThreadRefExpr"),
    truth("TimeoutEnabled"),
    expression("TimeoutExpr", "10"),
    truth("ErrorOnTimeout", True),
)
_MEASUREMENT = container("Measurement", text("Version"), text("Name"), objects("Parameters"))
_OTHERS = container(
    "DotNetStepAdditions", text("AssemblyPath"), scalars("Extra", "Strs"), class_name="DotNetModule"
)

TYPES: Mapping[str, Property] = {
    each.name: each
    for each in (
        *(EXPRESSION, NO_MODULE, SETTINGS, PYTHON_ARGUMENT, PYTHON, CALL, ARGUMENT, PARAMETER),
        _OTHERS,
        _step_type("Action"),
        _step_type("SequenceCall", module=CALL),
        _step_type("Statement"),
        _step_type("Label"),
        _step_type("NI_UpdatePinMap", path("PinMapPath")),
        _step_type("NI_Wait", *_WAIT),
        _step_type("NI_Measurement", _MEASUREMENT),
        _step_type("NI_Flow_If", expression("ConditionExpr")),
        _step_type("NI_Flow_End"),
        _step_type("Vendor", text("Setting"), module=_OTHERS),
    )
}
"""All types by name, each behind those that it uses."""
