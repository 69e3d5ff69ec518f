"""What client processes call of the servers. Each opens what it needs, and says how to call it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path

from bench import samples
from bench.nothing import nothing_call
from db_writer import DbWriterClient
from json_logger import JsonLoggerClient
from session_sharing.records import Record, RecordLimits, encode_batches
from session_sharing.wire.generated import records_pb2

_sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # Windows has but one of them


def nothing(address: str, stack: ExitStack) -> Callable[[], object]:
    """Call the server that does nothing, with a request that is as big as those of the others."""
    return nothing_call(address, _request())


def write_line(folder: Path, sync: bool, stack: ExitStack) -> Callable[[], object]:
    """Write a line to a file of its own, as programs do that have no service.

    Args:
        folder: Where the file lies.
        sync: Whether each line is brought to the disk.
        stack: Closes the file.
    """
    path = folder / f"{os.getpid()}-{'synced' if sync else 'flushed'}.ndjson"
    log = stack.enter_context(path.open("w", encoding="utf-8"))
    values = samples.small(1)

    def write() -> None:
        log.write(samples.line(values))
        log.flush()
        if sync:
            _sync(log.fileno())

    return write


def log_line(address: str, level: str, stack: ExitStack) -> Callable[[], object]:
    """Log one record a call to a file.

    Args:
        address: host:port of the JSON logger.
        level: The acknowledgement level; there is a file for each.
        stack: Ends the session.
    """
    client = JsonLoggerClient(f"{level}.ndjson", address=address, ack=level)
    stack.enter_context(client)
    values = samples.small(1)
    return lambda: client.log(samples.NAME, *values)


def store_one(address: str, database: str, stack: ExitStack) -> Callable[[], object]:
    """Store one record a call in a database.

    Args:
        address: host:port of the database writer.
        database: The database.
        stack: Ends the session.
    """
    client = stack.enter_context(DbWriterClient(database, address=address))
    values = samples.small(1)
    return lambda: client.log(samples.NAME, *values)


def store_many(address: str, database: str, count: int, stack: ExitStack) -> Callable[[], object]:
    """Store many records a call in a database; a caller makes them of its dicts each time.

    Args:
        address: host:port of the database writer.
        database: The database.
        count: How many.
        stack: Ends the session.
    """
    client = stack.enter_context(DbWriterClient(database, address=address))
    values = [samples.small(index) for index in range(count)]
    return lambda: client.log_many(map(samples.record, values))


def _request() -> records_pb2.LogRecordsRequest:
    """Return a request that is as big as the logger's."""
    now = datetime.now(timezone.utc)
    batch = next(encode_batches([Record(samples.NAME, *samples.small(1), now)], RecordLimits()))
    request = records_pb2.LogRecordsRequest(count=1, first_record_number=1)
    request.attachment.session_name = 32 * "x"
    request.attachment.attachment_id = 32 * "x"
    request.records_json = batch.records_json
    return request
