"""From properties to sequences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from teststand_runner.errors import UnexpectedPropertyError
from teststand_runner.model import FileKind, Property, PropertyFile
from teststand_runner.reading import read_sequence_bytes
from teststand_runner.reading.sequence_file import sequences_of
from teststand_runner.testing import example_file, write_binary, write_xml
from teststand_runner.testing.building import (
    container,
    number,
    objects,
    text,
    truth,
    with_changes,
    without,
)
from teststand_runner.testing.example import sequence

EXAMPLE = example_file()
STEP = EXAMPLE.data.properties["Seq"].elements[0].properties["Main"].elements[3]


def with_sequences(*sequences: Property) -> PropertyFile:
    return replace(EXAMPLE, data=with_changes(EXAMPLE.data, objects("Seq", *sequences)))


def with_step(step: Property) -> PropertyFile:
    return with_sequences(sequence("Main", main=(step,)))


def refusal(file: PropertyFile) -> str:
    with pytest.raises(UnexpectedPropertyError) as caught:
        sequences_of(file)
    return str(caught.value)


def test_both_forms_give_the_same_sequences() -> None:
    """What a file means does not depend on the form in which it was saved."""
    from_xml = read_sequence_bytes(write_xml(EXAMPLE))
    from_binary = read_sequence_bytes(write_binary(EXAMPLE))
    assert from_xml.sequences == from_binary.sequences
    assert from_xml.file_globals == from_binary.file_globals
    assert (from_xml.information.form, from_binary.information.form) == ("XML", "binary")


def test_sequences_have_their_steps() -> None:
    """Each step is in its sequence and group, at its place; groups are in the order they run."""
    main, called = sequences_of(EXAMPLE).sequences
    assert [len(each) for each in (main.setup, main.main, main.cleanup)] == [2, 9, 2]
    assert [(step.group.value, step.index) for step in main.steps][:4] == [
        *(("Setup", 0), ("Setup", 1), ("Main", 0), ("Main", 1))
    ]
    assert main.main[3].path == "Data.Seq[0].Main[3]"
    assert [each.name for each in called.steps] == ["Add"]


def test_sequences_are_found_without_regard_to_case() -> None:
    """A sequence call finds its sequence as TestStand does."""
    file = sequences_of(EXAMPLE)
    assert file.sequence("CALLED") is file.sequences[1]
    assert file.sequence("Absent") is None


def test_variables_keep_values_and_kinds() -> None:
    """Variables are there with their first values; a parameter knows whether it is a reference."""
    file = sequences_of(EXAMPLE)
    parameters = file.sequences[1].parameters.properties
    assert {name: (each.value, each.by_reference) for name, each in parameters.items()} == {
        "Level": (3.3, False),
        "Result": (0.0, True),
    }
    assert file.file_globals.properties["Names"].values == ("a", "", "c")


def test_settings_of_a_step() -> None:
    """All settings that decide whether and how a step runs are read."""
    step = sequences_of(EXAMPLE).sequences[0].main[5]
    assert (step.mode, step.precondition) == ("Skip", "False")
    assert (step.loop.kind, step.loop.condition) == ("PassFailCount", "RunState.LoopIndex < 3")
    assert (step.on_pass.action, step.on_fail.action) == ("Next", "Goto")
    assert step.on_fail.target == '"<Cleanup>"'
    assert (step.result_recording, step.failure_fails_sequence) == (0, True)
    assert step.ignores_errors


def test_all_of_a_step_can_be_reached() -> None:
    """Whatever a file says of a step is there for who checks whether it is understood."""
    strange = with_changes(STEP, container("New", text("Kind", "unheard of")))
    step = sequences_of(with_step(strange)).sequences[0].main[0]
    assert step.properties.find("New.Kind") == text("Kind", "unheard of")


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (without(STEP, "TS"), "Data.Seq[0].Main[0].TS: the property is missing"),
        (with_changes(STEP, container("TS", truth("Mode"))), "Main[0].TS.Mode: a text is expected"),
        (with_changes(STEP, container("TS", text("IgnoreRTE"))), "true or false is expected"),
        (
            with_changes(STEP, container("TS", number("ResultOption", 0.5))),
            "an integer is expected",
        ),
        (container("Step", class_name="Stop"), 'a Step is expected, not a "Stop"'),
    ],
)
def test_wrong_steps_are_named(step: Property, says: str) -> None:
    """A step that cannot be one is refused with the step and the property."""
    text_ = refusal(with_step(step))
    assert says in text_
    assert text_.startswith("line ")


def test_wrong_files_are_named() -> None:
    """A file that has no sequences, or two of one name, or half of one, is refused."""
    data = EXAMPLE.data
    assert "Data.Seq: the property is missing" in refusal(
        replace(EXAMPLE, data=without(data, "Seq"))
    )
    assert 'two sequences "main"' in refusal(with_sequences(sequence("Main"), sequence("main")))
    no_main = without(sequence("A"), "Main")
    assert "Data.Seq[0].Main: the property is missing" in refusal(with_sequences(no_main))


def test_kind_of_file_is_known() -> None:
    """A file of a process model is read, and can be told from one with sequences to run."""
    model = replace(EXAMPLE, data=with_changes(EXAMPLE.data, number("Type", 1.0)))
    kinds = [sequences_of(file).kind for file in (EXAMPLE, model)]
    assert kinds == [FileKind.NORMAL, FileKind.MODEL]


def test_steps_elsewhere_are_not_lost() -> None:
    """A step that is in no group is refused, not passed over in silence."""
    hidden = with_changes(sequence("A"), objects("Hidden", STEP))
    assert 'the step "Add" is in no group' in refusal(with_sequences(hidden))
