"""The calls that tests make to a registry."""

from __future__ import annotations

from dataclasses import dataclass, field

from session_sharing.core import Initialized, InitializeRequest, Released
from session_sharing.errors import SharingError


@dataclass(eq=False)
class Call:
    """A call that was made: the ticket of its answer.

    Attributes:
        answer: What came back; None while the call waits.
    """

    answer: Initialized | Released | SharingError | None = None

    @property
    def got(self) -> Initialized:
        """The session that was got.

        Raises:
            AssertionError: The call was answered otherwise, or still waits.
        """
        assert isinstance(self.answer, Initialized), self.answer
        return self.answer

    @property
    def released(self) -> Released:
        """What the release led to.

        Raises:
            AssertionError: The call was answered otherwise, or still waits.
        """
        assert isinstance(self.answer, Released), self.answer
        return self.answer

    @property
    def error(self) -> SharingError:
        """The error that the call was answered with.

        Raises:
            AssertionError: The call was answered otherwise, or still waits.
        """
        assert isinstance(self.answer, SharingError), self.answer
        return self.answer


@dataclass(eq=False)
class InitializeCall(Call):
    """An Initialize that was called: what it asked for, and the ticket of its answer."""

    request: InitializeRequest = field(kw_only=True)
