"""What a step may ask of its sequence context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True)
class Branch:
    """An object or method of the sequence context, which the user's code goes on from.

    As an argument of a step, and as the value of `ThisContext` or `Step`, it becomes the stand-in.

    Attributes:
        path: The names from the context on; none for the context itself.
    """

    path: tuple[str, ...] = ()


CONTEXT = Branch()
"""The sequence context itself."""


@dataclass(frozen=True)
class Question:
    """One access of the user's code to the sequence context.

    Attributes:
        operation: Whether it reads a member, sets it, or calls it.
        path: The names from the context to the member.
        arguments: What it is called with, or set to.
        keywords: What it is called with by name.
    """

    operation: Literal["get", "set", "call"]
    path: tuple[str, ...]
    arguments: Sequence[object] = ()
    keywords: Mapping[str, object] = field(default_factory=dict)

    @property
    def member(self) -> str:
        """The member with dots, for a message."""
        return ".".join(self.path)


class MissingMemberError(Exception):
    """The context has no such member: AttributeError in the user's code, with this text."""


class RefusedQuestionError(Exception):
    """The member refuses these arguments: RuntimeError in the user's code, with this text."""


class ContextServer(Protocol):
    """Answers the user's code, in the thread that runs the step, while it runs."""

    def answer(self, question: Question) -> object:
        """Return the value of a member, or of a call; a `Branch` where one goes on from there.

        Raises:
            MissingMemberError: There is no such member.
            RefusedQuestionError: It does not take such arguments.
        """
        ...


class NoContext:
    """The sequence context of a step that gets none."""

    def answer(self, question: Question) -> object:
        """Refuse any question.

        Raises:
            MissingMemberError: Always.
        """
        raise MissingMemberError(f"This step has no sequence context, so no {question.member}.")
