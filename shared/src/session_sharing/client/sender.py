"""Who sends records: one caller at a time, for all who wait, and in the order of their calls."""

from __future__ import annotations

import copy
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from session_sharing.client.failures import REFUSALS, never_sent
from session_sharing.client.patience import LOOK_SECONDS, Patience
from session_sharing.client.receipts import Receipt
from session_sharing.client.requests import MakeMessage, RecordRequest, WaitingLine
from session_sharing.errors import (
    AccessDeniedError,
    AttachmentEndedError,
    NotFoundError,
    OutcomeUnknownError,
    ResourceHeldError,
    ResourceReplacedError,
    SharingError,
    UnknownClientError,
)
from session_sharing.records import Acknowledged

WINDOW = 16
"""How many requests may be under way at once.

So many because threads of both processes wait for the interpreter, up to 5 ms each, while others
encode, convert, write and sync.
"""

_OF_ALL = (
    AccessDeniedError,
    AttachmentEndedError,
    NotFoundError,
    ResourceHeldError,
    ResourceReplacedError,
    UnknownClientError,
)
"""Refusals that all records of a request have in common; others may be of one record."""


class Delivers(Protocol):
    """What sends requests, in their order."""

    def send(self, requests: Sequence[RecordRequest]) -> None:
        """Send what was not sent yet, if that can be done at once; it never fails."""
        ...

    def break_off(self, requests: Sequence[RecordRequest]) -> None:
        """End what is under way, as some of it is not waited for any more."""
        ...

    def deliver(self, requests: Sequence[RecordRequest]) -> Acknowledged:
        """Send what was not sent yet, and return what was acknowledged of the first request.

        Raises:
            SharingError: It was refused, or whether it was done is unknown. Of those behind it
                nothing is under way any more.
        """
        ...


class RecordSender:
    """Sends the records of all callers of one client, in order, by one of the callers.

    Who logs puts its records in line. If nobody leads, it does: it sends what waits, of its own and
    of others, until its own is answered; then another one leads. So records that many threads log
    at once travel together without being waited for, and one thread alone waits for nobody. Records
    get their numbers when they are put into a request. A number that may be stored is never used
    again; so there may be gaps.

    `_guard` guards who leads (a thread), what waits and the next number; nothing is sent under it.
    What is under way belongs to who leads. An interrupt may end a caller anywhere: `forget` then
    gives up its lead and what it brought.

    Attributes:
        on_failure: Told, under the guard, what became of each receipt that failed and that no
            caller waits for. Set before anything is sent.

    Args:
        make: Makes a message.
        delivery: Sends requests.
    """

    def __init__(self, make: MakeMessage, delivery: Delivers) -> None:
        self.on_failure: Callable[[Receipt, SharingError], None] = lambda receipt, error: None
        self._make = make
        self._delivery = delivery
        self._guard = threading.Lock()
        self._changed = threading.Condition(self._guard)
        self._waiting = WaitingLine()
        self._under_way: deque[RecordRequest] = deque()
        self._leader: int | None = None
        self._next_number = 1

    # What callers do

    def put(self, receipt: Receipt) -> None:
        """Put records in line; somebody has to settle them, or lead."""
        with self._guard:
            self._waiting.append(receipt)

    def send(self) -> None:
        """Send what is worth a request, unless somebody else leads; nothing is waited for."""
        if self._begin_to_lead():
            try:
                self._fill(eager=False)
                self._delivery.send(self._under_way)
            finally:
                self._leave()

    def settle(self, receipt: Receipt) -> None:
        """Return when it is known what became of records; lead until then if nobody else does.

        Records whose patience is over before they were sent are taken out of the line.
        """
        while receipt.outcome is None:
            if self._begin_to_lead():
                self._lead(lambda: receipt.outcome is None)
            else:
                self._wait_for_leader(receipt)

    def drain(self) -> None:
        """Return when nothing is in line any more; lead until then if nobody else does."""
        while self.last() is not None:
            if self._begin_to_lead():
                self._lead(lambda: True)
            else:
                with self._guard:
                    self._changed.wait_for(lambda: self._leader is None, LOOK_SECONDS)

    def wait_for(self, receipt: Receipt, patience: Patience) -> None:
        """Return when it is known what became of records, or patience is over; others lead."""
        with self._guard:
            while receipt.outcome is None and not patience.is_over:
                self._changed.wait(min(LOOK_SECONDS, patience.remaining))

    def has_room(self, size: int, patience: Patience) -> bool:
        """Return whether less than so many bytes wait, before patience is over; others lead."""
        if self._waiting.size < size:  # One look at a number needs no guard.
            return True
        with self._guard:
            while self._waiting.size >= size and not patience.is_over:
                self._changed.wait(min(LOOK_SECONDS, patience.remaining))
            return self._waiting.size < size

    def last(self) -> Receipt | None:
        """Return the receipt of what was put in line last; None if all is answered."""
        with self._guard:
            if self._waiting:
                return self._waiting.last
            return self._under_way[-1].receipts[-1] if self._under_way else None

    def count(self) -> int:
        """Return how many records are not answered yet."""
        with self._guard:
            under_way = sum(request.message.count for request in self._under_way)
            return under_way + self._waiting.count

    def outstanding(self) -> list[Receipt]:
        """Return the receipts of all that is not answered, oldest first."""
        with self._guard:
            under_way = [receipt for one in self._under_way for receipt in one.receipts]
            return [*under_way, *self._waiting]

    def forget(self, receipts: Sequence[Receipt]) -> None:
        """Send no more what an interrupted caller brought; if it led, it leads no more.

        What was sent may be stored; whoever else waits for it is told so. If somebody else leads,
        that goes on.
        """
        with self._guard:
            if self._leader == threading.get_ident():
                self._leader = None
            if self._leader is None:
                self._delivery.break_off(self._under_way)
                for receipt in self._take_out(lambda one: one in receipts):
                    self._tell(receipt, _interrupted())
            self._changed.notify_all()

    # Who leads

    def _begin_to_lead(self) -> bool:
        with self._guard:
            if self._leader is None:
                self._leader = threading.get_ident()
                return True
            return False

    def _leave(self) -> None:
        with self._guard:
            self._leader = None
            self._changed.notify_all()

    def _wait_for_leader(self, receipt: Receipt) -> None:
        """Wait a while, until something changes; who is out of patience leaves the line.

        What no caller waits for stays in it: whoever waits for it waits for those before it.
        """
        with self._guard:
            is_over = receipt.patience.is_over and not receipt.is_soon
            if is_over and self._waiting.remove(lambda one: one is receipt):
                self._tell(receipt, _never_sent(receipt))
            elif receipt.outcome is None and self._leader is not None:
                self._changed.wait(LOOK_SECONDS)

    # What the leader does

    def _lead(self, wanted: Callable[[], bool]) -> None:
        try:
            while wanted() and self._step():
                pass
        finally:
            self._leave()

    def _step(self) -> bool:
        """Wait for one answer; return whether there was one to wait for."""
        self._fill(eager=True)
        if not self._under_way:
            return False
        try:
            acknowledged = self._delivery.deliver(self._under_way)
        except SharingError as error:
            self._failed(error)
        else:
            with self._guard:
                for receipt in self._under_way.popleft().receipts:
                    receipt.settle(acknowledged)
                self._changed.notify_all()
        return True

    def _fill(self, *, eager: bool) -> None:
        """Make requests of what waits: of little only if it is eager, and nothing is under way."""
        waiting, under_way = self._waiting, self._under_way
        with self._guard:
            while len(under_way) < WINDOW and (
                waiting.is_worth_a_request or (eager and waiting and not under_way)
            ):
                request = waiting.take(self._next_number, self._make)
                self._next_number += request.message.count
                under_way.append(request)

    def _failed(self, error: SharingError) -> None:
        """The first request failed: tell who waits for it, or try its records one by one."""
        with self._guard:
            request = self._under_way.popleft()
            is_refused = isinstance(error, REFUSALS) and not error.maybe_done
            may_be_of_one = is_refused and not isinstance(error, _OF_ALL)
            if may_be_of_one and len(request.receipts) > 1:  # None was stored, so others may be.
                self._under_way.extendleft(reversed(list(request.split(self._make))))
                return
            calls = [receipt.call for receipt in request.receipts if receipt.call is not None]
            behind = self._take_out(lambda receipt: receipt.call in calls)
            if not self._under_way and is_refused:
                self._next_number = request.message.first_record_number  # None has used it.
            for number, receipt in enumerate((*request.receipts, *behind)):
                self._tell(receipt, copy.copy(error) if number else error)
            for receipt in self._waiting.remove(lambda one: one.patience.is_over):
                self._tell(receipt, _never_sent(receipt))
            self._changed.notify_all()

    def _tell(self, receipt: Receipt, error: SharingError) -> None:
        receipt.settle(error)
        if receipt.is_soon:
            self.on_failure(receipt, error)

    def _take_out(self, unwanted: Callable[[Receipt], bool]) -> list[Receipt]:
        """Take out what is not under way, and requests whose records are all unwanted."""
        kept: deque[RecordRequest] = deque()
        removed: list[Receipt] = []
        for request in self._under_way:
            if all(map(unwanted, request.receipts)):
                removed += request.receipts
            else:
                kept.append(request)
        self._under_way = kept
        return removed + self._waiting.remove(unwanted)


def _never_sent(receipt: Receipt) -> SharingError:
    count, patience = receipt.batch.count, receipt.patience
    what = "logging 1 record" if count == 1 else f"logging {count} records"
    return never_sent(patience.seconds, lambda: what, broken_off=patience.is_broken_off)


def _interrupted() -> SharingError:
    return OutcomeUnknownError(
        "The call that logged it was interrupted. Whether its records are stored is unknown."
    )
