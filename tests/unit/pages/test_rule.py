"""The rule of command blocks."""

from __future__ import annotations

import pytest

from tools.pages.blocks import blocks_of
from tools.pages.rule import exit_code, is_parsed_only, rule_problems, text_problems


def problems(fence: str, text: str = "ls") -> list[str]:
    (block,) = blocks_of(f"```{fence}\n{text}\n```\n")
    return rule_problems(block)


@pytest.mark.parametrize(
    ("fence", "text"),
    [
        ("sh any", "python -m json_logger"),
        ("sh any server", "python -m json_logger"),
        ("sh posix exit=3 slow", "# macOS\nls"),
        ("sh posix admin", "# Linux; not run by the tests\nls"),
        ("sh any parsed", "# not run by the tests: DIR is yours\nls DIR"),
        ("bat windows", "rem Windows; not run by the tests\ndir"),
        ("powershell windows", "# Windows; not run by the tests\ndir"),
        ("python", "1"),
        ("python any", "1"),
        ("text", "printed"),
        ("text example", "printed"),
        ("{toctree} with words", ""),
    ],
)
def test_what_keeps_the_rule(fence: str, text: str) -> None:
    """A block that says all that its reader and the tests need is good."""
    assert problems(fence, text) == []


@pytest.mark.parametrize(
    ("fence", "text", "problem"),
    [
        ("", "ls", "name a language"),
        ("console", "ls", "is called sh, bat or powershell"),
        ("sh", "ls", "say the platform"),
        ("sh windows", "# Windows; not run by the tests", "say the platform"),
        ("bat any", "dir", "say the platform"),
        ("sh any sever", "ls", "'sever' is no word"),
        ("sh posix", "ls", "names the platform: Linux, macOS"),
        ("sh posix", "ls # Linux", "names the platform"),
        ("bat windows", "rem not run by the tests", "names the platform: Windows"),
        ("bat windows", "rem Windows", "'not run by the tests' stands in the first comment"),
        ("sh any", "# not run by the tests", "and only there"),
        ("sh posix admin", "# Linux", "and only there"),
        ("python run", "1", "python any"),
        ("toml any", "a = 1", "only command blocks have words"),
        ("text compared", "a", "only command blocks have words"),
        ("text", "$ ls", "in a block of their own"),
        ("text", "python -m json_logger", "in a block of their own"),
    ],
)
def test_what_breaks_the_rule(fence: str, text: str, problem: str) -> None:
    """Who writes a block that says too little, or something wrong, is told what to write."""
    (found,) = problems(fence, text)
    assert problem in found


def test_what_the_words_mean() -> None:
    """The words say how a block ends, and whether any test runs it."""
    ending, windows, plain = blocks_of(
        "```sh any exit=3\n```\n```bat windows\n```\n```sh any slow\n```\n"
    )
    assert [exit_code(block) for block in (ending, windows, plain)] == [3, 0, 0]
    assert [is_parsed_only(block) for block in (ending, windows, plain)] == [False, True, False]


@pytest.mark.parametrize(
    ("before", "fence", "expected"),
    [
        ("```sh any\n```", "text", ""),
        ("```python any\n```\n\nIt prints:", "text", ""),
        ("```sh any slow server\n```", "text", ""),
        ("```sh any\n```", "text example", "so it is no example"),
        ("```sh any\n```\n\nIt prints.", "text", "no test compares this"),
        ("```sh any\n```\n\nIt prints.", "text example", ""),
        ("```sh any parsed\n```", "text", "no test compares this"),
        ("```sh posix ci\n```", "text", "no test compares this"),
        ("```sh any background\n```", "text", "no test compares this"),
        ("```toml\n```", "text", "no test compares this"),
        ("It looks so:", "text", "no test compares this"),
        ("```text example\n```", "text", "no test compares this"),
    ],
)
def test_text_that_is_not_compared_says_so(before: str, fence: str, expected: str) -> None:
    """Who shows what no test sees says that it is an example, and nobody else does."""
    found = [each for _, each in text_problems(blocks_of(f"{before}\n\n```{fence}\na\n```\n"))]
    assert len(found) == bool(expected)
    assert expected in "".join(found)
