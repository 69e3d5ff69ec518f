"""The steps for databases."""

from __future__ import annotations

import db_writer
from teststand_modules.logs import LogKind
from teststand_modules.steps import Steps

STEPS = Steps(LogKind("databases", db_writer.DbWriterClient), (db_writer.INSTRUMENT_TYPE,))
