"""What the site shows of the code."""

from __future__ import annotations

import importlib
import re

import pytest

from db_writer.service import config
from docs.extensions.generated import PAGES, filled
from docs.extensions.markdown import cell, code, table
from docs.extensions.places import readme_of, url_of
from docs.extensions.python_api import clients_page, public_names, services_page
from docs.extensions.settings import keys_of, keys_page, settings_files, variables_page
from tools.packages import ROOT
from tools.programs import parsers, program_names

PLACE = re.compile(r"```\{generated\} (\w+)")


def test_every_place_of_a_page_is_filled_and_everything_has_a_place() -> None:
    """A page that asks for something gets it, and nothing is made that no page shows."""
    pages = [path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md")]
    assert {name for page in pages for name in PLACE.findall(page)} == set(PAGES)


def test_a_place_is_filled_where_it_stands() -> None:
    """What is made stands between what the page says."""
    page = filled("before\n\n```{generated} sessions\n```\n\nafter\n")
    assert page.startswith("before\n\n| command |")
    assert page.endswith("\n\nafter\n")
    assert "`nox -s lint`" in page
    with pytest.raises(KeyError):
        filled("```{generated} nothing\n```")


def test_all_programs_and_options_are_told() -> None:
    """The page on commands has each program of the project with each of its options."""
    page = PAGES["commands"]()
    for name in program_names():
        assert f"## python -m {name}\n" in page
        section = page.partition(f"## python -m {name}\n")[2].partition("\n## ")[0]
        for parser in parsers(name).values():
            options = {each for action in parser._actions for each in action.option_strings}
            assert [each for each in options - {"-h", "--help"} if each not in section] == []
    assert "### python -m session_sharing close\n" in page
    assert "Exit code" in page


def test_all_settings_are_told() -> None:
    """The page on settings has each key that a service's file explains, with its default."""
    page = keys_page()
    for name, file in settings_files().items():
        section = page.partition(f"## {name}\n")[2]
        assert [key for key in keys_of(file) if f"| `{key}` |" not in section] == []
    assert "| `ack` | `disk` |" in page
    assert "| `verbose` | `false` |" in page
    assert {"json_logger", "db_writer"} <= set(settings_files())


def test_the_file_of_the_database_writer_explains_all_keys_of_a_database() -> None:
    """The reference shows that file for the tables of databases: no key is missing in it."""
    explained = settings_files()["db_writer"].read_text("utf-8")
    assert [key for key in config._KEYS if not re.search(rf"\b{key} = ", explained)] == []


def test_public_names_are_described_once() -> None:
    """Each public name has one place in the reference, where links to it lead."""
    found = re.findall(r"^\.\. auto\w+:: (\S+)", clients_page() + services_page(), re.MULTILINE)
    assert len(found) == len(set(found))
    assert {"session_sharing.Behavior", "json_logger.JsonLoggerClient"} <= set(found)
    assert "session_sharing.service.SessionEngine" in found
    described = {id(_named(name)) for name in found}
    for name in ("session_sharing", "session_sharing.service", "json_logger", "db_writer"):
        module = importlib.import_module(name)
        missing = {id(getattr(module, each)) for each in public_names(module)} - described
        assert missing == set(), name


def _named(name: str) -> object:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def test_variables_have_rows() -> None:
    """Each variable of the environment is a row, with where it is read."""
    assert re.search(r"\| `LOCAL_STATION_HOME` \| .+ \| `shared/src/.+\.py` \|", variables_page())


def test_texts_stay_in_their_cells() -> None:
    """What would end a cell or a line, or begin a tag, is shown as it is."""
    assert cell("a |\n b <c> *d*") == "a \\| b &lt;c> \\*d\\*"
    assert (code("a|b"), code("")) == ("`a\\|b`", "")
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n|---|---|\n| 1 | 2 |\n"
    assert table(["a"], []) == ""


def test_where_files_and_folders_are() -> None:
    """A link to a source leads to it on the web, one to a folder to its README."""
    assert url_of("https://a/b/", ROOT, ROOT / "docs/conf.py") == "https://a/b/docs/conf.py"
    assert readme_of(ROOT, ROOT / "pin_maps") == "pin_maps/README"
    assert readme_of(ROOT, ROOT / "protos") is None
