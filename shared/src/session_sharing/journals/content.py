"""The content of a journal: its first line, and what all lines come to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from session_sharing.core.kept import Kept
from session_sharing.journals.entries import kept_from_json
from session_sharing.journals.lines import Lines, read_lines

FORMAT = 1
"""The version of the format; another one is not read."""

E = TypeVar("E")
"""What is noted in a journal."""


@dataclass(frozen=True)
class Content(Generic[E]):
    """What a journal says.

    Attributes:
        boot_id: The run of the operating system in which it was written; empty if unknown.
        kept: The entries, in order.
        damage: What is wrong with the lines after those; empty if nothing is.
    """

    boot_id: str = ""
    kept: list[E] = field(default_factory=list)
    damage: str = ""


def header(boot_id: str) -> str:
    """Return the text of the first line.

    Args:
        boot_id: The run of the operating system; empty if unknown.
    """
    return json.dumps({"format": FORMAT, "boot_id": boot_id})


def read_content(content: bytes) -> Content[Kept]:
    """Read as much of a journal of sessions as is good."""
    return read_entries(content, kept_from_json)


def read_entries(content: bytes, from_json: Callable[[str], list[E]]) -> Content[E]:
    """Read as much of a journal as is good.

    Args:
        content: What is in the file.
        from_json: Reads the entries of a line; raises a `ValueError` if it does not know them.
    """
    lines = read_lines(content)
    if not lines.texts:
        return Content(damage=_damage(lines))
    try:
        boot_id = _boot_id(lines.texts[0])
    except ValueError as error:
        return Content(damage=str(error))
    kept: list[E] = []
    for number, text in enumerate(lines.texts[1:], start=2):
        try:
            kept += from_json(text)
        except ValueError as error:
            return Content(boot_id, kept, f"not understood at line {number} ({error})")
    return Content(boot_id, kept, _damage(lines))


def _boot_id(text: str) -> str:
    """Return what a first line tells; what is wrong with another is the text of the error."""
    try:
        first = json.loads(text)
        version, boot_id = first["format"], first.get("boot_id")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("without a first line of a journal") from error
    if version != FORMAT:
        raise ValueError(f"of format {version}, which this version does not read")
    if not isinstance(boot_id, str):
        raise ValueError("without the run of the operating system in its first line")  # noqa: TRY004
    return boot_id


def _damage(lines: Lines) -> str:
    return "" if lines.damaged_at is None else f"damaged at byte {lines.damaged_at}"
