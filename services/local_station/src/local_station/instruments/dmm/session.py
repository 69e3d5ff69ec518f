"""A session of NI-DMM: its attributes, and what it acquires."""

from __future__ import annotations

import math
from collections.abc import Sequence

from local_station.instruments.attributes import Attribute, AttributeTable, AttributeValues, Value
from local_station.instruments.bench import Bench, Steady
from local_station.instruments.dmm.functions import OVER_RANGE, measure, ranges_of, smallest
from local_station.instruments.driver_error import (
    DMM_NOT_INITIATED,
    DMM_TIMEOUT,
    VALUE_INVALID,
    DriverError,
)
from local_station.instruments.names import normalised
from local_station.instruments.options import Options

ATTRIBUTES = AttributeTable("local_station.instruments.dmm")

AUTOMATIC, AS_IT_IS, ONCE = -1.0, -2.0, -3.0
"""What stands for a range: chosen by each reading; no longer so; by the next reading."""

DIGITS = (3.5, 7.5)
"""Between these a resolution lies."""

MOST_READINGS = 100_000
"""What one acquisition has at most."""

MOST_AT_ONCE = 10_000
"""What one call may ask for; other calls wait for it."""


class MeterSession:
    """One multimeter. Used on one event loop only.

    Args:
        bench: What it measures.
        resource_name: Its name, which is its terminal.
        options: Say what it is.
    """

    def __init__(self, bench: Bench, resource_name: str, options: Options) -> None:
        self.terminal = normalised(resource_name)
        self.values = AttributeValues(
            ATTRIBUTES,
            {
                "instrument_model": options.name,
                "io_resource_descriptor": resource_name,
                "driver_setup": options.driver_setup,
            },
        )
        self._model = options.model
        self._bench = bench
        self._auto_range: float | None = None
        self._acquired: Steady | None = None
        self._left = 0

    def read(self, _channel_name: str, attribute: Attribute) -> Value:
        """Return a value; a multimeter has one channel, which is not named.

        Raises:
            DriverError: It has none.
        """
        if attribute.name == "resolution_absolute":
            return self.resolution
        if attribute.name == "auto_range_value":
            return self.range
        return self.values.read(attribute)

    def write(self, _channel_name: str, attribute: Attribute, value: Value) -> None:
        """Set a value; a range becomes the next one that the multimeter has.

        Raises:
            DriverError: It cannot be set, or not to this value.
        """
        if attribute.name == "function":
            self.set_function(int(value))
        elif attribute.name == "range":
            self.set_range(float(value))
        elif attribute.name == "resolution_digits":
            self.set_digits(float(value))
        elif attribute.name == "resolution_absolute":
            self.set_resolution(float(value))
        else:
            self.values.write(attribute, value)

    @property
    def function(self) -> int:
        """What is measured, by NI's number."""
        return int(self.values.number("function"))

    @property
    def _ranges(self) -> tuple[float, ...]:
        return ranges_of(self.function, self._model)

    @property
    def range(self) -> float:
        """The range in use; before the first reading with an automatic one, the greatest."""
        configured = self.values.number("range")
        if configured > 0:
            return configured
        return self._ranges[-1] if self._auto_range is None else self._auto_range

    @property
    def resolution(self) -> float:
        """What the digits resolve in this range, in the unit of readings, which are not rounded."""
        return self.range / 10.0 ** math.floor(self.values.number("resolution_digits"))

    def set_function(self, function: int) -> None:
        """Measure something else, with an automatic range until another one is set."""
        self.values.put("function", function)
        self.values.put("range", AUTOMATIC)
        self._auto_range = None

    def set_range(self, wanted: float) -> None:
        """Set the range: the smallest that holds what is wanted; -1 for an automatic one.

        Raises:
            DriverError: There is none so great.
        """
        fixed = wanted if wanted <= 0 else smallest(wanted, self._ranges)
        if fixed is None:
            raise DriverError(VALUE_INVALID, f"range: {wanted:g}; at most {self._ranges[-1]:g}.")
        if fixed <= 0 and fixed not in {AUTOMATIC, AS_IT_IS, ONCE}:
            raise DriverError(VALUE_INVALID, f"range: {wanted:g}; -1, -2, -3 or a positive one.")
        self.values.put("range", self.range if fixed == AS_IT_IS else fixed)

    def set_digits(self, digits: float) -> None:
        """Set the resolution in digits.

        Raises:
            DriverError: No multimeter has that many, or that few.
        """
        if not DIGITS[0] <= digits <= DIGITS[1]:
            raise DriverError(VALUE_INVALID, f"resolution_digits: {digits:g}; 3.5 to 7.5.")
        self.values.put("resolution_digits", digits)

    def set_resolution(self, step: float) -> None:
        """Set the resolution as a step, which may become a finer one.

        Raises:
            DriverError: It is no step of this range.
        """
        if not 0 < step <= self.range:
            raise DriverError(VALUE_INVALID, f"resolution_absolute: {step:g}.")
        steps = min(self.range / step, 10.0 ** DIGITS[1])
        digits = math.ceil(math.log10(steps) - 1e-9) + 0.5
        self.set_digits(min(max(digits, DIGITS[0]), DIGITS[1]))

    def take(self, count: int) -> list[float]:
        """Measure now, so many times; what the range is too small for is not a number.

        Raises:
            DriverError: That is too often for one call, or not simulated.
        """
        return self._readings(self._settled(), count)

    def _settled(self) -> Steady:
        (steady,) = self._bench.settled([self.terminal])
        return steady

    def _readings(self, at: Steady, count: int) -> list[float]:
        if count > MOST_AT_ONCE:
            raise DriverError(VALUE_INVALID, f"{count} readings; {MOST_AT_ONCE:,} at once at most.")
        ranges, function = self._ranges, self.function
        return [self._in_range(measure(self._bench, at, function), ranges) for _ in range(count)]

    def _in_range(self, value: float, ranges: Sequence[float]) -> float:
        if self.values.number("range") <= 0:
            found = smallest(abs(value) / OVER_RANGE, ranges)
            self._auto_range = ranges[-1] if found is None else found
        if self.values.number("range") == ONCE:
            self.values.put("range", self.range)
        return math.nan if abs(value) > self.range * OVER_RANGE else value

    @property
    def points(self) -> int:
        """How many readings an acquisition has; 0 for no end."""
        points = self.values.number("sample_count") * self.values.number("trigger_count")
        return min(max(int(points), 0), MOST_READINGS)

    @property
    def left(self) -> int | None:
        """How many readings can be fetched; None before it was initiated."""
        return None if self._acquired is None else self._left

    def initiate(self) -> None:
        """Acquire what is there now, at once; what changes later shows in no reading of it."""
        self._acquired = self._settled()
        self._left = self.points or MOST_READINGS

    def abort(self) -> None:
        """Give up what was acquired; nothing if nothing was."""
        self._acquired = None

    def fetch(self, count: int) -> list[float]:
        """Return the next readings of what was acquired.

        Raises:
            DriverError: Nothing was initiated, or there are not so many.
        """
        if self._acquired is None:
            raise DriverError(DMM_NOT_INITIATED)
        if not 0 < count <= self._left:
            raise DriverError(DMM_TIMEOUT, f"{count} readings were asked for, {self._left} left.")
        readings = self._readings(self._acquired, count)
        self._left -= count
        return readings

    def reset(self) -> None:
        """Forget all that was set and acquired."""
        self.values.reset()
        self._auto_range = None
        self.abort()
