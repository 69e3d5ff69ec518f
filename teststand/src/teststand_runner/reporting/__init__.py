"""What came of a run, for people and for programs."""

from __future__ import annotations

from teststand_runner.reporting.json_report import json_fields, json_text
from teststand_runner.reporting.junit import junit_xml
from teststand_runner.reporting.table import print_results

__all__ = ["json_fields", "json_text", "junit_xml", "print_results"]
