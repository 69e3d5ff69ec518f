"""The database writer: one database, one session, many programs. This is the client's side."""

from db_writer.client import INSTRUMENT_TYPE, DbWriterClient, DbWriterSessionConstructor
from session_sharing.client import Receipt, RecordGroup
from session_sharing.records import AckLevel, Acknowledged, Limits, Record, RecordContext

__all__ = [
    "INSTRUMENT_TYPE",
    "AckLevel",
    "Acknowledged",
    "DbWriterClient",
    "DbWriterSessionConstructor",
    "Limits",
    "Receipt",
    "Record",
    "RecordContext",
    "RecordGroup",
]
