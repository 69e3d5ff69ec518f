"""The names of a new service that something has already."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools.new_service import render
from tools.packages import ROOT, all_packages
from tools.service_names import RefusedError, names_of
from tools.taken_names import refuse_taken

DISTRIBUTIONS = {str(package.project["name"]) for package in all_packages()}


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("json_logger", "services/json_logger exists"),
        ("output_voltage", "plugins/output_voltage exists"),
        ("waiting", "pin_maps/waiting.pinmap exists"),
        ("json", "Python has a module json"),
        ("select", "Python has a module select"),
        ("grpc", "Python has a module grpc"),
        ("demo", "Python has a module demo"),
        ("teststand", "Python has a module teststand"),
        ("plugin_output_voltage", "distribution session-sharing-plugin-output-voltage"),
        ("pytest", "module pytest"),
        ("cyclonedx_bom", "tools need cyclonedx_bom"),
        ("build", "git ignores what is called build"),
        ("dist", "git ignores what is called dist"),
        ("jsonlogger", r"protos/json_logger/.* has the name JsonLogger"),
        ("database_writer", r"DbWriter.serviceconfig has the name DatabaseWriter"),
        ("device_communication_writer", r"has the name DeviceCommunicationWriter"),
        ("file_logger", r"pin_maps/.* has the name FileLogger"),
    ],
)
def test_a_name_that_is_taken_is_refused(name, has):
    """Nothing of the project, of Python or of what is installed is hidden by a new service."""
    with pytest.raises(RefusedError, match=has):
        refuse_taken(names_of(name), ROOT, DISTRIBUTIONS)


@pytest.mark.parametrize(
    "place",
    [
        *("services/scope_capture", "plugins/scope_capture", "plugins/scope_capture_measurement"),
        *("protos/scope_capture", "pin_maps/scope_capture.pinmap"),
    ],
)
def test_each_place_that_is_taken_is_named(tmp_path: Path, place):
    """Also what is only partly there is not written over."""
    names = names_of("scope_capture")
    for file in ("pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / file, tmp_path)
    refuse_taken(names, tmp_path, DISTRIBUTIONS)
    (tmp_path / place).mkdir(parents=True)
    with pytest.raises(RefusedError, match=f"{place} exists already"):
        refuse_taken(names, tmp_path, DISTRIBUTIONS)


@pytest.mark.parametrize(("first", "second"), [("scope2", "scope_2"), ("scope_reader", "scope")])
def test_two_services_never_share_a_class_name(tmp_path: Path, first, second):
    """What a station tells apart by name is told apart, though the folders' names differ."""
    for file in ("pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / file, tmp_path)
    render(names_of(first), "0.1.0", tmp_path)
    with pytest.raises(RefusedError, match="already, as a class of"):
        refuse_taken(names_of(second), tmp_path, DISTRIBUTIONS)
