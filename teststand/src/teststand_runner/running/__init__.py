"""Running sequences."""

from __future__ import annotations

from teststand_runner.running.options import STEP_SECONDS, RunOptions
from teststand_runner.running.run import check_run, run_file, run_sequences
from teststand_runner.running.stopping import StopRequests

__all__ = [
    "STEP_SECONDS",
    "RunOptions",
    "StopRequests",
    "check_run",
    "run_file",
    "run_sequences",
]
