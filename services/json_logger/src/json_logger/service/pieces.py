"""What one caller brings to a log: whole lines, and the numbers of the records that they are."""

from __future__ import annotations

from dataclasses import dataclass

from session_sharing.records import AckLevel


@dataclass(frozen=True)
class RecordRange:
    """Records of one attachment, by the numbers that its client gave them.

    Attributes:
        attachment_id: The attachment.
        first: The number of the first of them, 1 or more.
        last: The number of the last of them, not less than `first`.
    """

    attachment_id: str
    first: int
    last: int


@dataclass(frozen=True)
class Lines:
    """Whole lines that one caller brought; stored all or none, and safe as its level says.

    Attributes:
        data: The lines.
        level: What they have to survive.
        records: Which records they are; None if the client does not count.
    """

    data: bytes
    level: AckLevel
    records: RecordRange | None = None
