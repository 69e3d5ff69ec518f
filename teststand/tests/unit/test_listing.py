"""A file as text for people."""

from __future__ import annotations

from dataclasses import replace

from teststand_runner.listing import listing
from teststand_runner.reading import read_sequence_bytes
from teststand_runner.testing import example_file, write_xml

FILE = read_sequence_bytes(write_xml(example_file()))


def lines() -> list[str]:
    return [line.strip() for line in listing(FILE).splitlines()]


def test_every_step_is_listed() -> None:
    """Each step of each sequence is there, in order, with its type."""
    steps = [step for sequence in FILE.sequences for step in sequence.steps]
    heads = [f"{step.index + 1}. {step.name} [{step.type_name}] {step.id}" for step in steps]
    assert [line for line in lines() if line[:1].isdigit()] == heads


def test_what_steps_call_is_listed() -> None:
    """A reader sees what is called with which arguments, and what a step waits for."""
    assert {
        'pin map: "..\\maps\\Demo.pinmap"',
        "python code\\module.py: call create",
        "argument context = ThisContext",
        "returns Return Value = Locals.Voltage",
        "python code\\module.py: get attribute Left.Over.level",
        "measurement demo.Measure_Python 1.2.3",
        "in 1 pins: TypeString[]",
        "in 2 kind: TypeDouble = 1i64",
        "out 1 value: TypeDouble, not logged",
        "calls Called: new thread",
        "argument Level = Locals.Voltage",
        "argument Result = its default",
        "waits for thread of ID#:x, at most 10 s",
        "statement: Locals.Voltage += 1,\\n2 < 3",
        "flow If: ConditionExpr Locals.Voltage > 1",
        "module: DotNetStepAdditions",
    } <= set(lines())


def test_settings_that_change_the_run_are_listed() -> None:
    """What is not as in most steps is said."""
    assert {
        "mode: Skip",
        "precondition: False",
        "loop: PassFailCount, while RunState.LoopIndex < 3",
        'on fail: Goto "<Cleanup>"',
        "result: not recorded",
        "errors: ignored",
    } <= set(lines())


def test_listing_commands_no_terminal() -> None:
    """Control characters in a file stay within their line, and do nothing."""
    evil = replace(FILE, sequences=(replace(FILE.sequences[0], name="a\x1b[2J\nb\u202e"),))
    text = listing(evil)
    assert "sequence a\\x1b[2J\\nb\\u202e\n" in text
    assert "\x1b" not in text
