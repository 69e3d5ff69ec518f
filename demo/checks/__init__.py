"""What is not as it should be: each fault is a sentence."""

from __future__ import annotations

from demo.checks.records import record_faults
from demo.checks.runs import run_faults
from demo.checks.sessions import session_faults
from demo.told.performance import Performance

__all__ = ["find_faults"]


def find_faults(performance: Performance) -> list[str]:
    """Return all that was wrong with a scene; nothing if it was as it should be.

    Of a scene that broke off, sessions and records are those of its middle: they prove nothing.
    """
    faults = [*performance.broken, *run_faults(performance)]
    if not performance.broken:
        faults += [*session_faults(performance), *record_faults(performance)]
    return faults
