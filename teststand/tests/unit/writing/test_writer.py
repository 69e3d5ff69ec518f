"""Sequences become files that say the same, with the types and steps of a template."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from teststand_runner.definition import parse_definition, read_definition
from teststand_runner.errors import SequenceFileError, TemplateError
from teststand_runner.model import SequenceFile
from teststand_runner.reading import read_sequence_bytes
from teststand_runner.testing import (
    example_file,
    template_file,
    with_steps,
    write_binary,
    write_xml,
)
from teststand_runner.testing.building import number, objects, text, truth, with_changes
from teststand_runner.writing import (
    Template,
    difference,
    read_template,
    template_of,
    write_sequence_file,
)
from teststand_runner.writing.markup import parse

DEMONSTRATION = Path(__file__).resolve().parents[3] / "sequences" / "session_sharing.toml"
TEMPLATE = write_xml(template_file())
ALL_KINDS = """
title = "T"
[globals]
Greeting = 'a "quoted" <text> & more'
Levels = [0.5, 1, -2e-3]
Nothing = ""
[[sequence]]
name = "MainSequence"
[sequence.locals]
x = 1.5
On = true
[[sequence.setup]]
name = "Pin map"
pin_map = '"..\\a.pinmap"'
[[sequence.main]]
name = "Block"
flow = "If"
condition = "Locals.x < 2 && True"
[[sequence.main]]
name = "Call"
call = "Other"
thread = "new"
[[sequence.main]]
name = "Pause"
wait = "0.1"
[[sequence.main]]
name = "End"
flow = "End"
[[sequence.main]]
name = "Wait"
wait_for = "Call"
timeout = "5"
[[sequence.main]]
name = "Count"
statement = '''Locals.x += 1,
Locals.On = False'''
mode = "Skip"
precondition = "True"
on_fail = "Cleanup"
loop = { while = "RunState.LoopIndex < 3" }
record = false
[[sequence.main]]
name = "here"
label = true
[[sequence.cleanup]]
name = "Python"
python = 'code\\it.py'
function = "f"
arguments = { context = "ThisContext", a = "1", b = '"x"' }
store = "Locals.x"
interpreter = { scope = "thread", version = "3.12" }
[[sequence]]
name = "Other"
[[sequence.main]]
name = "Measure & <log>"
measurement = "demo.M"
inputs = [
    { name = "pins", type = "String[]", kind = "IOResource", value = '{"A"}' },
    { name = "how", type = "Enum", members = { A = 0, B = 7 }, value = "7i64" },
    { name = "level", type = "Double", value = "1", log = false },
]
outputs = [{ name = "mean", type = "Double[]", store = "Locals.x" }]
"""
FILE = parse_definition(ALL_KINDS)


def template(data: bytes = TEMPLATE, name: str = "mine.seq") -> Template:
    return template_of(data, name)


def written(file: SequenceFile, *templates: Template) -> bytes:
    return write_sequence_file(file, templates or [template()])


@pytest.mark.parametrize("file", [FILE, read_definition(DEMONSTRATION)], ids=["all", "shipped"])
def test_what_is_written_is_read_back(file: SequenceFile) -> None:
    """All that a definition says is in the file: the reader finds the same sequences."""
    found = read_sequence_bytes(written(file))
    assert difference(file, found) == ""
    assert [step.id for each in found.sequences for step in each.steps] == [
        step.id for each in file.sequences for step in each.steps
    ]


def test_types_are_the_templates_own() -> None:
    """What stands before the content is byte for byte the template's, locked types too."""
    data = written(FILE)
    head, _, _ = TEMPLATE.partition(b"\t<Data")
    assert head.count(b"<protected>") == 3
    assert data.startswith(head + b"\t<Data")


def test_what_a_step_does_not_say_is_the_templates() -> None:
    """A step keeps what nobody asked for, as whether modules may be edited."""
    file = template_file()
    steps = file.data.properties["Seq"].elements[0].properties["Main"].elements
    marked = [
        with_changes(each, with_changes(each.properties["TS"], text("Icon", "a.ico")))
        for each in steps
    ]
    data = written(FILE, template(write_xml(with_steps(*marked))))
    for sequence in read_sequence_bytes(data).sequences:
        for step in sequence.steps:
            assert step.properties.find("TS.Icon").value == "a.ico"


def test_writing_twice_gives_the_same() -> None:
    """A change of one name changes the lines with it, and nothing else."""
    before = written(parse_definition(ALL_KINDS)).splitlines()
    assert written(FILE).splitlines() == before
    after = written(parse_definition(ALL_KINDS.replace('"Pause"', '"Rest"'))).splitlines()
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert len(changed) == 2  # its name and its id


def test_missing_kinds_are_told_with_where_to_get_them() -> None:
    """Who has no such steps is told which to insert, all at once."""
    steps = template_file().data.properties["Seq"].elements[0].properties["Main"].elements
    few = [each for each in steps if each.type_name in {"Statement", "Label"}]
    with pytest.raises(TemplateError) as caught:
        written(FILE, template(write_xml(with_steps(*few))))
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("mine.seq: there is no step of these kinds")
    assert [re.match(r"- (\S+) \((.*?)\)", line)[2] for line in lines[1:-1]] == [
        *("UpdatePinMap", "Flow", "SequenceCall", "time", "Flow", "thread", "PythonCall"),
        "MeasurementCall",
    ]


def test_unusual_steps_are_no_patterns() -> None:
    """A lock or a further result of a step of the template would come along unseen."""
    steps = template_file().data.properties["Seq"].elements[0].properties["Main"].elements
    for change in (truth("UseMutex", True), objects("CustomResults", number("x", 1.0))):
        unusual = [
            with_changes(each, with_changes(each.properties["TS"], change)) for each in steps
        ]
        with pytest.raises(TemplateError, match=r"or only such with a mutex"):
            written(FILE, template(write_xml(with_steps(*unusual))))


def test_second_template_adds_its_kinds_and_their_types() -> None:
    """What the first lacks comes from the second, with the types that it needs and no others."""
    file = template_file()
    steps = file.data.properties["Seq"].elements[0].properties["Main"].elements
    calls = {"SequenceCall", "SeqCallStepAdditions", "SequenceArgument"}
    first = with_steps(*(each for each in steps if each.type_name != "SequenceCall"))
    first = replace(first, types={k: v for k, v in first.types.items() if k not in calls})
    call = next(each for each in steps if each.type_name == "SequenceCall")
    data = written(
        FILE,
        template(write_xml(first)),
        template(write_xml(with_steps(call)), "second.seq"),
    )
    assert difference(FILE, read_sequence_bytes(data)) == ""
    types = [each for each in parse(data).child("typelist").children if each.tag == "typedef"]
    names = [each.children[0].tag for each in types]
    assert names[-2:] == ["SeqCallStepAdditions", "SequenceCall"]
    assert len(names) == len(set(names))
    assert "SequenceArgument" not in names


def test_templates_that_contradict_each_other_are_refused() -> None:
    """One type cannot be in two versions in one file."""
    steps = template_file().data.properties["Seq"].elements[0].properties["Main"].elements
    call = next(each for each in steps if each.type_name == "SequenceCall")
    other = with_steps(call)
    changed = with_changes(other.types["SequenceCall"], text("New"))
    other = replace(other, types={**other.types, "SequenceCall": changed})
    first = with_steps(*(each for each in steps if each.type_name != "SequenceCall"))
    with pytest.raises(TemplateError, match=r'type "SequenceCall" is another one in second.seq'):
        written(
            FILE,
            template(write_xml(first)),
            template(write_xml(other), "second.seq"),
        )


def test_locked_types_come_from_the_first_template_alone() -> None:
    """A locked type has no name in the file: it cannot be taken out of it."""
    steps = template_file().data.properties["Seq"].elements[0].properties["Main"].elements
    first = with_steps(*(each for each in steps if not each.type_name.startswith("NI_M")))
    with pytest.raises(TemplateError, match=r"locked in second.seq: give this file as the first"):
        written(FILE, template(write_xml(first)), template(name="second.seq"))


def test_template_of_another_version_is_refused() -> None:
    """What a step of the template cannot say is not left out in silence."""
    definition = ALL_KINDS.replace('"demo.M"', '"demo.M"\nversion = "3"')
    old = TEMPLATE.replace(b"<Version ", b"<Wersion ").replace(b"</Version>", b"</Wersion>")
    with pytest.raises(TemplateError, match=r"mine.seq, .*Measurement: .* no property Version"):
        written(parse_definition(definition), template(old))


def test_templates_in_other_forms_are_refused(tmp_path: Path) -> None:
    """A user who has a binary file is told how to get XML."""
    with pytest.raises(TemplateError, match=r"mine.seq: a template has to be in XML form"):
        template(write_binary(example_file("binary")))
    with pytest.raises(SequenceFileError, match=r"none.seq: No such file"):
        read_template(tmp_path / "none.seq")
    with pytest.raises(SequenceFileError, match=r"mine.seq, line"):
        template(TEMPLATE[:-100])


def test_line_ends_of_windows_make_no_difference() -> None:
    """Version control may have changed the template's line ends."""
    file = FILE
    assert written(file, template(TEMPLATE.replace(b"\n", b"\r\n"))) == written(file)
