"""Steps without a module: labels, and actions that only have expressions."""

from __future__ import annotations

from teststand_runner.model import Label, Other
from teststand_runner.running.done import Done
from teststand_runner.running.step_context import StepContext


def run_nothing(_context: StepContext, _action: Label | Other) -> Done:
    """Do nothing."""
    return Done()
