"""Looking for properties that say what the runner does not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from teststand_runner.checking import tables
from teststand_runner.checking.leaves import is_neutral, leaves
from teststand_runner.checking.problem import Problem, Spot
from teststand_runner.checking.tables import Demand, Tables
from teststand_runner.errors import quoted
from teststand_runner.model import Property, SequenceFile, Step


def property_problems(spot: Spot, step: Step) -> Iterator[Problem]:
    """Return a problem for each property of a step that the runner does not honour."""
    kind = type(step.action).__name__
    tables_of_kind = Tables(
        tables.HONOURED | tables.HARMLESS | tables.HONOURED_BY_KIND.get(kind, frozenset()),
        (*tables.HARMLESS_BELOW, *tables.BELOW_BY_KIND.get(kind, ())),
        {**tables.DEMANDED, **tables.DEMANDED_BY_KIND.get(kind, {})},
    )
    return _unhonoured(spot.problem, step.properties, tables_of_kind)


def sequence_property_problems(spot: Spot) -> Iterator[Problem]:
    """Return a problem for each property of a sequence that the runner does not honour."""
    return _unhonoured(spot.problem, spot.sequence.properties, tables.OF_SEQUENCES)


def file_property_problems(file: SequenceFile) -> Iterator[Problem]:
    """Return a problem for each property of a file that the runner does not honour."""
    return _unhonoured(partial(Problem, "the file", ""), file.properties, tables.OF_FILES)


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


def _unhonoured(
    problem: Callable[[str, str, str], Problem], root: Property, known: Tables
) -> Iterator[Problem]:
    for path, leaf in leaves(root):
        array = path.partition("[")[0]
        demanded = path if path in known.demands else array
        if demanded in known.demands:  # what is in an array that has to be empty, too
            demand, whole = known.demands[demanded], root.find(demanded) or leaf
            if not _meets(whole, demand):
                yield problem(demanded, *_texts(whole, demand))
        elif not (path in known.honoured or path.startswith(known.below) or is_neutral(leaf)):
            yield problem(
                path,
                f"it says {_shown(leaf)}, and this runner does not know what that means.",
                "Set it to what it is in a new one.",
            )


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
