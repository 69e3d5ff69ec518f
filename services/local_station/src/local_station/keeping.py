"""What a station has to know again after a restart: a small file, always written whole.

It survives the end of the process, however it ends. A power cut it need not survive: whatever it
tells of ends with the machine.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from session_sharing.journals.lines import read_lines, to_line
from session_sharing.service.folders import atomic_write_text
from session_sharing.service.threads import NoThreadError, in_thread

logger = logging.getLogger(__name__)

_BOOT = "boot"


class Keeping:
    """Writes what is to be kept, in a thread, once for all who changed something meanwhile.

    The one event loop guards all state. That the file cannot be written is told in the log, once:
    the station serves on, and would have forgotten more after a restart.

    Args:
        path: The file.
        boot_id: This run of the operating system; empty if unknown.
        lines: Returns the lines to keep, made by `line_of`.
    """

    def __init__(self, path: Path, boot_id: str, lines: Callable[[], Iterable[str]]) -> None:
        self._path = path
        self._head = line_of({_BOOT: boot_id})
        self._lines = lines
        self._next: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._told = False

    def soon(self) -> None:
        """Keep what is known when that is written, soon."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        if self._task is None:
            self._task = asyncio.create_task(self._write_all(), name="keep what is known")
            self._task.add_done_callback(_tell_failure)

    async def kept(self) -> None:
        """Return when what is known now would survive a restart, or cannot be written."""
        self.soon()
        assert self._next is not None, "it was made just now"
        await asyncio.wait({self._next})

    async def _write_all(self) -> None:
        try:
            while self._next is not None:
                written, self._next = self._next, None
                try:
                    await self._write("".join([self._head, *self._lines()]))
                finally:
                    written.set_result(None)
        finally:
            self._task = None  # Here, not when it is done: `soon` may be called in between.

    async def _write(self, text: str) -> None:
        try:
            await in_thread(
                "keep what is known", lambda: atomic_write_text(self._path, text, sync=False)
            )
            self._told = False
        except (OSError, NoThreadError) as error:
            if not self._told:
                logger.warning("%s is not up to date, and a restart forgets: %s", self._path, error)
            self._told = True


def _tell_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        logger.error("Keeping what is known failed", exc_info=task.exception())


def line_of(fields: Mapping[str, object]) -> str:
    """Return the line that says this."""
    return to_line(json.dumps(fields, separators=(",", ":")))


def read_kept(path: Path, boot_id: str) -> list[dict[str, Any]]:
    """Return what was kept in an earlier run; nothing if the machine was restarted since.

    What cannot be read is told of in the log, and left out.

    Args:
        path: The file.
        boot_id: This run of the operating system; empty if unknown.
    """
    try:
        found = read_lines(path.read_bytes())
    except FileNotFoundError:
        return []
    except OSError as error:
        logger.warning("%s cannot be read (%s); the station begins anew", path, error.strerror)
        return []
    if found.damaged_at is not None:
        logger.warning("%s is damaged; what stands behind the damage is forgotten", path)
    head, *entries = [json.loads(text) for text in found.texts] or [{}]
    return entries if head.get(_BOOT) == boot_id else []
