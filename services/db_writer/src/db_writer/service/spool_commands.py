"""What the commands that look into spools have in common."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from db_writer.service.names import SPOOL_FOLDER
from db_writer.service.spool import SpoolFile
from db_writer.service.spools import spool_files
from session_sharing.errors import SharingError
from session_sharing.records import Record, RecordLimits, record_to_line
from session_sharing.service import StoreError

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_ANY_SIZE = RecordLimits(2**40, 2**40)


def with_each_spool(data_folder: Path, work: Callable[[SpoolFile], None]) -> int:
    """Do something with each spool of a data folder; tell of those with which it failed.

    Returns:
        The exit code of the process: 1 if there is no such folder, or a spool cannot be used.
    """
    exit_code = 0
    for path in spool_files(data_folder / SPOOL_FOLDER):
        try:
            with closing(SpoolFile(path)) as spool:
                work(spool)
        except (SharingError, StoreError) as error:
            exit_code = tell(error)
    return exit_code


def tell(error: object) -> int:
    """Tell of a failure on standard error, in one line; return the exit code that it means."""
    print(f"db_writer: {' '.join(str(error).split())}", file=sys.stderr)
    return 1


def record_fields(record: Record) -> dict[str, Any]:
    """Return a record as programs are shown it."""
    fields: dict[str, Any] = json.loads(record_to_line(record, now=_EPOCH, limits=_ANY_SIZE))
    return fields
