"""Enters a new service into the tables of the root `pyproject.toml`, and leaves all else as it is.

Most tables of the project derive from its folders. These cannot: mypy and import-linter read them
from that file alone.
"""

from __future__ import annotations

import re

from tools.service_names import RefusedError, ServiceNames

_LAYERS_OF_ONE = """
[[tool.importlinter.contracts]]
name = "One module alone knows the generated code of {name}'s contract"
type = "protected"
protected_modules = ["{name}.v1"]
allowed_importers = ["{name}.wire"]

[[tool.importlinter.contracts]]
name = "The client of {name} does without its server side"
type = "protected"
protected_modules = ["{name}.service"]
allowed_importers = ["{name}.__main__"]
"""

_ENTRIES = (
    (
        "[tool.mypy]",
        "mypy_path",
        (
            "$MYPY_CONFIG_FILE_DIR/services/{name}/src",
            "$MYPY_CONFIG_FILE_DIR/plugins/{plug_in}/src",
        ),
    ),
    ("[tool.importlinter]", "root_packages", ("{name}", "{plug_in}")),
    ("the generated code of session_sharing", "allowed_importers", ("{name}.v1",)),
    ("What goes into plug-ins imports none of NI's", "source_modules", ("{name}",)),
    ("The services and the local station know nothing", "modules", ("{name}",)),
    ("Plug-ins know nothing of each other", "modules", ("{plug_in}",)),
    ("What plug-ins have in common knows none of them", "forbidden_modules", ("{plug_in}",)),
    ("Plug-ins know no service, only its client", "source_modules", ("{plug_in}",)),
    ("Plug-ins know no service, only its client", "forbidden_modules", ("{name}.service",)),
    ("A driver is called in one module", "source_modules", ("{plug_in}.**",)),
    ("The shared library knows none of its users", "forbidden_modules", ("{name}", "{plug_in}")),
    ("Sequences know no service and no plug-in", "modules", ("{name}.service", "{plug_in}")),
    (
        "Sequences know no service and no plug-in",
        "ignore_imports",
        ("{plug_in}.** -> measurement_support.**",),
    ),
    ("TestStand's code modules know", "forbidden_modules", ("{name}.service", "{plug_in}")),
)
"""What is entered where: a heading or words of a contract's name, an array, and its new entries."""


def with_service(text: str, names: ServiceNames) -> str:
    """Return the root `pyproject.toml` with a service and its plug-ins in all tables.

    Args:
        text: The file as it is.
        names: Those of the new service.

    Raises:
        RefusedError: A table is not found, or has one of the entries already.
    """
    for heading, array, entries in _ENTRIES:
        for entry in entries:
            filled = entry.format(name=names.name, plug_in=names.plug_in)
            text = _with_entry(text, heading, array, filled)
    return text.rstrip("\n") + "\n" + _LAYERS_OF_ONE.format(name=names.name)


def _with_entry(text: str, heading: str, array: str, entry: str) -> str:
    """Return the file with one more entry at the end of an array, a line for each, of a table."""
    found = re.search(
        rf"^(?:name = \"[^\"\n]*)?{re.escape(heading)}[^\n]*\n(?:(?!\[)[^\n]*\n)*?{array} = \[\n"
        rf"(?P<entries>(?:    [^\n]*\n)*)\]",
        text,
        re.MULTILINE,
    )
    if found is None:
        raise RefusedError(
            f"pyproject.toml has no array {array!r}, with a line for each entry, at {heading!r}."
        )
    line = f'    "{entry}",\n'
    if line in found["entries"].splitlines(keepends=True):
        raise RefusedError(f"pyproject.toml names {entry} already, at {heading!r}.")
    end = found.end("entries")
    return text[:end] + line + text[end:]
