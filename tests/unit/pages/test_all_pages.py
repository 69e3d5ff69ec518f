"""Every page of the repository: its blocks keep the rule, and what they name exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tools.packages import ROOT
from tools.pages.blocks import Block, blocks_of
from tools.pages.checking import command_problems
from tools.pages.commands import commands_of
from tools.pages.files import page_files
from tools.pages.imports import import_problems
from tools.pages.made import made_by, uses_made
from tools.pages.rule import is_command_block, rule_problems, text_problems
from tools.pages.sentences import span_problems, spans_of

EXTERNAL = re.compile(r"\]\((https?:[^)]*)\)|<(https?:[^>]*)>")
CI = ".ci/run", ".github/workflows/ci.yml"

each_page = pytest.mark.parametrize(
    "page", page_files(), ids=lambda page: page.relative_to(ROOT).as_posix()
)


def blocks(page: Path) -> list[Block]:
    return blocks_of(page.read_text("utf-8"))


def scripts_of(page: Path) -> set[str]:
    """Return the files that a page has its reader save, by name."""
    return {name for block in blocks(page) for name in block.file_names}


@each_page
def test_blocks_keep_the_rule(page: Path) -> None:
    """Each block says what it is: its language, and of commands for which platform, and if run."""
    found = [(block.line, each) for block in blocks(page) for each in rule_problems(block)]
    assert found == []


@each_page
def test_text_is_compared_or_an_example(page: Path) -> None:
    """What a page shows as printed is what the tests see printed, or is called an example."""
    assert list(text_problems(blocks(page))) == []


@each_page
def test_commands_exist(page: Path) -> None:
    """Who types a command of a page, on whatever platform, types what the programs take."""
    made = made_by(page.read_text("utf-8"))
    scripts = scripts_of(page)
    found = [
        (command.line, problem)
        for block in blocks(page)
        if is_command_block(block)
        for command in commands_of(block)
        if not uses_made(command.words, made)
        for problem in command_problems(command.words, block.language, scripts=scripts)
    ]
    assert found == []


@each_page
def test_what_sentences_name_exists(page: Path) -> None:
    """A command, option, variable or path in a sentence or a table exists, as in a block."""
    text = page.read_text("utf-8")
    scripts = scripts_of(page)
    made = made_by(text)
    found = [
        (span, problem)
        for span in spans_of(text)
        if not uses_made(span.split(), made)
        for problem in span_problems(span, scripts=scripts)
    ]
    assert found == []


@each_page
def test_python_of_pages_compiles_and_finds_its_imports(page: Path) -> None:
    """Who copies Python from a page has no typing error in it, and imports what is there."""
    found = [
        (block.line, problem)
        for block in blocks(page)
        if block.language == "python"
        for problem in import_problems(ast.parse(block.text))
    ]
    assert found == []


@each_page
def test_addresses_are_whole(page: Path) -> None:
    """Links that lead elsewhere have a host, and nothing that ends them early."""
    addresses = ["".join(pair) for pair in EXTERNAL.findall(page.read_text("utf-8"))]
    wrong = [each for each in addresses if not urlsplit(each).hostname or re.search(r"\s", each)]
    assert wrong == []


@each_page
def test_what_is_left_to_continuous_integration_is_run_there(page: Path) -> None:
    """A block that the tests leave to continuous integration is run by it."""
    scripts = "\n".join((ROOT / name).read_text("utf-8") for name in CI)
    commands = [
        " ".join(command.words)
        for block in blocks(page)
        if "ci" in block.words
        for command in commands_of(block)
    ]
    assert [each for each in commands if each not in scripts] == []


def test_pages_are_found() -> None:
    """The tests above look at the pages, wherever they lie, and at none that was built."""
    names = {page.relative_to(ROOT).as_posix() for page in page_files()}
    own = {"README.md", "docs/index.md", "services/json_logger/README.md", "template/README.md"}
    assert own <= names
    assert not any(re.search(r"_build|\.nox|template/files", name) for name in names)
