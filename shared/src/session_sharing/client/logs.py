"""How records are logged, wherever they go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from session_sharing.records import Limits, Record, RecordContext

T = TypeVar("T")


class LogsRecords(ABC, Generic[T]):
    """What takes records: a client, or a group of records that is sent later.

    T is what is known of records when they were taken.
    """

    def log(
        self,
        measurement_name: str,
        configurations: Mapping[str, Any],
        outputs: Mapping[str, Any],
        *,
        timestamp: datetime | None = None,
        context: RecordContext | None = None,
        status: str | None = None,
        units: Mapping[str, str] | None = None,
        limits: Mapping[str, Limits] | None = None,
    ) -> T:
        """Log one record: a client returns when it is acknowledged, a group collects it.

        Args:
            measurement_name: What was measured.
            configurations: How it was measured, by name. Values keep their type.
            outputs: What was found, by name. Values keep their type.
            timestamp: When it was measured, with a time zone; now by default.
            context: The unit under test, site, pin and so on that it belongs to.
            status: What came of it: `"passed"`, `"failed"` or another word.
            units: The units of outputs, by their names.
            limits: The limits of outputs, by their names.

        Returns:
            What was acknowledged, by a client; None, by a group.

        Raises:
            SharingError: The record was refused, or whether it was logged is unknown.
        """
        values = (measurement_name, configurations, outputs)
        return self._log_record(Record(*values, timestamp, context, status, units, limits))

    @abstractmethod
    def log_many(self, records: Iterable[Record]) -> T:
        """Log many records, in their order.

        Args:
            records: The records; one without a timestamp gets the time now.

        Raises:
            SharingError: A record was refused, or whether it was logged is unknown.
        """

    @abstractmethod
    def _log_record(self, record: Record) -> T:
        """Log one record, as `log` does."""
