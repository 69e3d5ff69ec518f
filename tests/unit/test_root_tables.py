"""Entering a service into the tables of the root `pyproject.toml`."""

from __future__ import annotations

import sys

import pytest

from tools.packages import ROOT
from tools.root_tables import with_service
from tools.service_names import RefusedError, names_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAMES = names_of("scope_capture")
TEXT = (ROOT / "pyproject.toml").read_text("utf-8")


def contract(text: str, words: str) -> dict[str, object]:
    """Return the one contract of whose name these are words."""
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    (found,) = (each for each in contracts if words in each["name"])
    return found


def test_only_lines_are_added():
    """All that was there stays as it is, comments and order included."""
    before, after = TEXT.splitlines(), iter(with_service(TEXT, NAMES).splitlines())
    assert all(line in after for line in before)


def test_service_and_plug_ins_are_in_every_table():
    """Types and layers of what was made are checked as those of all others."""
    made = with_service(TEXT, NAMES)
    tool = tomllib.loads(made)["tool"]
    assert tool["mypy"]["mypy_path"][-2:] == [
        "$MYPY_CONFIG_FILE_DIR/services/scope_capture/src",
        "$MYPY_CONFIG_FILE_DIR/plugins/scope_capture_measurement/src",
    ]
    plug_in = NAMES.plug_in
    assert {"scope_capture", plug_in} <= set(tool["importlinter"]["root_packages"])
    assert (
        "scope_capture.service" in contract(made, "Plug-ins know no service")["forbidden_modules"]
    )
    assert plug_in in contract(made, "Plug-ins know no service")["source_modules"]
    assert contract(made, "generated code of scope_capture") == {
        "name": "One module alone knows the generated code of scope_capture's contract",
        "type": "protected",
        "protected_modules": ["scope_capture.v1"],
        "allowed_importers": ["scope_capture.wire"],
    }


def test_what_holds_for_a_plug_in_holds_for_the_new_ones():
    """Wherever a plug-in of the project is named beside another, the new ones are named too."""
    made = with_service(TEXT, NAMES)
    for each in tomllib.loads(made)["tool"]["importlinter"]["contracts"]:
        for entries in (value for value in each.values() if isinstance(value, list)):
            listed = {str(entry).removesuffix(".**") for entry in entries}
            if {"output_voltage", "supply_current"} <= listed:
                assert NAMES.plug_in in listed, each["name"]
            if {"db_writer.service", "json_logger.service"} <= listed:
                assert "scope_capture.service" in listed, each["name"]


def test_who_is_entered_already_is_refused():
    """Nothing is entered twice."""
    with pytest.raises(RefusedError, match=r"names .*scope_capture.* already"):
        with_service(with_service(TEXT, NAMES), NAMES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("root_packages = [\n", "packages = [\n"),
        ('name = "Plug-ins know nothing of each other"', 'name = "Another"'),
        ("mypy_path = [\n    ", "mypy_path = ["),
    ],
)
def test_a_table_that_is_not_as_expected_is_refused(old, new):
    """Where somebody rewrote a table, who makes a service is told which, and nothing is guessed."""
    assert old in TEXT
    with pytest.raises(RefusedError, match=r"pyproject\.toml has no array"):
        with_service(TEXT.replace(old, new), NAMES)
