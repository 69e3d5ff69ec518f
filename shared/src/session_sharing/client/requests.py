"""Requests by which records travel: whose records share one, and by which numbers it is known."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from session_sharing.client.receipts import Receipt
from session_sharing.records import BATCH_BYTES, BATCH_RECORDS, FIRST_RECORDS, Batch, join_batches
from session_sharing.wire.generated import records_pb2

MakeMessage = Callable[[int, Batch, bool], records_pb2.LogRecordsRequest]
"""Makes a message of the number of the first record, the records, and whether more follows."""


@dataclass(eq=False)
class RecordRequest:
    """One request, as it is sent however often.

    Attributes:
        message: What is sent.
        receipts: Whose records it holds, in their order.
        in_doubt: Whether it was sent by a stream that broke, and so may be stored.
    """

    message: records_pb2.LogRecordsRequest
    receipts: Sequence[Receipt]
    in_doubt: bool = False

    @property
    def named(self) -> str:
        """What errors call it: "logging records 5 to 8 of this client (counted from 1)"."""
        first, count = self.message.first_record_number, self.message.count
        which = f"record {first}" if count == 1 else f"records {first} to {first + count - 1}"
        return f"logging {which} of this client (counted from 1)"

    def split(self, make: MakeMessage) -> Iterator[RecordRequest]:
        """Yield a request for each receipt, by the numbers that its records have.

        Args:
            make: Makes a message.
        """
        number = self.message.first_record_number
        for receipt in self.receipts:
            yield RecordRequest(make(number, receipt.batch, True), [receipt])
            number += receipt.batch.count


class WaitingLine:
    """The receipts whose records are in no request yet, oldest first. Its owner guards it."""

    def __init__(self) -> None:
        self._receipts: deque[Receipt] = deque()
        self._size = 0

    def __bool__(self) -> bool:
        return bool(self._receipts)

    def __iter__(self) -> Iterator[Receipt]:
        return iter(self._receipts)

    @property
    def size(self) -> int:
        """How many bytes of records wait."""
        return self._size

    @property
    def count(self) -> int:
        """How many records wait."""
        return sum(receipt.batch.count for receipt in self._receipts)

    @property
    def last(self) -> Receipt | None:
        """The receipt that came last; None if none waits."""
        return self._receipts[-1] if self._receipts else None

    @property
    def is_worth_a_request(self) -> bool:
        """Whether it pays to send what waits before what is under way is answered."""
        receipts = self._receipts
        if not receipts:
            return False
        is_full = len(receipts) >= BATCH_RECORDS or self._size >= BATCH_BYTES
        return is_full or not receipts[0].may_share

    def append(self, receipt: Receipt) -> None:
        """Put one behind the others."""
        self._receipts.append(receipt)
        self._size += len(receipt.batch.records_json)

    def remove(self, unwanted: Callable[[Receipt], bool]) -> list[Receipt]:
        """Take out those that are unwanted, and return them."""
        kept: deque[Receipt] = deque()
        removed: list[Receipt] = []
        for receipt in self._receipts:
            (removed if unwanted(receipt) else kept).append(receipt)
        self._receipts = kept
        self._size -= sum(len(receipt.batch.records_json) for receipt in removed)
        return removed

    def take(self, first_number: int, make: MakeMessage) -> RecordRequest:
        """Take out as many as share one request, and make it.

        Args:
            first_number: The number of their first record.
            make: Makes the message.
        """
        receipts = [self._pop()]
        room = BATCH_BYTES - len(receipts[0].batch.records_json)
        while room > 0 and len(receipts) < BATCH_RECORDS and self._next_shares(receipts[0]):
            receipts.append(self._pop())
            room -= len(receipts[-1].batch.records_json)
        batch = join_batches([receipt.batch for receipt in receipts])
        # A hint only: who sends many in a call, or soon, or has more in line, mostly goes on.
        is_big = batch.count >= FIRST_RECORDS or len(batch.records_json) >= BATCH_BYTES // 2
        is_part = receipts[0].call is not None and is_big
        more = is_part or bool(self._receipts) or receipts[0].is_soon
        return RecordRequest(make(first_number, batch, more), receipts)

    def _pop(self) -> Receipt:
        receipt = self._receipts.popleft()
        self._size -= len(receipt.batch.records_json)
        return receipt

    def _next_shares(self, first: Receipt) -> bool:
        return bool(self._receipts) and first.may_share and self._receipts[0].may_share
