"""Whether the words of a command line are those that a program's parser takes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from tools.programs import sub_parsers

_PUT_IN = re.compile(r"[A-Z][A-Z_]*|.*(?:[$%<]|\.\.\.).*")
_MANY = ("*", "+")
_NOT_NEEDED = ("*", "?", argparse.REMAINDER)
_ENDING = (argparse._HelpAction, argparse._VersionAction)


def is_put_in(value: str) -> bool:
    """Say whether a word stands for something that the reader or a variable puts in."""
    return _PUT_IN.fullmatch(value) is not None


def option_problems(
    parsers: Mapping[tuple[str, ...], argparse.ArgumentParser],
    words: Sequence[str],
    *,
    whole: bool = True,
) -> list[str]:
    """Return what a program would not take of its arguments.

    Args:
        parsers: From `tools.programs.parsers`.
        words: The arguments.
        whole: Whether the program is to start with them: whether what it needs is to be there.
    """
    for command, parser in parsers.items():
        if command and tuple(words[: len(command)]) == command:
            return list(_problems(parser, words[len(command) :], whole))
    return list(_problems(parsers[()], words, whole))


def _problems(parser: argparse.ArgumentParser, words: Sequence[str], whole: bool) -> Iterator[str]:
    options = {name: action for action in parser._actions for name in action.option_strings}
    positionals = [action for action in parser._actions if not action.option_strings]
    given: list[argparse.Action] = []
    remaining = list(words)
    while remaining:
        if positionals and positionals[0].nargs == argparse.REMAINDER:
            return
        word = remaining.pop(0)
        name, has_value, value = word.partition("=")
        if name in options:
            given.append(options[name])
            if has_value and options[name].nargs == 0:
                yield f"{name} takes no value"
                continue
            values = [value] if has_value else _values(options[name], remaining)
            yield from _wrong_values(parser, options[name], values)
        elif word.startswith("-") and word not in {"-", "--"}:
            yield f"{parser.prog} has no option {name}"
            return  # whether a value follows is not known
        elif not positionals:
            yield f"{parser.prog} takes no {word!r}"
        elif isinstance(positionals[0], argparse._SubParsersAction):
            yield from _sub_command_problems(parser, word, remaining, whole)
            return
        else:
            given.append(positionals[0])
            yield from _wrong_values(parser, positionals[0], [word])
            if positionals[0].nargs not in _MANY:
                positionals.pop(0)
    if whole:
        yield from _missing(parser, given)


def _missing(parser: argparse.ArgumentParser, given: Collection[argparse.Action]) -> Iterator[str]:
    """Yield what a program needs and was not given."""
    if any(isinstance(action, _ENDING) for action in given):
        return
    for action in parser._actions:
        if action.required and action.nargs not in _NOT_NEEDED and action not in given:
            yield f"{parser.prog} needs {_name(action)}"
    for group in parser._mutually_exclusive_groups:
        if group.required and not any(action in given for action in group._group_actions):
            yield f"{parser.prog} needs {' or '.join(map(_name, group._group_actions))}"


def _sub_command_problems(
    parser: argparse.ArgumentParser, word: str, words: Sequence[str], whole: bool
) -> Iterator[str]:
    commands = sub_parsers(parser)
    if word in commands:
        yield from _problems(commands[word], words, whole)
    else:
        yield f"{parser.prog} has no command {word}; it has {', '.join(commands)}"


def _values(action: argparse.Action, remaining: list[str]) -> list[str]:
    """Take the values of an option from the words behind it."""
    count = action.nargs if isinstance(action.nargs, int) else 1
    values, remaining[:] = remaining[:count], remaining[count:]
    return values if len(values) == count else [""]


def _wrong_values(
    parser: argparse.ArgumentParser, action: argparse.Action, values: Sequence[str]
) -> Iterator[str]:
    for value in values:
        if not value:
            yield f"{_name(action)} needs a value"
        elif is_put_in(value):
            continue
        elif action.choices is not None and value not in map(str, action.choices):
            choices = ", ".join(map(str, action.choices))
            yield f"{_name(action)} cannot be {value!r}; it can be {choices}"
        elif not _is_converted(parser, action, value):
            yield f"{_name(action)} cannot be {value!r}"


def _is_converted(parser: argparse.ArgumentParser, action: argparse.Action, value: str) -> bool:
    try:
        parser._get_value(action, value)
    except argparse.ArgumentError:
        return False
    return True


def _name(action: argparse.Action) -> str:
    return action.option_strings[0] if action.option_strings else str(action.metavar or action.dest)
