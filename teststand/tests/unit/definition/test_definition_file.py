"""What definitions define."""

from __future__ import annotations

from pathlib import Path

from teststand_runner.definition import parse_definition
from teststand_runner.model import (
    Flow,
    Interpreter,
    Label,
    MeasurementCall,
    PostAction,
    PythonCall,
    SequenceCall,
    Statement,
    Step,
    UpdatePinMap,
    Wait,
)
from teststand_runner.opening import open_sequences

HEAD = 'title = "T"\n[[sequence]]\nname = "MainSequence"\n'
PYTHON = 'python = "code.py"\nfunction = "f"\n'


def step(text: str, *, rest: str = "") -> Step:
    """Return the step in Main that a text defines."""
    file = parse_definition(f'{HEAD}[[sequence.main]]\nname = "It"\n{text}\n{rest}')
    return file.sequences[0].main[0]


def test_python_call() -> None:
    """A module, a function, its arguments in order, and where what it returns goes."""
    call = step(f'{PYTHON}store = "Locals.x"\narguments = {{ b = "ThisContext", a = "2" }}').action
    assert isinstance(call, PythonCall)
    assert (call.module, call.member, call.operation, call.scope) == ("code.py", "f", 1, 0)
    assert [(each.name, each.expression) for each in call.arguments] == [
        ("b", "ThisContext"),
        ("a", "2"),
    ]
    assert call.return_value is not None
    assert call.return_value.expression == "Locals.x"
    assert call.interpreter == Interpreter(True, 3, "", "", "", True)


def test_python_call_in_an_interpreter_of_its_own() -> None:
    """What the step says of its interpreter holds, and not the adapter."""
    says = 'interpreter = { scope = "execution", version = "3.11", environment = ".venv" }'
    call = step(PYTHON + says).action
    assert isinstance(call, PythonCall)
    assert call.interpreter == Interpreter(False, 2, "3.11", ".venv", "", True)


def test_measurement_call() -> None:
    """Parameters are numbered for themselves in each direction, arrays and enumerations known."""
    call = step(
        'measurement = "demo.M"\nversion = "1.2"\n'
        'inputs = [{ name = "pins", type = "String[]", kind = "IOResource", value = "{}" },\n'
        '{ name = "how", type = "Enum", members = { A = 0, B = 7 }, value = "7i64", id = 9 }]\n'
        'outputs = [{ name = "mean", type = "Double", store = "Locals.x", log = false }]'
    ).action
    assert isinstance(call, MeasurementCall)
    assert (call.service_class, call.version) == ("demo.M", "1.2")
    pins, how = call.inputs
    assert (pins.id, pins.type, pins.dimensions) == (1, "TypeString", 1)
    assert (pins.specialization, pins.expression, pins.log) == ("IOResource", "{}", True)
    assert (how.id, how.type, how.dimensions, how.specialization) == (9, "TypeEnum", 0, "Enum")
    assert how.enumeration == {"A": 0, "B": 7}
    (mean,) = call.outputs
    assert (mean.id, mean.expression, mean.log) == (1, "Locals.x", False)


def test_calls_and_waits() -> None:
    """A wait is for the thread of the step that it names."""
    other = '[[sequence]]\nname = "Other"\n'
    call = step('call = "other"\nthread = "new"\nwait_at_end = false', rest=other)
    assert isinstance(call.action, SequenceCall)
    assert (call.action.sequence, call.action.thread, call.action.use_current_file) == (
        *("other", 1),
        True,
    )
    assert not call.action.waits_at_end
    waits = '[[sequence.main]]\nname = "W"\nwait_for = "It"\ntimeout = "9"\n' + other
    file = parse_definition(
        f'{HEAD}[[sequence.main]]\nname = "It"\ncall = "Other"\nthread = "new"\n{waits}'
    )
    first, second = file.sequences[0].main
    assert second.action == Wait(2, "", True, first.id, "", "", "9", True)


def test_small_steps() -> None:
    """Pin maps, pauses, statements, labels and blocks."""
    assert step("pin_map = '\"a.pinmap\"'").action == UpdatePinMap('"a.pinmap"')
    assert step('wait = "0.5"').action == Wait(0, "0.5", True, "", "", "", None, True)
    statement = step('statement = "Locals.x = 1"')
    assert statement.action == Statement("Locals.x = 1")
    assert statement.post_expression == "Locals.x = 1"
    assert step("label = true").action == Label()
    assert step('flow = "If"\ncondition = "True"').action == Flow("If", {"ConditionExpr": "True"})
    assert step('flow = "End"').action == Flow("End", {})


def test_settings() -> None:
    """What every step may say is in the step."""
    found = step(
        'label = true\nmode = "Skip"\nprecondition = "p"\nbefore = "b"\nafter = "a"\nstatus = "s"\n'
        "record = false\nfailure_fails_sequence = false\nignore_errors = true\n"
        'on_pass = "End"\non_fail = "Cleanup"\nloop = { while = "w", status = "l" }'
    )
    assert (found.mode, found.precondition, found.pre_expression) == ("Skip", "p", "b")
    assert (found.post_expression, found.status_expression) == ("a", "s")
    assert (found.result_recording, found.failure_fails_sequence) == (0, False)
    assert found.ignores_errors
    assert found.on_pass == PostAction("Goto", '"<End>"')
    assert found.on_fail == PostAction("Goto", '"<Cleanup>"')
    assert (found.loop.kind, found.loop.condition, found.loop.status) == ("Custom", "w", "l")
    assert found.loop.initialize == "RunState.LoopIndex = 0"


def test_variables() -> None:
    """Locals and file globals have the types of TestStand; all numbers are doubles."""
    file = parse_definition(
        'title = "T"\n[globals]\ntext = "a"\ncount = 2\ntrue = true\nnames = ["a", "b"]\n'
        '[[sequence]]\nname = "M"\n[sequence.locals]\nlevels = [1, 2.5]\n'
    )
    found = {each.name: each for each in file.file_globals.properties.values()}
    assert [each.class_name for each in found.values()] == ["Str", "Num", "Bool", "Strs"]
    assert isinstance(found["count"].value, float)
    levels = file.sequences[0].locals.properties["levels"]
    assert (levels.class_name, levels.values) == ("Nums", (1.0, 2.5))


def test_groups_keep_their_order(tmp_path: Path) -> None:
    """Steps run as they stand in their group; the runner takes the file by its suffix."""
    path = tmp_path / "It.TOML"
    names = {"cleanup": "c", "setup": "s", "main": "m"}
    steps = "".join(
        f'[[sequence.{group}]]\nname = "{name}{index}"\nlabel = true\n'
        for group, name in names.items()
        for index in (1, 2)
    )
    path.write_text("\N{BOM}" + HEAD + steps, "utf-8")
    found = open_sequences(path).sequences[0].steps
    assert [each.name for each in found] == ["s1", "s2", "m1", "m2", "c1", "c2"]
