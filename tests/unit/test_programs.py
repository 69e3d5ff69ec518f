"""The programs, their parsers, and the variables that they read: found in the code."""

from __future__ import annotations

import signal
import sys

import pytest

from tools.environment_variables import environment_variables, mentioned_variables
from tools.packages import ROOT
from tools.programs import parsers, program_names, source_of, sub_parsers


def test_programs_are_found() -> None:
    """What the packages and the project start is among the programs, with its parser."""
    some = {"bench", "demo", "json_logger", "local_station.instruments", "supply_current"}
    assert some <= set(program_names())
    for name in program_names():
        assert parsers(name)[()].prog.endswith(name.rpartition(".")[2])


def test_commands_of_programs_are_found() -> None:
    """Sub-commands are found, and the one that has a parser of its own."""
    assert {"list", "watch", "close", "doctor"} <= set(sub_parsers(parsers("session_sharing")[()]))
    assert list(parsers("teststand_runner")) == [(), ("write",)]


def test_finding_a_parser_changes_nothing() -> None:
    """A program that is asked for its options does not start, nor change this process."""
    before = sys.argv, sys.stdout, signal.getsignal(signal.SIGINT)
    parsers.cache_clear()
    parsers("demo")
    assert (sys.argv, sys.stdout, signal.getsignal(signal.SIGINT)) == before


def test_a_module_without_a_command_line_is_told() -> None:
    """What parses no command line is no program whose options could be told."""
    with pytest.raises(ValueError, match=r"python -m tools\.packages parses no command line"):
        parsers("tools.packages")


def test_sources_of_modules() -> None:
    """A module that a page starts is found in the repository, wherever it lies."""
    assert source_of("json_logger") == ROOT / "services/json_logger/src/json_logger/__main__.py"
    assert source_of("teststand.stand_ins.measuring") == ROOT / "teststand/stand_ins/measuring.py"
    assert source_of("pip") is None


def test_variables_are_found_with_what_they_say() -> None:
    """Each variable that a program reads is told, with a sentence of the code."""
    found = {variable.name: variable for variable in environment_variables()}
    assert {"SESSION_SHARING_DISCOVERY", "LOCAL_STATION_HOME", "JSON_LOGGER_PYTHON"} <= set(found)
    assert [name for name, variable in found.items() if not variable.help] == []
    assert found["SESSION_SHARING_DATA"].where.endswith("data_folders.py")


def test_variables_of_tests_are_known() -> None:
    """A page may name a variable that the tests alone read."""
    assert {"SESSION_SHARING_ROUNDS", "SESSION_SHARING_SEED"} <= mentioned_variables()
