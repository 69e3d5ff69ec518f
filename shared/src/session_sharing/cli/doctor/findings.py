"""What the doctor found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How bad a finding is."""

    ERROR = "error"
    """Something does not work, or is about to fail."""

    WARNING = "warning"
    """Something may go wrong, or is in the way of somebody."""


@dataclass(frozen=True)
class Finding:
    """One fault.

    Attributes:
        severity: How bad it is.
        check: Which kind of fault it is; the same in every version, for programs.
        what: What is wrong, in sentences for people.
        mend: What to do: a command, or a step.
    """

    severity: Severity
    check: str
    what: str
    mend: str


def error(check: str, what: str, mend: str) -> Finding:
    """Return a finding that something does not work."""
    return Finding(Severity.ERROR, check, what, mend)


def warning(check: str, what: str, mend: str) -> Finding:
    """Return a finding that something may go wrong."""
    return Finding(Severity.WARNING, check, what, mend)


def capital(text: str) -> str:
    """Begin a sentence with a text."""
    return text[:1].upper() + text[1:]
