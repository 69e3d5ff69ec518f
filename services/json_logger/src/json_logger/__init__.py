"""The JSON logger: one log file, one session, many programs. This is the client's side."""

from json_logger.client import INSTRUMENT_TYPE, JsonLoggerClient, JsonLoggerSessionConstructor
from session_sharing.client import Receipt
from session_sharing.records import AckLevel, Acknowledged, Limits, Record, RecordContext

__all__ = [
    "INSTRUMENT_TYPE",
    "AckLevel",
    "Acknowledged",
    "JsonLoggerClient",
    "JsonLoggerSessionConstructor",
    "Limits",
    "Receipt",
    "Record",
    "RecordContext",
]
