"""The commands of blocks, in the shells of all platforms."""

from __future__ import annotations

import pytest

from tools.pages.blocks import Block
from tools.pages.commands import command_words, commands_of


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ('pip install "./a[b,c]" ./d  # both', [("pip", "install", "./a[b,c]", "./d")]),
        ("A=1 b -k 'c d' -- --e=f", [("A=1", "b", "-k", "c d", "--", "--e=f")]),
        ("a && b | c > out.txt 2>&1; d &", [("a",), ("b",), ("c",), ("d",)]),
        (". .venv/bin/activate", [(".", ".venv/bin/activate")]),
        ('kill "$!"', [("kill", "$!")]),
        ("# nothing", []),
    ],
)
def test_words_of_sh(line: str, commands: list[tuple[str, ...]]) -> None:
    """Quotes, comments, pipes and redirections are taken as sh does."""
    assert command_words(line) == commands


@pytest.mark.parametrize(
    ("language", "line", "commands"),
    [
        ("bat", r".venv\Scripts\activate", [(r".venv\Scripts\activate",)]),
        ("bat", 'set "A=C:\\b c" && py -m d', [("set", r"A=C:\b c"), ("py", "-m", "d")]),
        ("powershell", '$env:A = "b"; py -m c  # d', [("$env:A", "=", "b"), ("py", "-m", "c")]),
    ],
)
def test_words_of_windows(language: str, line: str, commands: list[tuple[str, ...]]) -> None:
    """A backslash is a part of a path, not of the shell's grammar."""
    assert command_words(line, language) == commands


@pytest.mark.parametrize("language", ["sh", "bat"])
def test_an_open_quotation_is_refused(language: str) -> None:
    """A reader whose shell would wait for the other quote is spared that."""
    with pytest.raises(ValueError, match="No closing quotation"):
        command_words('echo "a', language)


@pytest.mark.parametrize(
    ("language", "comment", "continued"), [("sh", "#", "\\"), ("bat", "rem", "^")]
)
def test_commands_have_their_lines(language: str, comment: str, continued: str) -> None:
    """A command is one over several lines, and is told by the first of them; comments are none."""
    text = f"{comment} first\na {continued}\n  --b\n\nc\n"
    commands = commands_of(Block(language, ("any",), text, 10))
    assert [(command.words, command.line) for command in commands] == [
        (("a", "--b"), 12),
        (("c",), 15),
    ]


def test_what_is_fed_to_a_command_is_no_command() -> None:
    """The text of a here-document is not taken for commands."""
    block = Block("sh", ("any",), "cat > a <<'END'\nrm -r /\nEND\nls\n", 1)
    assert [command.words for command in commands_of(block)] == [("cat",), ("ls",)]
