"""What is recorded: one measurement with its configurations and outputs, and what it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

from session_sharing.errors import ValueTypeError
from session_sharing.records.details import Details, Limits, check_details
from session_sharing.records.texts import is_utf8

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
"""A value as it is stored and read back.

A caller may log more, which is checked when the record is encoded: tuples, mappings other than
dicts, members of an enumeration (by their value), and whatever offers `tolist()`, as the scalars
and arrays of numpy do.
"""

MAX_NESTING = 100
"""How many lists and mappings may stand in one another in a value."""

TIMESTAMP = "timestamp"
MEASUREMENT_NAME = "measurement_name"
CONFIGURATIONS = "measurement_configurations"
OUTPUTS = "measurement_outputs"
CONTEXT = "context"
NON_FINITE = "non_finite"

CONTEXT_FIELDS = (
    *("serial_number", "site", "pin", "step", "station", "operator", "run"),
    "program",
)
"""The fields of a context in the order in which a line holds them."""

_CONTEXT_TYPES = {name: int if name == "site" else str for name in CONTEXT_FIELDS}
_SITE_LIMIT = 2**31
_set = object.__setattr__


@dataclass(frozen=True)
class RecordContext:
    """What a record belongs to. Everything is optional.

    Attributes:
        serial_number: Of the unit under test.
        site: Zero-based; -1 for system pins. Signed 32 bit.
        pin: The pin that was measured.
        step: The step of the sequence.
        station: The test station.
        operator: Who ran the test.
        run: One execution of a sequence or of a measurement.
        program: The program that tested: a sequence, or a script.

    Raises:
        ValueTypeError: A field has another type, is no UTF-8, or the site is beyond 32 bits.
    """

    serial_number: str | None = None
    site: int | None = None
    pin: str | None = None
    step: str | None = None
    station: str | None = None
    operator: str | None = None
    run: str | None = None
    program: str | None = None

    def __post_init__(self) -> None:
        for name, value in self.fields_set.items():
            if isinstance(value, str) and not is_utf8(value):
                raise ValueTypeError(
                    f"The field {name} of the context is no UTF-8: {value[:80]!r}."
                )

    @cached_property
    def fields_set(self) -> Mapping[str, str | int]:
        """The fields which are not None, in their fixed order."""
        try:
            return check_context(vars(self))
        except ValueError as error:
            raise ValueTypeError(str(error)) from error


def check_context(fields: Mapping[str, Any]) -> dict[str, str | int]:
    """Check the fields of a context, and return those which are not None in their fixed order.

    Raises:
        ValueError: A field is unknown, has another type, or the site is beyond signed 32 bits.
    """
    checked: dict[str, str | int] = {}
    for name, wanted in _CONTEXT_TYPES.items():
        value = fields.get(name)
        if value is None:
            continue
        if type(value) is not wanted:
            raise ValueError(
                f"The field {name} of the context is of type {type(value).__name__}; "
                f"it must be {wanted.__name__}."
            )
        checked[name] = value
    site = fields.get("site")
    if site is not None and not -_SITE_LIMIT <= site < _SITE_LIMIT:
        raise ValueError("The site of the context is beyond signed 32 bits.")
    if not fields.keys() <= _CONTEXT_TYPES.keys():
        unknown = ", ".join(
            repr(name[:40]) for name in sorted(fields.keys() - _CONTEXT_TYPES.keys())
        )
        raise ValueError(
            f"A context has no field {unknown[:200]}; it has {', '.join(_CONTEXT_TYPES)}."
        )
    return checked


@dataclass(frozen=True, init=False)
class Record:
    """One measurement record.

    Configurations and outputs are held, not copied, and never changed; their values are checked
    when the record is encoded. Units and limits are checked and copied; where they say nothing,
    they become None.

    Attributes:
        measurement_name: What was measured.
        configurations: How it was measured, by name.
        outputs: What came out, by name.
        timestamp: When, with a time zone; None for the service's clock.
        context: What the record belongs to.
        status: What came of it: `"passed"`, `"failed"` or another word, of 1 to 100 characters.
        units: The units of outputs, by their names.
        limits: The limits of outputs, by their names.

    Raises:
        ValueTypeError: The name is no text, the context is no `RecordContext`, the time stamp has
            no time zone, the status is no such text, or units or limits are not what they should
            be, or of a name that is not among the outputs.
    """

    measurement_name: str
    configurations: Mapping[str, Any]
    outputs: Mapping[str, Any]
    timestamp: datetime | None = None
    context: RecordContext | None = None
    status: str | None = None
    units: Mapping[str, str] | None = None
    limits: Mapping[str, Limits] | None = None

    def __init__(  # noqa: PLR0917 - the order of the fields is known to callers
        self,
        measurement_name: str,
        configurations: Mapping[str, Any],
        outputs: Mapping[str, Any],
        timestamp: datetime | None = None,
        context: RecordContext | None = None,
        status: str | None = None,
        units: Mapping[str, str] | None = None,
        limits: Mapping[str, Limits] | None = None,
    ) -> None:
        # Not the generated one: records are made by the thousand, and it takes three times as long.
        # What is not set is None by the class.
        _set(self, "measurement_name", measurement_name)
        _set(self, "configurations", configurations)
        _set(self, "outputs", outputs)
        if type(measurement_name) is not str or not measurement_name.isascii():
            self._check_name()
        if context is not None or timestamp is not None:
            _set(self, "timestamp", timestamp)
            _set(self, "context", context)
            self._check_belonging()
        if status is not None or units is not None or limits is not None:
            self._check_details(Details(status, units, limits))

    def _check_name(self) -> None:
        name = self.measurement_name
        if not isinstance(name, str):
            raise ValueTypeError(
                f"The measurement name must be a text; it is of type {type(name).__name__}. "
                "The order is: name, configurations, outputs."
            )
        if not is_utf8(name):
            raise ValueTypeError(f"The measurement name is no valid Unicode: {name[:80]!r}.")

    def _check_belonging(self) -> None:
        if self.context is not None and not isinstance(self.context, RecordContext):
            raise ValueTypeError(
                f"The context of record {self.measurement_name[:80]!r} is of type "
                f"{type(self.context).__name__}. Give a RecordContext, for example "
                "RecordContext(serial_number='SN-1', site=0)."
            )
        if self.timestamp is not None:
            _require_zone(self.timestamp, self.measurement_name)

    @property
    def is_plain(self) -> bool:
        """Whether it has neither a context nor details."""
        return (
            self.context is None
            and self.status is None
            and self.units is None
            and self.limits is None
        )

    @property
    def details(self) -> Details | None:
        """What is said of the outputs; None if nothing is."""
        if self.status is None and self.units is None and self.limits is None:
            return None
        return Details(self.status, self.units, self.limits)

    def _check_details(self, details: Details) -> None:
        try:
            checked = check_details(details, self.outputs)
        except ValueError as error:
            raise ValueTypeError(f"Record {self.measurement_name[:80]!r}: {error}.") from error
        for name, value in checked._asdict().items():
            _set(self, name, value)


def _require_zone(timestamp: datetime, name: str) -> None:
    if not isinstance(timestamp, datetime):
        raise ValueTypeError(
            f"The time stamp of record {name[:80]!r} is of type {type(timestamp).__name__}. "
            "Pass a datetime with a time zone, or None for the service's clock."
        )
    if timestamp.utcoffset() is None:
        raise ValueTypeError(
            f"The time stamp {timestamp} of record {name[:80]!r} has no time zone. Use "
            "datetime.now(timezone.utc), or .astimezone() if it is meant as local time."
        )


@dataclass(frozen=True)
class RecordLimits:
    """How big records and requests may be.

    Attributes:
        record_bytes: The longest line that a record may become in a log, in bytes.
        request_bytes: The longest request, in bytes.
    """

    record_bytes: int = 16 * 1024 * 1024
    request_bytes: int = 64 * 1024 * 1024
