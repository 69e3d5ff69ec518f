"""The command, interrupted before there is a run."""

from __future__ import annotations

import os
import subprocess
import sys

from teststand_runner.cli import ExitCode

INTERRUPTED = "exec('import signal; signal.raise_signal(signal.SIGINT)')\n"


def test_ctrl_c_while_the_program_starts_is_no_traceback(tmp_path):
    """Whoever is quick gets the same exit code as later, and one line."""
    (tmp_path / "grpc.py").write_text(INTERRUPTED, encoding="utf-8")  # takes long to import
    paths = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    ended = subprocess.run(
        [sys.executable, "-m", "teststand_runner", "--help"],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr.split()[-1]) == (ExitCode.TERMINATED, b"interrupted.")
    assert b"Traceback" not in ended.stderr
