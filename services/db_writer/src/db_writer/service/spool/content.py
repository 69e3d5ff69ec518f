"""Records as a spool holds them: the rows of a batch, as on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

from session_sharing.records import (
    Record,
    RecordLimits,
    batch_to_records,
    encode_row,
    join_rows,
)
from session_sharing.utc import utc_now

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_ANY_SIZE = RecordLimits(2**40, 2**40)
"""A record may have grown by what it inherited; what was taken is kept."""


def encode(records: Sequence[Record]) -> bytes:
    """Encode records with all they belong to; one without a time gets that of now.

    Raises:
        ValueTypeError: A value has no place in a record.
    """
    now = utc_now()
    return join_rows(
        [
            encode_row(record if record.timestamp else replace(record, timestamp=now), _ANY_SIZE)
            for record in records
        ]
    ).records_json


def decode(content: bytes, count: int) -> list[Record]:
    """Return records as they were.

    Raises:
        InvalidRequestError: It is nothing that `encode` made of so many records.
    """
    return batch_to_records(content, count, now=_EPOCH, limits=_ANY_SIZE)
