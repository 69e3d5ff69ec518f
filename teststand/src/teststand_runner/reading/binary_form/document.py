"""From the bytes of a binary file to its properties."""

from __future__ import annotations

from teststand_runner.model.properties import FileInformation, PropertyFile
from teststand_runner.reading.binary_form.container import open_container
from teststand_runner.reading.binary_form.expanding import Expanding
from teststand_runner.reading.binary_form.records import read_records


def read_binary(data: bytes) -> PropertyFile:
    """Return the properties of a binary sequence file, those left to its types included.

    Args:
        data: The file.

    Raises:
        SequenceFileError: It is damaged, or has too much; it names the offset and the property.
    """
    container = open_container(data)
    records = read_records(container)
    expanding = Expanding(records.types)
    version = container.format_version
    return PropertyFile(
        FileInformation("binary", version, container.product_version, "inflated offset"),
        {name: expanding.definition(name) for name in records.types},
        0,
        expanding.content(records.data),
    )
