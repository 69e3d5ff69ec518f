"""Whether two files say the same: the writer's last check."""

from __future__ import annotations

import pytest

from teststand_runner.definition import parse_definition
from teststand_runner.reading import read_sequence_bytes
from teststand_runner.testing import example_file, write_binary, write_xml
from teststand_runner.writing import difference

TEXT = """
title = "T"
[globals]
Level = 1
[[sequence]]
name = "MainSequence"
locals = { x = "a" }
[[sequence.main]]
name = "Add"
statement = "Locals.x = 1"
[[sequence.cleanup]]
name = "Last"
label = true
[[sequence]]
name = "Other"
"""
OTHERS = {
    "a global's value": ("Level = 1", "Level = 2", "the file globals differ"),
    "a local's class": ('x = "a"', "x = 1", 'sequence "MainSequence": the locals differ'),
    "a sequence's name": ('"Other"', '"Else"', 'the sequences differ from "Other" on'),
    "a sequence less": ('[[sequence]]\nname = "Other"', "", 'the sequences differ from "Other" on'),
    "a step's name": ('"Last"', '"Lost"', 'the step "Last" differs in name, id'),
    "a step less": (
        '[[sequence.cleanup]]\nname = "Last"\nlabel = true',
        "",
        'the step "Last" is in one of them alone',
    ),
    "a step's mode": ("label = true", 'label = true\nmode = "Skip"', "differs in mode"),
    "what a step does": ("Locals.x = 1", "Locals.x = 2", "differs in post_expression, action"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_each_difference_is_found(what: str) -> None:
    """Whichever of two files is the first, what differs is named."""
    old, new, says = OTHERS[what]
    assert old in TEXT
    one, other = parse_definition(TEXT), parse_definition(TEXT.replace(old, new))
    assert says in difference(one, other)
    assert difference(other, one)


def test_form_makes_no_difference() -> None:
    """A file in XML says the same as that in binary form."""
    xml = read_sequence_bytes(write_xml(example_file()))
    binary = read_sequence_bytes(write_binary(example_file("binary")))
    assert difference(xml, binary) == ""
