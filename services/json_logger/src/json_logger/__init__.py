"""The JSON logger: one log file, one session, many programs. This is the client's side."""

from session_sharing.records import Record, RecordContext

from json_logger.client import INSTRUMENT_TYPE, JsonLoggerClient, JsonLoggerSessionConstructor

__all__ = [
    "INSTRUMENT_TYPE",
    "JsonLoggerClient",
    "JsonLoggerSessionConstructor",
    "Record",
    "RecordContext",
]
