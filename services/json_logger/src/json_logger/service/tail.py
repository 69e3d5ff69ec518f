"""The end of a log file: what a crash left there, and where its last records begin."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

from session_sharing.records import RecordLimits
from session_sharing.service.files import SYSTEM_FILES, Files, plain, write_all

_log = logging.getLogger(__name__)

BLOCK_BYTES = 64 * 1024

LONGEST_LINE = RecordLimits().record_bytes + BLOCK_BYTES
"""What is longer is not read into memory to see whether it is a record, but taken for torn."""


def mend_tail(
    log: BinaryIO,
    path: Path,
    whole_until: Callable[[int], int] = lambda end: end,
    files: Files = SYSTEM_FILES,
) -> int:
    """See to it that a log ends in a whole line, reading no more than its last line.

    A last line that is whole but for its newline gets one. A torn one is set aside in a file
    beside the log, as are whole ones of which others are missing: nothing is deleted.

    Args:
        log: The log, opened for reading and appending.
        path: Where it lies.
        whole_until: Told where the last whole line ends, returns where the last line ends that
            belongs in the log: lines that were written together stay together.
        files: What writes it.

    Returns:
        The size of the log in bytes, after mending.
    """
    size = log.seek(0, 2)
    end = _last_line_end(log, size)
    wanted = whole_until(end)
    if wanted > size:
        write_all(files, log.fileno(), b"\n")
    elif wanted < size:
        _set_aside(log, wanted, size - wanted, path, files)
        files.truncate(log.fileno(), wanted)
    return wanted


def _last_line_end(log: BinaryIO, size: int) -> int:
    """Return where the last whole line of a log ends: behind the log if its newline is missing."""
    start = line_start(log, size, 1)
    if start == size:
        return size
    log.seek(start)
    is_whole = size - start <= LONGEST_LINE and _is_record(log.read(size - start))
    return size + 1 if is_whole else start


def line_start(log: BinaryIO, end: int, lines: int) -> int:
    """Return where the last lines before a place begin.

    Args:
        log: The log.
        end: The place, in bytes from the beginning.
        lines: How many line beginnings to go back: 1 is the beginning of the line that `end`
            lies in, or `end` itself if that is the beginning of a line.
    """
    position = end
    while position > 0:
        start = max(0, position - BLOCK_BYTES)
        log.seek(start)
        block = log.read(position - start)
        found = block.count(b"\n")
        if found >= lines:
            place = len(block)
            for _ in range(lines):
                place = block.rindex(b"\n", 0, place)
            return start + place + 1
        lines -= found
        position = start
    return 0


def _is_record(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _set_aside(log: BinaryIO, start: int, size: int, path: Path, files: Files) -> None:
    """Copy the tail into a file beside its log, whole and on the disk, or not at all."""
    moment = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%fZ")
    aside = path.with_name(f"{path.name}.torn-{moment}")
    # Others may not read it, as the log itself.
    descriptor = files.open(aside, plain(os.O_WRONLY | os.O_CREAT | os.O_EXCL), 0o600)
    try:
        try:
            log.seek(start)
            while block := log.read(BLOCK_BYTES):
                write_all(files, descriptor, block)
            files.sync(descriptor)
        finally:
            files.close(descriptor)
        files.sync_folder(path.parent)  # Before the log is cut: a power cut could lose both.
    except OSError:
        files.unlink(aside)
        raise
    _log.warning("%s ended in %d bytes of torn records: moved to %s", path, size, aside)
