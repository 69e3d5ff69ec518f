"""Looking for properties that say what the runner does not do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from teststand_runner.checking import tables
from teststand_runner.checking.leaves import is_neutral, leaves
from teststand_runner.checking.problem import Problem, Spot
from teststand_runner.checking.tables import Demand
from teststand_runner.errors import quoted
from teststand_runner.model import Property, SequenceFile, Step


def property_problems(spot: Spot, step: Step) -> Iterator[Problem]:
    """Return a problem for each property of a step that the runner does not honour."""
    kind = type(step.action).__name__
    known = tables.HONOURED | tables.HARMLESS | tables.HONOURED_BY_KIND.get(kind, frozenset())
    below = (*tables.HARMLESS_BELOW, *tables.BELOW_BY_KIND.get(kind, ()))
    demands = {**tables.DEMANDED, **tables.DEMANDED_BY_KIND.get(kind, {})}
    for path, leaf in leaves(step.properties):
        array = path.partition("[")[0]
        if path in demands:
            yield from _refused(spot, path, leaf, demands[path])
        elif array in demands:  # what is in an array that has to be empty
            whole = step.properties.find(array)
            yield from _refused(spot, array, whole or leaf, demands[array])
        elif path not in known and not path.startswith(below) and not is_neutral(leaf):
            yield spot.problem(
                path,
                f"it says {_shown(leaf)}, and this runner does not know what that means.",
                "Set it to what it is in a new step.",
            )


def sequence_property_problems(spot: Spot) -> Iterator[Problem]:
    """Return a problem for each property of a sequence that the runner does not honour."""
    yield from _demanded(spot, spot.sequence.properties, tables.SEQUENCE_DEMANDS)


def file_property_problems(file: SequenceFile) -> Iterator[Problem]:
    """Return a problem for each property of a file that the runner does not honour."""
    for path, demand in tables.FILE_DEMANDS.items():
        leaf = file.properties.find(path)
        if leaf is not None and not _meets(leaf, demand):
            yield Problem("the file", "", path, *_texts(leaf, demand))


def callback_problems(file: SequenceFile) -> Iterator[Problem]:
    """Return a problem for each sequence that TestStand would run without a call of it."""
    for sequence in file.sequences:
        type_ = sequence.properties.find("RTS.Type")
        is_callback = type_ is not None and type_.value in tables.CALLBACK_TYPES
        if sequence.steps and (is_callback or sequence.name.lower() in tables.CALLBACKS):
            yield Spot(sequence).problem(
                "RTS.Type" if is_callback else "",
                "TestStand runs it without a call, and this runner runs no callbacks.",
                "Take its steps out, or give it another name and type.",
            )


def _demanded(spot: Spot, root: Property, demands: Mapping[str, Demand]) -> Iterator[Problem]:
    for path, demand in demands.items():
        leaf = root.find(path)
        if leaf is not None:
            yield from _refused(spot, path, leaf, demand)


def _refused(spot: Spot, path: str, leaf: Property, demand: Demand) -> Iterator[Problem]:
    if not _meets(leaf, demand):
        yield spot.problem(path, *_texts(leaf, demand))


def _meets(leaf: Property, demand: Demand) -> bool:
    value = _value(leaf)
    return any(
        (value == each and type(value) is not bool) or value is each for each in demand.values
    )


def _value(leaf: Property) -> object:
    if leaf.elements is not None:
        return leaf.elements
    return leaf.values if leaf.values is not None else leaf.value


def _texts(leaf: Property, demand: Demand) -> tuple[str, str]:
    wanted = " or ".join("nothing" if each in ("", ()) else str(each) for each in demand.values)
    return (
        f"it is {_shown(leaf)}, and this runner does not {demand.meaning}.",
        f"Set it to {wanted}.",
    )


def _shown(leaf: Property) -> str:
    value = _value(leaf)
    if isinstance(value, tuple):
        return f"an array of {len(value)}"
    return quoted(value) if isinstance(value, str) else str(value)
