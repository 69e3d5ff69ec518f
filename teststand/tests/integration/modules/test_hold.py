"""The pattern *Hold*: Setup attaches, measurements join, and the last Cleanup closes."""

from __future__ import annotations

import teststand_db_writer
import teststand_json_logger


def test_from_setup_to_cleanup(tidy):
    """What Setup opens, measurements find registered and open, and Cleanup closes."""
    context = tidy.context()
    teststand_json_logger.create_file_sessions(context)
    teststand_db_writer.create_database_sessions(context)
    for pin in ("LOG", "LOG2", "DB"):
        assert tidy.log(context, pin) == (True, False)
    assert len(tidy.open_logs()) == 1
    teststand_json_logger.destroy_file_sessions()
    teststand_db_writer.destroy_database_sessions(context)


def test_type_id_of_ni(tidy):
    """A pin map that calls log files as NI's published one does needs no argument."""
    context = tidy.context("theirs", "JsonLoggerService")
    teststand_json_logger.create_file_sessions(context)
    assert tidy.log(context, type_id="JsonLoggerService") == (True, False)
    teststand_json_logger.destroy_file_sessions()
