"""Whether expressions use only what there is when they are evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from teststand_runner.checking.problem import Problem, Spot
from teststand_runner.errors import quoted
from teststand_runner.expressions import (
    Expression,
    ExpressionError,
    UsedName,
    names_in,
    parse,
    parse_target,
)
from teststand_runner.expressions.nodes import String

VARIABLES = frozenset({"locals", "parameters", "fileglobals"})
"""The roots below which sequences keep what they like."""

RUN_STATE = frozenset(
    f"runstate.{name}"
    for name in (
        *("loopindex", "loopnumiterations", "loopnumpassed", "loopnumfailed"),
        *("sequencefailed", "sequenceerroroccurred", "testsockets.myindex"),
    )
)
"""What there is of the run's state."""

RESULTS = "locals.resultlist"
"""The results of the steps, which are told elsewhere here."""

ROOTS = VARIABLES | {"runstate", "step", "thiscontext"}
"""What properties begin with."""

LONGEST = 60
"""How long a text is at most that is shown with its quotes."""

COUNTED = frozenset(f"runstate.{name}" for name in ("loopindex", "loopnumpassed", "loopnumfailed"))
"""What an expression may set of it."""


def expression_problems(
    spot: Spot, property_: str, source: str, *, needed: bool = False
) -> Iterator[Problem]:
    """Return what stands in the way of evaluating an expression.

    Args:
        spot: Whose it is.
        property_: Where it is.
        source: The expression; empty if there is none.
        needed: Whether there has to be one.
    """
    if not source.strip():
        if needed:
            yield spot.problem(property_, "it is empty.", "Enter an expression.")
        return
    expression = parsed(source)
    if isinstance(expression, ExpressionError):
        yield spot.problem(property_, str(expression), f"Write it otherwise.{_as_text(source)}")
        return
    for name in names_in(expression):
        what = _unsupported(name) or _undeclared(spot, name)
        if what:
            yield spot.problem(
                property_,
                f"{quoted(name.path)} {what}.",
                "Use declared Locals, Parameters and FileGlobals, Step, or the state of loops."
                f"{_as_text(source)}",
            )


def location_problems(spot: Spot, property_: str, source: str) -> Iterator[Problem]:
    """Return what stands in the way of storing something where an expression says."""
    yield from expression_problems(spot, property_, source)
    if isinstance(parsed(source), ExpressionError) or not source.strip():
        return
    try:
        target = parse_target(source)
    except ExpressionError as error:
        yield spot.problem(property_, str(error), "Name a variable, as Locals.Result.")
        return
    for name in names_in(target)[:1]:
        what = _unsupported(replace(name, is_assigned=True))
        if what:
            yield spot.problem(property_, f"{quoted(name.path)} {what}.", "Name a variable.")


def constant_text(source: str) -> str | None:
    """Return the string that an expression is; None if it is anything else."""
    expression = parsed(source) if source.strip() else None
    if isinstance(expression, Expression) and isinstance(expression.root, String):
        return expression.root.value
    return None


def parsed(source: str) -> Expression | ExpressionError:
    """Return an expression, or why it is none."""
    try:
        return parse(source)
    except ExpressionError as error:
        return error


def _as_text(source: str) -> str:
    """Say how it is written as a text, where the quotes of one may have been forgotten."""
    root = source.partition(".")[0].strip().lower()
    if root in ROOTS or '"' in source or len(source.splitlines()) != 1 or len(source) > LONGEST:
        return ""
    text = quoted(source)
    return f" If a text is meant, it has quotes of its own: {text}, in a definition '{text}'."


def _unsupported(name: UsedName) -> str:
    """Say why there is no such property here; nothing if there is."""
    root, path = name.root.lower(), name.path.lower()
    if path == RESULTS or path.startswith(f"{RESULTS}."):
        return "is not kept by this runner"
    if root in VARIABLES:
        return "is not to be replaced as a whole" if name.is_assigned and root == path else ""
    if root == "step":
        kept = path == "step.result" or path.startswith("step.result.")
        return "" if kept or not name.is_assigned else "cannot be changed by this runner"
    if root == "runstate":
        allowed = COUNTED if name.is_assigned else RUN_STATE
        return "" if path in allowed else "is not known to this runner"
    if path == "thiscontext":
        return "cannot be changed" if name.is_assigned else ""
    return "is not known to this runner"


def _undeclared(spot: Spot, name: UsedName) -> str:
    """Say that there is no such variable; nothing if there is, or if it is none."""
    root, *below = name.path.lower().split(".")
    declared = spot.variables(root)
    if not below or declared is None or below[0] in map(str.lower, declared.properties):
        return ""
    return "is not declared"
