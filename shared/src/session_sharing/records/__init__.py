"""Measurement records: what they are, how a client sends them, and how a log holds them."""

from session_sharing.records.levels import AckLevel
from session_sharing.records.lines import batch_to_lines, record_to_line
from session_sharing.records.model import Record, RecordContext, RecordLimits, Value
from session_sharing.records.reading import parse_line
from session_sharing.records.rows import Batch, encode_batches, encode_row, join_rows

__all__ = [
    "AckLevel",
    "Batch",
    "Record",
    "RecordContext",
    "RecordLimits",
    "Value",
    "batch_to_lines",
    "encode_batches",
    "encode_row",
    "join_rows",
    "parse_line",
    "record_to_line",
]
