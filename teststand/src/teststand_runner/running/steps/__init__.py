"""What steps do, one module for each kind."""

from teststand_runner.running.steps.dispatch import run_action

__all__ = ["run_action"]
