"""Servers as processes of their own."""

from __future__ import annotations

import os

from session_sharing.testing.processes import ServerProcess

PROGRAM = """
import sys
sys.stderr.buffer.write(b"caf\\xe9\\n")
sys.stderr.flush()
print("strange ready: localhost:7", flush=True)
sys.stderr.write("the end\\n")
"""


def test_log_in_another_encoding_is_read_to_its_end(tmp_path):
    """A server that logs in a code page of Windows is read on, and never held up by a full pipe."""
    (tmp_path / "strange_server.py").write_text(PROGRAM, "utf-8")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    with ServerProcess("strange_server", environment={"PYTHONPATH": path}) as server:
        server.process.wait(30)
    assert server.address == "localhost:7"
    assert server.log == ["caf\N{REPLACEMENT CHARACTER}", "the end"]
