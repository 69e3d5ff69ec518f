"""What stands in the way of running a sequence."""

from __future__ import annotations

from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass

from session_sharing.text import printable
from teststand_runner.errors import TestStandRunnerError, quoted
from teststand_runner.model import Property, Sequence, Step


@dataclass(frozen=True)
class Problem:
    """Something that a sequence needs and the runner does not do.

    Attributes:
        sequence: The name of the sequence; empty if it is the file's.
        step: The name of the step, behind its group; empty if it is the sequence's.
        property: The path of the property, from the step, the sequence or the file on.
        what: What is not supported, as a sentence.
        remedy: What to do, as a sentence.
    """

    sequence: str
    step: str
    property: str
    what: str
    remedy: str

    def __str__(self) -> str:
        places = (self.sequence, self.step, self.property)
        where = ", ".join(printable(each) for each in places if each)
        return f"{where}: {self.what} {self.remedy}".rstrip()


class SequenceRefusedError(TestStandRunnerError):
    """A sequence needs what the runner does not do; nothing of it was run.

    Attributes:
        problems: All that was found.
    """

    def __init__(self, file: str, problems: SequenceOf[Problem]) -> None:
        super().__init__(file, problems)
        self.file = file
        self.problems = tuple(problems)

    def __str__(self) -> str:
        head = f"{self.file} is not run, as it needs what this runner does not do:"
        return "\n".join([head, *(f"  {each}" for each in self.problems)])


@dataclass(frozen=True)
class Spot:
    """Which step or sequence a check looks at.

    Attributes:
        sequence: The sequence.
        step: The step; None of the sequence itself.
        file_globals: The file globals of its file; None where nobody asks for them.
    """

    sequence: Sequence
    step: Step | None = None
    file_globals: Property | None = None

    def variables(self, root: str) -> Property | None:
        """Return what is declared below `locals`, `parameters` or `fileglobals`."""
        sequence = self.sequence
        roots = {"locals": sequence.locals, "parameters": sequence.parameters}
        return {**roots, "fileglobals": self.file_globals}.get(root)

    def problem(self, property_: str, what: str, remedy: str) -> Problem:
        """Return a problem of it."""
        step = f"{self.step.group.value} {quoted(self.step.name)}" if self.step else ""
        return Problem(f"sequence {quoted(self.sequence.name)}", step, property_, what, remedy)
