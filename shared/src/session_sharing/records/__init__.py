"""Measurement records: what they are, how a client sends them, and how a log holds them."""

from session_sharing.records.batches import batch_to_records, batch_to_text
from session_sharing.records.details import Limits
from session_sharing.records.inheritance import SiteContexts, context_to_text
from session_sharing.records.levels import AckLevel, Acknowledged
from session_sharing.records.lines import record_to_line
from session_sharing.records.model import Record, RecordContext, RecordLimits, Value
from session_sharing.records.reading import parse_line
from session_sharing.records.rows import (
    BATCH_BYTES,
    BATCH_RECORDS,
    FIRST_RECORDS,
    Batch,
    encode_batches,
    encode_one,
    encode_row,
    join_batches,
    join_rows,
)

__all__ = [
    "BATCH_BYTES",
    "BATCH_RECORDS",
    "FIRST_RECORDS",
    "AckLevel",
    "Acknowledged",
    "Batch",
    "Limits",
    "Record",
    "RecordContext",
    "RecordLimits",
    "SiteContexts",
    "Value",
    "batch_to_records",
    "batch_to_text",
    "context_to_text",
    "encode_batches",
    "encode_one",
    "encode_row",
    "join_batches",
    "join_rows",
    "parse_line",
    "record_to_line",
]
