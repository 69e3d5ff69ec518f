"""The JSON logger: one log file, one session, many programs. This is the client's side."""

from json_logger.client import INSTRUMENT_TYPE, JsonLoggerClient, JsonLoggerSessionConstructor
from session_sharing.records import Limits, Record, RecordContext

__all__ = [
    "INSTRUMENT_TYPE",
    "JsonLoggerClient",
    "JsonLoggerSessionConstructor",
    "Limits",
    "Record",
    "RecordContext",
]
