"""Whether the sessions of `noxfile.py` that pages call exist, and take what they are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tools.nox_sessions import nox_sessions
from tools.pages.options import is_put_in, option_problems
from tools.programs import parsers

_HAND_ON = {
    "bench": ("bench",),
    "codegen": ("tools.codegen",),
    "demo": ("demo",),
    "new_service": ("tools.new_service",),
    "teststand": ("teststand_runner", "write", "--definition=DEFINITION"),
}
"""Sessions that hand what follows `--` to a program of the project, and what they add."""

_TAKE = {
    "audit": "",  # of pip-audit
    "docs": "--external",
    "reliability": "-k -m -n -p -q -s -v -x --timeout",  # of pytest
    "sbom": "",
    "tests": "-k -m -n -p -q -s -v -x --timeout",
    "tests_lowest": "-k -m -n -p -q -s -v -x --timeout",
}
"""Other sessions that take something, and the options of it that pages use. Add what one needs."""

_OF_NOX = frozenset(["-l", "--list", "-r", "-R", "-s", "--session", "--sessions", "--reuse-venv"])
"""The options of nox that pages use."""


def session_problems(arguments: Sequence[str], *, whole: bool = True) -> Iterator[str]:
    """Yield what nox would not take of its arguments.

    Args:
        arguments: What stands behind `nox`.
        whole: Whether it is to run with them.
    """
    given = list(arguments)
    end = given.index("--") if "--" in given else len(given)
    names = {session.name for session in nox_sessions()}
    for name in given[:end]:
        if name.startswith("-"):
            if name.partition("=")[0] not in _OF_NOX:
                yield f"nox has no option {name} that pages use"
        elif name in names:
            yield from _handed_on(name, given[end + 1 :], whole)
        elif not is_put_in(name):
            yield f"there is no session {name}; there are {', '.join(sorted(names))}"


def _handed_on(session: str, words: Sequence[str], whole: bool) -> Iterator[str]:
    """Yield what a session does not take of what follows `--`."""
    if session in _HAND_ON:
        program, *before = _HAND_ON[session]
        yield from option_problems(parsers(program), [*before, *words], whole=whole)
    elif session not in _TAKE:
        yield from (f"session {session} takes no {word}" for word in words)
    else:
        known = _TAKE[session].split()
        options = (word.partition("=")[0] for word in words if word.startswith("-"))
        yield from (f"session {session} takes no {name}" for name in options if name not in known)
