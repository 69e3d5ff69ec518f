"""A sequence file with each kind of step, made here."""

from __future__ import annotations

from dataclasses import replace

from teststand_runner.model.properties import (
    PASS_BY_REFERENCE,
    FileInformation,
    Property,
    PropertyFile,
)
from teststand_runner.testing.building import (
    container,
    expression,
    instance,
    number,
    objects,
    path,
    scalar,
    scalars,
    text,
    truth,
    with_changes,
)
from teststand_runner.testing.example_types import (
    ARGUMENT,
    CALL,
    PARAMETER,
    PYTHON,
    PYTHON_ARGUMENT,
    TYPES,
)


def example_file(form: str = "XML") -> PropertyFile:
    """Return the file as it is read from XML, or from `binary` form.

    Two sequences: the first has each kind of step, the second is called by the first.
    """
    unit = "line" if form == "XML" else "inflated offset"
    return PropertyFile(
        FileInformation(form, 962, "2021 SP1 (21.1.0.49154)", unit), TYPES, 0, _data()
    )


def small_file() -> PropertyFile:
    """Return the file with nothing but the second sequence, as it is read from XML."""
    used = ("Expression", "NoneStepAdditions", "TEInf", "Statement")
    data = with_changes(_data(), objects("Seq", _called_sequence()))
    types = {name: TYPES[name] for name in used}
    return replace(example_file(), types=types, data=data)


def _data() -> Property:
    return container(
        "Data",
        objects("Seq", _main_sequence(), _called_sequence()),
        _globals(),
        number("Type"),
        class_name="SequenceFileData",
    )


def _globals() -> Property:
    return container(
        "FileGlobalDefaults",
        container("MeasurementPlugIns", truth("EnableMonitoring")),
        text("Greeting", 'a "quoted" <text> & more\nin two lines, µ and 電圧'),
        number("Factor", -2.5e-3),
        number("Count", 7),
        scalar("Reference", "Ref", None),
        scalars("Names", "Strs", "a", "", "c"),
        scalars("Levels", "Nums", 0.5, 1.0),
        scalars("Truths", "Bools", True, False),
        scalars("Nothing", "Strs"),
        text("name with spaces", "x"),
    )


def _main_sequence() -> Property:
    return sequence(
        "MainSequence",
        setup=(_pin_map(), _python_call()),
        main=(
            *(_measurement(), _sequence_call(), _wait(), _statement(), _if(), _skipped()),
            *(_step("NI_Flow_End", "End"), _step("Label", "here"), _vendor()),
        ),
        cleanup=(_step("Action", "nothing"), _attribute()),
    )


def _called_sequence() -> Property:
    level = number("Level", 3.3)
    result = scalar("Result", "Num", 0.0, flags=PASS_BY_REFERENCE)
    return sequence("Called", (level, result), main=(_statement(),))


def sequence(
    name: str,
    parameters: tuple[Property, ...] = (),
    *,
    setup: tuple[Property, ...] = (),
    main: tuple[Property, ...] = (),
    cleanup: tuple[Property, ...] = (),
) -> Property:
    """Return a sequence with its steps, in the order of properties in which TestStand writes."""
    return container(
        name,
        container("Parameters", *parameters),
        container("Locals", objects("ResultList"), number("Voltage")),
        objects("Main", *main),
        objects("Setup", *setup),
        objects("Cleanup", *cleanup),
        class_name="Sequence",
    )


def _step(
    type_name: str, name: str, *changes: Property, settings: tuple[Property, ...] = ()
) -> Property:
    """Return a step: its type's properties, with changes, and with changed settings."""
    blank = instance(TYPES[type_name], "Step", name)
    identity = text("Id", f"ID#:{name.encode().hex()[:21]:A<21}A")
    changed = with_changes(blank.properties["TS"], identity, *settings)
    found = with_changes(blank, changed, *changes)
    return Property(name, "Step", type_name, properties=found.properties)


def _pin_map() -> Property:
    return _step("NI_UpdatePinMap", "Pin map", path("PinMapPath", '"..\\maps\\Demo.pinmap"'))


def _python_argument(name: str, value: str) -> Property:
    changes = (text("Name", name), expression("ArgumentValue", value))
    return instance(PYTHON_ARGUMENT, "CPythonParameter", "", *changes)


def _python(
    member: str, scope: float, *arguments: tuple[str, str], operation: float = 1.0
) -> Property:
    parameters = (_python_argument(name, value) for name, value in arguments)
    call = with_changes(
        instance(PYTHON, "CPythonModule", "SData").properties["PythonCall"],
        path("ModulePath", "code\\module.py"),
        text("FunctionOrAttributeName", member),
        text("ClassName", "Left.Over"),
        number("OperationType", operation),
        number("OperationScope", scope),
        objects("Parameters", *parameters),
    )
    return instance(PYTHON, "CPythonModule", "SData", call)


def _python_call() -> Property:
    arguments = (("Return Value", "Locals.Voltage"), ("context", "ThisContext"), ("pin", '"A"'))
    return _step("Action", "Call Python", settings=(_python("create", 0.0, *arguments),))


def _attribute() -> Property:
    module = _python("level", 1.0, ("Return Value", ""), operation=2.0)
    return _step("Action", "Get attribute", settings=(module,))


def _parameter(name: str, direction: str, number_: int, *changes: Property) -> Property:
    identity = (text("Name", name), text("Direction", direction), number("ID", number_))
    return instance(PARAMETER, "Obj", "", *identity, text("Type", "TypeDouble"), *changes)


def _measurement() -> Property:
    members = objects("EnumDefinition", number("DC_VOLTS", 0), number("AC_VOLTS", 1))
    parameters = objects(
        "Parameters",
        _parameter("pins", "In", 1, text("Type", "TypeString"), number("Dimension", 1)),
        _parameter("kind", "In", 2, members, expression("ArgumentValue", "1i64")),
        _parameter("value", "Out", 1, truth("Log", False)),
    )
    blank = instance(TYPES["NI_Measurement"], "Step", "").properties["Measurement"]
    name, version = text("Name", "demo.Measure_Python"), text("Version", "1.2.3")
    return _step("NI_Measurement", "Measure", with_changes(blank, name, version, parameters))


def _sequence_call() -> Property:
    argument = instance(
        ARGUMENT, "Obj", "Level", truth("UseDef", False), expression("Expr", "Locals.Voltage")
    )
    default = instance(ARGUMENT, "Obj", "Result")
    module = instance(
        CALL,
        "SeqCallModule",
        "SData",
        text("SeqName", "Called"),
        number("ThreadOpt", 1.0),
        container("ActualArgs", argument, default, class_name="Arguments"),
    )
    return _step("SequenceCall", "Call in a new thread", settings=(module,))


def _wait() -> Property:
    changes = (
        number("WaitForTarget", 2.0),
        text("SeqCallName", "ID#:x"),
        truth("TimeoutEnabled", True),
    )
    return _step("NI_Wait", "Wait for it", *changes)


def _statement() -> Property:
    return _step(
        "Statement", "Add", settings=(expression("PostExpr", "Locals.Voltage += 1,\n2 < 3"),)
    )


def _if() -> Property:
    return _step("NI_Flow_If", "If", expression("ConditionExpr", "Locals.Voltage > 1"))


def _skipped() -> Property:
    settings = (
        text("Mode", "Skip"),
        expression("PreCond", "False"),
        text("LoopType", "PassFailCount"),
        expression("LoopWhile", "RunState.LoopIndex < 3"),
        text("FailAct", "Goto"),
        expression("FailActTarget", '"<Cleanup>"'),
        number("ResultOption"),
        truth("IgnoreRTE", True),
    )
    return _step("Action", "Skipped", settings=settings)


def _vendor() -> Property:
    return _step("Vendor", "Of somebody", text("Setting", "on"))
