"""The steps for log files."""

from __future__ import annotations

import json_logger
from teststand_modules.logs import LogKind
from teststand_modules.steps import Steps

TYPES = (json_logger.INSTRUMENT_TYPE, "JsonLoggerService")
"""The instrument types of log files: the project's, and that of NI's published pin map."""

STEPS = Steps(LogKind("log files", json_logger.JsonLoggerClient), TYPES)
