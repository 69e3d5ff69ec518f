"""What the checks have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demo.scenes.steps import Plugin
from demo.told.performance import Performance, Run
from demo.told.spans import Hold, holds
from session_sharing.core import SessionEvent


def different(what: str, expected: object, found: object) -> Iterator[str]:
    """Yield a fault if something is not as expected."""
    if expected != found:
        yield f"{what}: expected {expected}, found {found}"


def describe(run: Run) -> str:
    """Name a run for people."""
    return f"{run.plugin.value} on {run.serial_number} with {run.behavior.name}"


def attached(performance: Performance, events: Sequence[SessionEvent]) -> list[tuple[Run, Hold]]:
    """Pair runs that held the session with their holds: a plug-in has one after the other.

    Args:
        performance: What was played.
        events: Those of one of the logs; who does not log there has no holds.
    """
    held = holds(events, performance.names)
    pairs: list[tuple[Run, Hold]] = []
    for plugin in Plugin:
        pairs += zip(
            [run for run in performance.runs if run.plugin is plugin and run.held],
            _of(plugin, held),
            strict=False,  # That their numbers differ is a fault of its own.
        )
    return pairs


def _of(plugin: Plugin, held: Sequence[Hold]) -> list[Hold]:
    return [hold for hold in held if hold.who == plugin.value]
