"""Steps in a real interpreter process that stays in good order."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from teststand_runner.interpreters import (
    Cancellation,
    InterpreterStartError,
    ModuleOwner,
    ObjectHandle,
    StepCancelledError,
    StepRaisedError,
    ValueNotPassedError,
)
from teststand_runner.interpreters.processes import launch

STEPS = Path(__file__).with_name("steps.py")


def test_simple_values_arrive_as_they_were(shared):
    """Numbers, strings, Booleans, None, lists and tuples keep their values and kinds."""
    values = [
        1.0,
        1,
        -(2**63),
        2**64 - 1,
        "größe\ud800",
        True,
        None,
        [1.0, ("a", [])],
        float("inf"),
    ]
    assert shared("echo", values) == values
    assert shared("kinds", 1.0, 1, True, None, "", [], ()) == [
        "float",
        "int",
        "bool",
        "NoneType",
        "str",
        "list",
        "tuple",
    ]


def test_members_of_enumerations_come_back_as_their_numbers(shared):
    """What derives from a simple kind goes over as that."""
    assert shared("colour") == 3


def test_modules_are_loaded_once_and_keep_what_they_hold(shared):
    """A module keeps its variables from step to step, under any spelling of its path."""
    first = shared("remember", "a")
    owner = ModuleOwner(STEPS.parent / ".." / STEPS.parent.name / STEPS.name)
    assert shared.do("call", owner, "remember", "b").value == first + 1


def test_large_values_go_both_ways(shared):
    """A waveform is more than a pipe holds at once."""
    waveform = [float(number) for number in range(200_000)]
    assert shared("echo", waveform) == waveform


def test_a_value_that_is_too_large_is_an_error_of_its_step_alone(shared):
    """The step is told the limit, and the interpreter keeps what it holds."""
    with pytest.raises(StepRaisedError, match="67108864 bytes are the limit"):
        shared("repeat", "x", 2**26)
    assert shared("echo", 1.0) == 1.0


def test_modules_import_their_neighbours_but_nothing_of_the_project(shared, tmp_path):
    """The folder of a module is importable; the interpreter itself puts nothing there."""
    (tmp_path / "neighbour_of_it.py").write_text("VALUE = 7\n")
    (tmp_path / "steps.py").write_text(
        "import sys\nimport neighbour_of_it\nVALUE = neighbour_of_it.VALUE\n"
        "def now(): return neighbour_of_it.VALUE\n"
        "def loaded(): return [name for name in sys.modules if 'teststand_runner' in name]\n"
        "def codec():\n    import codec\n"
    )
    owner = ModuleOwner(tmp_path / "steps.py")
    assert shared.do("get", owner, "VALUE").value == 7
    assert shared.do("call", owner, "loaded").value == []
    with pytest.raises(StepRaisedError, match="No module named 'codec'"):
        shared.do("call", owner, "codec")
    neighbour = ModuleOwner(tmp_path / "neighbour_of_it.py")
    shared.do("set", neighbour, "VALUE", 8)
    assert shared.do("call", owner, "now").value == 8, "it is one module, however it is loaded"


def test_instances_classes_and_attributes(shared):
    """An object stays in its interpreter, and is used there by its handle."""
    module, in_class = ModuleOwner(STEPS), ModuleOwner(STEPS, "Meter")
    meter = shared.do("create", module, "Meter", "DMM").value
    assert isinstance(meter, ObjectHandle)
    assert meter.type_name == "Meter"
    assert shared.do("call", meter, "read", 2.0).value == 6.0
    assert shared.do("call", in_class, "double", 4.0).value == 8.0
    assert shared.do("call", in_class, "made").value == 1
    assert shared.do("get", in_class, "unit").value == "V"
    shared.do("set", meter, "name", "SMU1")
    assert shared.do("get", meter, "name").value == "SMU1"
    assert shared("name_of", meter) == "SMU1"


def test_what_is_no_simple_value_stays_in_the_interpreter(shared):
    """Integers beyond 64 bits, and lists without an end, come as handles."""
    large, rest = shared("too_large")
    assert (large.type_name, rest) == ("int", (1, 2.0, None))
    assert shared("kinds", large) == ["int"]
    assert shared("nested").type_name == "list"


@pytest.mark.parametrize("value", [{}, object(), ObjectHandle(0, 0, "Meter")])
def test_arguments_that_cannot_go_over_are_refused(shared, value):
    """An argument is never changed on its way; the interpreter runs on."""
    with pytest.raises(ValueNotPassedError):
        shared("echo", [value])
    assert shared("echo", 1.0) == 1.0


def test_what_is_printed_is_told_with_its_step(shared):
    """Prints of Python, of other processes and below Python reach the report, not the protocol."""
    answer = shared.do("call", ModuleOwner(STEPS), "speak")
    assert sorted(answer.output) == [
        "of another process",
        "to standard error",
        "to standard output",
        "to the file descriptor",
    ]
    assert answer.value == "''"
    assert shared.do("call", ModuleOwner(STEPS), "echo", 1.0).output == ()


def test_exceptions_come_with_type_text_and_place(shared):
    """The user sees where the own code raised, and nothing of the interpreter's."""
    with pytest.raises(StepRaisedError, match="ValueError: no such range") as caught:
        shared("fail")
    error = caught.value
    assert (error.type_name, error.text) == ("ValueError", "no such range")
    assert 'steps.py", line' in error.traceback
    assert "in fail" in error.traceback
    assert "child" not in error.traceback


@pytest.mark.parametrize(
    ("name", "arguments", "type_name"),
    [
        ("leave", (3,), "SystemExit"),
        ("fail_unspeakably", (), "UnspeakableError"),
        ("no_such_function", (), "AttributeError"),
        ("echo", (), "TypeError"),
    ],
)
def test_no_exception_ends_the_interpreter(shared, name, arguments, type_name):
    """Whatever the user's code raises, also to exit, is the step's error alone."""
    with pytest.raises(StepRaisedError) as caught:
        shared(name, *arguments)
    assert caught.value.type_name == type_name
    assert shared("echo", 1.0) == 1.0


def test_missing_and_broken_modules_are_told(shared, tmp_path):
    """A module that is not there or does not run is named; a mended one runs the next time."""
    with pytest.raises(StepRaisedError, match=r"no Python module .*absent\.py"):
        shared.do("get", ModuleOwner(tmp_path / "absent.py"), "x")
    broken = tmp_path / "broken_module.py"
    broken.write_text("raise OSError('out of order')")
    with pytest.raises(StepRaisedError, match="out of order"):
        shared.do("get", ModuleOwner(broken), "x")
    broken.write_text("x = 'mended'")
    assert shared.do("get", ModuleOwner(broken), "x").value == "mended"


def test_steps_of_several_threads_take_turns(shared):
    """Calls of many threads to one interpreter each get their own answer."""
    with ThreadPoolExecutor(8, thread_name_prefix="step") as threads:
        values = [float(number) for number in range(40)]
        assert list(threads.map(lambda value: shared("echo", value), values)) == values


def test_a_step_of_a_cancelled_run_does_not_begin(shared):
    """Cancelling before a step leaves the interpreter to others."""
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(StepCancelledError, match="before it began"):
        shared("echo", 1.0, cancellation=cancellation)
    assert shared("echo", 1.0) == 1.0


def test_start_says_why_it_failed(tmp_path):
    """A Python that is not there is told, with its path."""
    with pytest.raises(InterpreterStartError, match="could not be started"):
        launch(tmp_path / "python", 1.0, None, None)


def test_threads_are_named(shared):
    """A dump of the runner's threads says what each one is for."""
    names = {thread.name for thread in threading.enumerate()}
    assert {"answers of shared", "output of shared"} <= names
