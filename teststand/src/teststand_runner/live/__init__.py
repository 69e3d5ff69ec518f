"""What is shown while a run goes on: its steps, and who holds which session."""

from __future__ import annotations

from teststand_runner.live.showing import showing
from teststand_runner.live.view import View

__all__ = ["View", "showing"]
