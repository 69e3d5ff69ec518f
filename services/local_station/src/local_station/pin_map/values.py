"""Numbers and lists of numbers in the attributes of a pin map."""

from __future__ import annotations

import re

from local_station.pin_map.reading import Element, quoted

# Nine digits at most: such a number is an int32 on the wire.
_NUMBER = re.compile(r"[0-9]{1,9}")
_RANGE = re.compile(r"([0-9]{1,9})\s*[:-]\s*([0-9]{1,9})")


def whole_number(element: Element, attribute: str) -> int:
    """Return the number in an attribute.

    Raises:
        InvalidRequestError: It is missing, or no whole number from 0 on.
    """
    return _number(element, attribute, element.required(attribute))


def whole_numbers(element: Element, attribute: str) -> tuple[int, ...]:
    """Return the numbers in an attribute, `0,1,2`.

    Raises:
        InvalidRequestError: It is missing, has something else in it, or a number twice.
    """
    texts = element.required(attribute).split(",")
    numbers = tuple(_number(element, attribute, text) for text in texts)
    if len(set(numbers)) < len(numbers):
        raise element.wrong(f"a number is twice in {attribute}={quoted(','.join(texts))}.")
    return numbers


def number_ranges(element: Element, attribute: str) -> list[range]:
    """Return the ranges in an attribute: numbers, `0:3` and `0-3`, separated by commas.

    Raises:
        InvalidRequestError: It is missing, has something else in it, or a range counts down.
    """
    return [_range(element, attribute, text) for text in element.required(attribute).split(",")]


def _number(element: Element, attribute: str, text: str) -> int:
    if not _NUMBER.fullmatch(text.strip()):
        raise element.wrong(f"{quoted(text)} in {attribute} is no whole number.")
    return int(text)


def _range(element: Element, attribute: str, text: str) -> range:
    ends = _RANGE.fullmatch(text.strip())
    if ends is None:
        number = _number(element, attribute, text)
        return range(number, number + 1)
    first, last = (int(end) for end in ends.groups())
    if last < first:
        raise element.wrong(f"the range {quoted(text)} in {attribute} counts down.")
    return range(first, last + 1)
