"""The rule of command blocks: each says for which platform it is, and whether the tests run it.

The first word behind the fence is the language, the second the platform: `sh any`, `sh posix`,
`bat windows`, `powershell windows`; further words tell the tests how to run it. A block for one
platform begins with a comment that names it, and one that the tests do not run says so there.
`python any` is a program that they run as it stands; other Python is a file or a part of one.
A `text` block is what the block before it prints, or says that it is an example: `text example`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.pages.blocks import Block

SHELLS = {"sh": ("any", "posix"), "bat": ("windows",), "powershell": ("windows",)}
"""The languages of command blocks, and the platforms that each may be for."""

NOT_RUN = "not run by the tests"
PARSED_WORDS = frozenset({"admin", "parsed"})
"""Blocks that are only parsed: they need rights, or the reader puts something in."""

WORDS = PARSED_WORDS | {"server", "background", "slow", "ci"}
EXAMPLE = "example"
"""Text that the tests compare with nothing."""

_EXIT = re.compile(r"exit=\d+")
_NAMES = {"posix": ("Linux", "macOS"), "windows": ("Windows",)}
_OTHER_SHELLS = ("bash", "batch", "cmd", "console", "ps1", "pwsh", "shell", "zsh")
_LOOKS_LIKE_COMMAND = re.compile(r"\s*(?:[$>] +\S|python3? |py |nox )")
_DIRECTIVE = re.compile(r"\{[\w:-]+\}")


def is_command_block(block: Block) -> bool:
    """Say whether a block has commands that a reader types."""
    return block.language in SHELLS


def is_parsed_only(block: Block) -> bool:
    """Say whether no test ever runs a command block."""
    return "windows" in block.words or not PARSED_WORDS.isdisjoint(block.words)


def is_played(block: Block) -> bool:
    """Say whether the tests of pages run a block: at each run, or where there is time for it."""
    if is_command_block(block):
        return not is_parsed_only(block) and "ci" not in block.words
    return block.language == "python" and "any" in block.words


def shows_output(block: Block) -> bool:
    """Say whether a text stands where what was printed stands: right behind, or by a colon.

    Whether what is before it prints something is asked elsewhere.
    """
    return block.follows and (not block.before or block.before.endswith(":"))


def text_problems(blocks: Sequence[Block]) -> Iterator[tuple[int, str]]:
    """Yield the texts of a page, by line, that do not say truly whether they are compared."""
    for before, block in zip([None, *blocks], blocks, strict=False):
        if block.language != "text":
            continue
        prints = before is not None and is_played(before) and "background" not in before.words
        is_compared = prints and shows_output(block)
        if is_compared and EXAMPLE in block.words:
            yield block.line, "this is what the block before it prints, so it is no example"
        elif not is_compared and EXAMPLE not in block.words:
            yield block.line, "no test compares this: say ```text example, or put it behind a colon"


def exit_code(block: Block) -> int:
    """Return the exit code that a block is to end with."""
    codes = [int(word.partition("=")[2]) for word in block.words if _EXIT.fullmatch(word)]
    return codes[0] if codes else 0


def rule_problems(block: Block) -> list[str]:
    """Return in which respects a block breaks the rule."""
    if is_command_block(block):
        return list(_command_problems(block))
    return list(_other_problems(block))


def _command_problems(block: Block) -> Iterator[str]:
    platforms = SHELLS[block.language]
    platform, *further = block.words or ("",)
    if platform not in platforms:
        yield f"say the platform: ```{block.language} {' or '.join(platforms)}"
    for word in further:
        if word not in WORDS and not _EXIT.fullmatch(word):
            yield f"{word!r} is no word of the rule"
    first = block.text.splitlines()[0] if block.text.strip() else ""
    comment = first if first.startswith(("#", "rem ", "REM ", "::")) else ""
    if platform in _NAMES and not any(name in comment for name in _NAMES[platform]):
        yield f"begin with a comment that names the platform: {', '.join(_NAMES[platform])}"
    if is_parsed_only(block) != (NOT_RUN in comment):
        yield f"{NOT_RUN!r} stands in the first comment of what they do not run, and only there"


def _other_problems(block: Block) -> Iterator[str]:
    if not block.language:
        yield "name a language; for what is none: ```text"
    elif block.language in _OTHER_SHELLS:
        yield f"{block.language!r} is called sh, bat or powershell"
    elif block.language == "python" and block.words not in {(), ("any",)}:
        yield "a Python program that the tests run is ```python any; other Python has no word"
    elif block.language == "text" and _LOOKS_LIKE_COMMAND.match(block.text):
        yield "commands stand in a block of their own: ```sh, ```bat or ```powershell"
    elif block.language == "text" and block.words in {(), (EXAMPLE,)}:
        return
    elif block.words and block.language != "python" and not _DIRECTIVE.match(block.language):
        yield f"only command blocks have words behind the language: {' '.join(block.words)}"
