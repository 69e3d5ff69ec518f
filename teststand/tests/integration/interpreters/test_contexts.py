"""What the user's code gets from its sequence context while its step runs."""

from __future__ import annotations

import pytest

from teststand_runner.interpreters import (
    CONTEXT,
    Branch,
    SequenceContextServer,
    StepRaisedError,
)


def server(tmp_path, variables=None):
    run_time = {} if variables is None else variables
    return SequenceContextServer(
        {"Execution.RunTimeVariables": run_time, "Locals": {"x": 1.0, "text": "a"}},
        {"SequenceFile.Path": str(tmp_path / "a.seq"), "Execution.Id": 3.0},
        lambda name: tmp_path / name if name == "a.pinmap" else None,
    )


def test_run_time_variables_go_both_ways(shared, tmp_path):
    """A step finds the pin map of the execution, and may leave another one."""
    variables = {"NI": {"MeasurementPlugIns": {"PinMapId": "of the run"}}}
    found = shared("pin_map_of", CONTEXT, context=server(tmp_path, variables))
    assert found == "of the run"
    variables.clear()
    assert shared("pin_map_of", CONTEXT, context=server(tmp_path, variables)) == "of the step"
    assert variables == {"NI": {"MeasurementPlugIns": {"PinMapId": "of the step"}}}


def test_files_are_found_as_the_engine_finds_them(shared, tmp_path):
    """FindFileEx gives five values: whether it is there, its path, and what it was asked with."""
    context = server(tmp_path)
    path = str(tmp_path / "a.pinmap")
    assert shared("find", CONTEXT, "a.pinmap", context=context) == (True, path, 0, 0, False)
    assert shared("find", CONTEXT, "b.pinmap", context=context) == (False, "", 0, 0, False)


def test_misuse_raises_what_python_raises(shared, tmp_path):
    """A missing member is an AttributeError that names it; a refusal says what is wrong."""
    missing, refused, unsent, has = shared("misuse", CONTEXT, context=server(tmp_path))
    assert missing.startswith("AttributeError: The sequence context has no Nowhere")
    assert "RuntimeError: Locals.GetValString: There is no missing" in refused
    assert unsent.startswith("TypeError: A object cannot go")
    assert has is True


def test_a_branch_of_the_context_is_an_argument(shared, tmp_path):
    """A step that is given `Locals` gets the object that the context has."""
    found = shared("ask_in_a_thread", CONTEXT, context=server(tmp_path))
    assert found == [1.0]
    assert shared("echo", Branch(("Locals",)), context=server(tmp_path)).type_name == "Member"


def test_a_context_ends_with_its_step(shared, tmp_path):
    """A context that the user's code has kept answers no more; it does not hang."""
    shared("keep", CONTEXT, context=server(tmp_path))
    with pytest.raises(StepRaisedError, match="has ended"):
        shared("use_kept")


def test_a_step_without_context_is_told(shared):
    """Where a step gets none, each member is missing."""
    with pytest.raises(StepRaisedError, match="has no sequence context"):
        shared("find", CONTEXT, "a")


def test_a_defect_of_the_server_ends_the_step(own):
    """An error of the runner's own reaches the runner, and leaves no step that waits for ever."""

    class Broken:
        def answer(self, question):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        own("pin_map_of", CONTEXT, context=Broken())
    assert not own.interpreter.is_running
