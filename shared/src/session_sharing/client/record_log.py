"""The records of one client on their way: what is waited for, and what is sent soon."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable

from session_sharing.client.background import BackgroundSender
from session_sharing.client.failures import never_sent
from session_sharing.client.patience import Patience
from session_sharing.client.receipts import Receipt
from session_sharing.client.requests import MakeMessage
from session_sharing.client.sender import WINDOW, Delivers, RecordSender
from session_sharing.records import AckLevel, Acknowledged, Batch

MOST_WAITING = 16 * 1024 * 1024
"""How many bytes of records wait at most that no caller waits for."""


RECENT_SECONDS = 0.05
"""Records that are logged soon, one after the other, have one time for so long: it is faster."""


class RecordLog:
    """Sends batches in the order of the calls, from whatever thread they come.

    `RecordSender` and `BackgroundSender` guard themselves; `_recent` is replaced as a whole.

    Args:
        make: Makes a message.
        delivery: Sends requests.
        new_patience: Returns the time that a call has, which begins now.
    """

    def __init__(
        self, make: MakeMessage, delivery: Delivers, new_patience: Callable[[], Patience]
    ) -> None:
        self._sender = RecordSender(make, delivery)
        self._background = BackgroundSender(self._sender)
        self._sender.on_failure = self._background.failed
        self._new_patience = new_patience
        self._recent = (Patience(0.0), -math.inf)

    def log_one(self, batch: Batch) -> Acknowledged:
        """Log what one caller brings, and return when it is acknowledged.

        Args:
            batch: The records. If it is one, it may travel with those of others.

        Raises:
            SharingError: It was refused, or whether it was logged is unknown.
        """
        receipt = Receipt(batch, self._new_patience(), may_share=batch.count == 1)
        self._sender.put(receipt)
        return self._settled(receipt)

    def log_all(self, batches: Iterable[Batch]) -> Acknowledged:
        """Log what one caller brings in parts, of which some are under way at once.

        Args:
            batches: The records; read no further ahead than what is under way.

        Returns:
            What holds of all of them.

        Raises:
            SharingError: A part was refused, or whether it was logged is unknown. Those before it
                are logged, those behind it are not.
        """
        call = object()
        receipts: deque[Receipt] = deque()
        reached: list[Acknowledged] = []
        try:
            for batch in batches:
                receipts.append(Receipt(batch, self._new_patience(), call))
                self._sender.put(receipts[-1])
                self._sender.send()
                time.sleep(0)  # Else gRPC's thread gets the interpreter, and sends, 5 ms later.
                if len(receipts) >= WINDOW:
                    reached.append(self._settled_first(receipts))
        except Exception:  # Of the records, of whoever yields them, or of a part.
            self._settle_all(receipts)
            raise
        except BaseException:
            self._sender.forget(receipts)
            raise
        while receipts:
            reached.append(self._settled_first(receipts))
        level = AckLevel.OS if any(one.level is AckLevel.OS for one in reached) else AckLevel.DISK
        return Acknowledged(level, any(one.spooled for one in reached))

    def log_soon(self, batch: Batch) -> Receipt:
        """Log what no caller waits for; return at once, unless too much waits already.

        Args:
            batch: One record.

        Raises:
            UnavailableError: There was no room for it in time; it was not logged.
            ResourceExhaustedError: No thread can be started; it was not logged.
        """
        now = time.monotonic()
        patience, since = self._recent
        if now - since > min(RECENT_SECONDS, patience.seconds / 20):
            patience, _ = self._recent = (self._new_patience(), now)
        if not self._sender.has_room(MOST_WAITING, patience):
            raise never_sent(
                patience.seconds, lambda: "logging 1 record", broken_off=patience.is_broken_off
            )
        receipt = Receipt(batch, patience, None, True, self._wait_for)
        self._background.put(receipt)
        return receipt

    def flush(self) -> None:
        """Return when it is known what became of all that was logged before.

        Raises:
            SharingError: Something that no caller waited for was refused, or is unknown, since
                this was called last.
        """
        self.catch_up()
        self._background.raise_failures()

    def catch_up(self) -> None:
        """Return when it is known what became of all that was logged before, and tell nothing."""
        outstanding = self._sender.outstanding()
        if outstanding:
            self._background.hurry()
            try:
                for receipt in outstanding:
                    self._sender.settle(receipt)
            except BaseException:
                self._sender.forget([])
                raise

    def end(self) -> None:
        """End what runs in the background. Called after `flush`."""
        self._background.end()

    def _settled(self, receipt: Receipt) -> Acknowledged:
        try:
            self._sender.settle(receipt)
        except BaseException:
            self._sender.forget([receipt])
            raise
        return receipt.wait()

    def _settled_first(self, receipts: deque[Receipt]) -> Acknowledged:
        """Wait for the first part of a call; its time runs from now on, when it is waited for."""
        receipts[0].patience = self._new_patience()
        try:
            self._sender.settle(receipts[0])
        except BaseException:
            self._sender.forget(receipts)
            raise
        return receipts.popleft().wait()

    def _settle_all(self, receipts: deque[Receipt]) -> None:
        """Wait for the parts before one that cannot be logged; raise what they failed with."""
        while receipts:
            self._settled_first(receipts)

    def _wait_for(self, receipt: Receipt, patience: Patience | None) -> None:
        self._background.hurry()
        if patience is None:
            self._sender.settle(receipt)
        else:
            self._sender.wait_for(receipt, patience)
