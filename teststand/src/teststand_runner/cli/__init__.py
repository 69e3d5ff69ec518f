"""The command `python -m teststand_runner`."""

from __future__ import annotations

from teststand_runner.cli.exit_codes import ExitCode
from teststand_runner.cli.main import main

__all__ = ["ExitCode", "main"]
