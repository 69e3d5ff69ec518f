"""A program with all that it has started in turn, also when it has ended itself.

That is its process group; on Windows a job. All functions block for a moment.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

if sys.platform == "win32":
    from session_sharing.windows_job import Job

    class ProcessGroup:
        """What a program has started, but for what has broken away from its job.

        Args:
            process: The program, which was started just now: what it starts from now on is in it.
        """

        def __init__(self, process: subprocess.Popen[bytes]) -> None:
            self._process = process
            self._job = Job.of(process.pid)

        @property
        def has_members(self) -> bool:
            """Whether anything of it runs, as far as is known."""
            return self._process.poll() is None if self._job is None else self._job.has_members

        def ask_to_end(self) -> None:
            """Ask all of it to end."""
            try:
                os.kill(self._process.pid, signal.CTRL_BREAK_EVENT)
            except OSError:  # This process has no console, or it has ended.
                return

        def end_by_force(self) -> None:
            """End all of it."""
            if self._job is None:
                self._process.kill()
            else:
                self._job.end()

else:

    class ProcessGroup:
        """What a program has started, but for what has left its process group.

        As long as there is a member, the system gives the group's number to nobody else: whoever
        uses this has to forget it soon after the last one went.

        Args:
            process: The program, the leader of its group.
        """

        def __init__(self, process: subprocess.Popen[bytes]) -> None:
            self._number = process.pid

        @property
        def has_members(self) -> bool:
            """Whether anything of it runs that may be ended."""
            return self._signal(0)

        def ask_to_end(self) -> None:
            """Ask all of it to end."""
            self._signal(signal.SIGTERM)

        def end_by_force(self) -> None:
            """End all of it."""
            self._signal(signal.SIGKILL)

        def _signal(self, number: int) -> bool:
            try:
                os.killpg(self._number, number)
            except (ProcessLookupError, PermissionError):  # macOS says the latter of zombies
                return False
            return True
