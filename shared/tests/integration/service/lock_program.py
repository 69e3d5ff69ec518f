"""A process that holds a lock, for the tests: `lock_program.py PATH`; then one command a line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from session_sharing.service.lock import ProcessLock

path = Path(sys.argv[1])
lock = ProcessLock.acquire(path, what="the log file")
print("held", flush=True)
for command in sys.stdin:
    if command == "read\n":
        path.read_text()
    elif command == "start child\n":
        child = [sys.executable, "-c", "import sys; print('child', flush=True); sys.stdin.read()"]
        subprocess.Popen(child, close_fds=False)
        continue  # the child answers
    print("done", flush=True)
