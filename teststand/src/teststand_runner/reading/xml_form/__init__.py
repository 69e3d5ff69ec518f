"""The XML form of sequence files."""

from __future__ import annotations

from teststand_runner.reading.xml_form.document import read_xml

__all__ = ["read_xml"]
