"""Values, times and errors of results, as people read them."""

from __future__ import annotations

from collections.abc import Iterator

from session_sharing.text import printable, shorten
from teststand_runner.results import Recorded, StepResult, Value

MOST_ELEMENTS = 8
"""How many elements of an array are shown to people."""

_MOST_OF_A_NAME, _MOST_OF_A_VALUE, _MOST_OF_A_LINE = 80, 200, 1000
"""How much of a text is shown to people, in bytes; JSON has all of it."""


def seconds(duration: float) -> str:
    """Return a duration."""
    return f"{duration:.3f} s" if duration < 10 else f"{duration:.1f} s"


def name_text(name: str) -> str:
    """Return the name of a step, a sequence, a thread or a value."""
    return shorten(printable(name), _MOST_OF_A_NAME)


def value_text(value: Value) -> str:
    """Return a value with its name and type: `mean: Double[] = [3.3]`."""
    brackets = "[]" if isinstance(value.value, tuple) else ""
    content = shorten(printable(_content(value)), _MOST_OF_A_VALUE)
    return f"{name_text(value.name)}: {value.type}{brackets} = {content}"


def _content(value: Value) -> str:
    return f"{value.member} ({value.value})" if value.member else _shown(value.value)


def _shown(value: Recorded) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, tuple):
        shown = [_shown(each) for each in value[:MOST_ELEMENTS]]
        more = len(value) - len(shown)
        return f"[{', '.join(shown)}{f', and {more} more' if more else ''}]"
    if isinstance(value, bool):
        return str(value)
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def details(step: StepResult) -> Iterator[str]:
    """Return what is worth a line below a step: its error, each line it says, and its outputs."""
    if step.error:
        yield f"error: {one_line(step.error)}"
    yield from (printable(each.rstrip()) for each in step.report.splitlines() if each.strip())
    yield from (value_text(each) for each in step.values if each.direction == "Out")


def one_line(text: str) -> str:
    """Return a text in one line; of a long one, its beginning and its end."""
    line = "; ".join(each.strip() for each in text.splitlines() if each.strip())
    return shorten(printable(line), _MOST_OF_A_LINE)
