"""Whether the words of a command line are those that a program's parser takes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence

from tools.programs import sub_parsers

PLACEHOLDER = re.compile(r"[A-Z][A-Z_]*")
"""What stands for something that the reader puts in."""

_MANY = ("*", "+")


def option_problems(
    parsers: Mapping[tuple[str, ...], argparse.ArgumentParser], words: Sequence[str]
) -> list[str]:
    """Return what a program would not take of its arguments.

    Values are not converted, as a page may have a placeholder in their place; where a parser says
    which there are, others are told.

    Args:
        parsers: From `tools.programs.parsers`.
        words: The arguments.
    """
    for command, parser in parsers.items():
        if command and tuple(words[: len(command)]) == command:
            return list(_problems(parser, words[len(command) :]))
    return list(_problems(parsers[()], words))


def _problems(parser: argparse.ArgumentParser, words: Sequence[str]) -> Iterator[str]:
    options = {name: action for action in parser._actions for name in action.option_strings}
    positionals = [action for action in parser._actions if not action.option_strings]
    remaining = list(words)
    while remaining:
        if positionals and positionals[0].nargs == argparse.REMAINDER:
            return
        word = remaining.pop(0)
        name, has_value, value = word.partition("=")
        if name in options:
            values = [value] if has_value else _values(options[name], remaining)
            yield from _wrong_values(options[name], values)
        elif word.startswith("-") and word not in {"-", "--"}:
            yield f"{parser.prog} has no option {name}"
            return  # whether a value follows is not known
        elif not positionals:
            yield f"{parser.prog} takes no {word!r}"
        elif isinstance(positionals[0], argparse._SubParsersAction):
            yield from _sub_command_problems(parser, word, remaining)
            return
        else:
            yield from _wrong_values(positionals[0], [word])
            if positionals[0].nargs not in _MANY:
                positionals.pop(0)


def _sub_command_problems(
    parser: argparse.ArgumentParser, word: str, words: Sequence[str]
) -> Iterator[str]:
    commands = sub_parsers(parser)
    if word in commands:
        yield from _problems(commands[word], words)
    else:
        yield f"{parser.prog} has no command {word}; it has {', '.join(commands)}"


def _values(action: argparse.Action, remaining: list[str]) -> list[str]:
    """Take the values of an option from the words behind it."""
    count = action.nargs if isinstance(action.nargs, int) else 1
    values, remaining[:] = remaining[:count], remaining[count:]
    return values if len(values) == count else [""]


def _wrong_values(action: argparse.Action, values: Sequence[str]) -> Iterator[str]:
    name = action.option_strings[0] if action.option_strings else action.dest
    for value in values:
        if not value:
            yield f"{name} needs a value"
        elif PLACEHOLDER.fullmatch(value) or action.choices is None:
            continue
        elif value not in map(str, action.choices):
            yield f"{name} cannot be {value!r}; it can be {', '.join(map(str, action.choices))}"
