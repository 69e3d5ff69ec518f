"""The database writer: one database, one session, many programs. This is the client's side."""

from db_writer.client import INSTRUMENT_TYPE, DbWriterClient, DbWriterSessionConstructor
from session_sharing.client import RecordGroup
from session_sharing.records import Limits, Record, RecordContext

__all__ = [
    "INSTRUMENT_TYPE",
    "DbWriterClient",
    "DbWriterSessionConstructor",
    "Limits",
    "Record",
    "RecordContext",
    "RecordGroup",
]
