"""Whether two files say the same, whatever form they are in."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest

from teststand_runner.errors import quoted
from teststand_runner.model import Property, Sequence, SequenceFile, Step

_NOTHING = Property("", "")
OF_TESTSTAND = frozenset({"ResultList", "MeasurementPlugIns", "MeasurementLink"})
"""Variables that TestStand and the measurement plug-in support make themselves."""


def difference(one: SequenceFile, other: SequenceFile) -> str:
    """Return the first thing that two files do not say alike; empty if there is none.

    What the model has is compared: names, order, settings and what steps do. Properties that mean
    nothing to a run, as icons, are not.
    """
    if _variables(one.file_globals) != _variables(other.file_globals):
        return "the file globals differ"
    for ours, theirs in zip_longest(one.sequences, other.sequences):
        if ours is None or theirs is None or ours.name != theirs.name:
            return f"the sequences differ from {quoted((ours or theirs).name)} on"
        found = _in_sequence(ours, theirs)
        if found:
            return f"sequence {quoted(ours.name)}: {found}"
    return ""


def _in_sequence(one: Sequence, other: Sequence) -> str:
    for what in ("parameters", "locals"):
        if _variables(getattr(one, what)) != _variables(getattr(other, what)):
            return f"the {what} differ"
    for ours, theirs in zip_longest(one.steps, other.steps):
        if ours is None or theirs is None:
            return f"the step {quoted((ours or theirs).name)} is in one of them alone"
        if _plain(ours) != _plain(theirs):
            return f"the step {quoted(ours.name)} differs in {_where(ours, theirs)}"
    return ""


def _plain(step: Step) -> Step:
    """Return a step without what is of its form alone."""
    return replace(step, properties=_NOTHING, path="")


def _where(one: Step, other: Step) -> str:
    ours, theirs = vars(_plain(one)), vars(_plain(other))
    return ", ".join(name for name in ours if ours[name] != theirs[name])


def _variables(holder: Property) -> list[tuple[object, ...]]:
    return [
        (each.name, each.class_name, each.value, each.values, each.elements)
        for each in holder.properties.values()
        if each.name not in OF_TESTSTAND
    ]
