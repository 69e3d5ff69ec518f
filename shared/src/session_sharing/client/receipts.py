"""What a caller holds of records that it logged: it tells what became of them."""

from __future__ import annotations

from collections.abc import Callable

from session_sharing.client.patience import Patience, check_seconds
from session_sharing.errors import SharingError, UnavailableError
from session_sharing.records import Acknowledged, Batch

_NOTHING = Batch(0, b"")


class Receipt:
    """Tells what became of records that were logged.

    `outcome` is written once, by the thread that sends, and may be read by any.

    Attributes:
        batch: The records, until it is known what became of them.
        patience: How long they may take, and whether anybody still wants them.
        call: The same for all that one call brought: if one of them fails, so do those behind it.
            None for records that stand for themselves.
        may_share: Whether other records may travel in the same request.
        is_soon: Whether no caller waits for it; then `flush` tells of its failure.
        outcome: What was acknowledged, or the error; None as long as neither is known.

    Args:
        batch: The records.
        patience: How long they may take.
        call: What one call brought together.
        may_share: Whether other records may travel in the same request.
        wait_for: Waits for the outcome of a receipt; given if no caller does anyway.
    """

    __slots__ = ("_wait_for", "batch", "call", "may_share", "outcome", "patience")

    def __init__(
        self,
        batch: Batch,
        patience: Patience,
        call: object = None,
        may_share: bool = False,
        wait_for: Callable[[Receipt, Patience | None], None] | None = None,
    ) -> None:
        self.batch = batch
        self.patience = patience
        self.call = call
        self.may_share = may_share
        self.outcome: Acknowledged | SharingError | None = None
        self._wait_for = wait_for

    def __repr__(self) -> str:
        outcome = "under way" if self.outcome is None else repr(self.outcome)
        return f"<Receipt: {outcome}>"

    @property
    def is_soon(self) -> bool:
        """Whether no caller waits for it."""
        return self._wait_for is not None

    @property
    def is_settled(self) -> bool:
        """Whether it is known what became of the records."""
        return self.outcome is not None

    def settle(self, outcome: Acknowledged | SharingError) -> None:
        """Know what became of the records."""
        self.outcome = outcome
        self.batch = _NOTHING

    def wait(self, seconds: float | None = None) -> Acknowledged:
        """Return when the records are acknowledged; they are sent at once if they were not yet.

        Args:
            seconds: How long to wait; as long as they may take by default.

        Raises:
            UnavailableError: They were not acknowledged in this time, and still may be.
            SharingError: They were refused, or whether they were logged is unknown.
        """
        if self.outcome is None and self._wait_for is not None:
            if seconds is not None:
                check_seconds("seconds", seconds)
            self._wait_for(self, None if seconds is None else Patience(seconds))
        outcome = self.outcome
        if outcome is None:
            raise UnavailableError(
                "The record is not acknowledged yet; it is under way. Wait longer, or flush."
            )
        if isinstance(outcome, SharingError):
            raise outcome
        return outcome
