"""Whether a sequence can be run, as far as it can be told before."""

from __future__ import annotations

from teststand_runner.checking.check import check, reachable
from teststand_runner.checking.problem import Problem, SequenceRefusedError

__all__ = ["Problem", "SequenceRefusedError", "check", "reachable"]
