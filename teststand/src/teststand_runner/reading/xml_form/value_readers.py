"""Readers of values: scalars, and arrays of scalars or of objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from teststand_runner.errors import quoted
from teststand_runner.model.properties import Property, Scalar
from teststand_runner.reading.numbers import RANGES, array_size, indices_of, number_of
from teststand_runner.reading.xml_form.readers import Reader, Reading

OBJECTS = "Objs"
_SCALAR_CLASS = {"Nums": "Num", "Bools": "Bool", "Refs": "Ref"}
_TRUTHS = {"true": True, "false": False}


class ObjectHolder(Protocol):
    """Takes the object that is in it."""

    reading: Reading

    def take(self, found: Property) -> None:
        """Take it."""


ElementReading = Callable[[ObjectHolder, str, Mapping[str, str], str], Reader]


class ValueReader(Reader):
    """Reads a value.

    Attributes:
        value: That of a scalar.
        values: The elements of an array of scalars, else None.
        elements: The elements of an array of objects, else None.
    """

    value: Scalar = None
    values: tuple[Scalar, ...] | None = None
    elements: tuple[Property, ...] | None = None


class ScalarReader(ValueReader):
    """Reads the text of a scalar, as its class wants it.

    Args:
        reading: The file.
        class_name: The class of the property, or of an array's elements.
        attributes: The attributes of the element.
        done: Gets the value when the element ends.
    """

    def __init__(
        self,
        reading: Reading,
        class_name: str,
        attributes: Mapping[str, str],
        done: Callable[[Scalar], None] | None = None,
    ) -> None:
        super().__init__(reading)
        self._class = class_name
        self._done = done
        self._representation = attributes.get("representation", "")
        if self._representation not in {"", *RANGES}:
            raise reading.wrong(f"the representation {quoted(self._representation)} is unknown.")
        self._parts: list[str] = []

    def text(self, text: str) -> None:
        """Take a part of the value."""
        self._parts.append(text)

    def end(self) -> None:
        """Understand the value."""
        self.value = self._meaning("".join(self._parts))
        self._parts.clear()
        if self._done is not None:
            self._done(self.value)

    def _meaning(self, text: str) -> Scalar:
        if self._class == "Bool":
            return self._known(text, _TRUTHS.get(text))
        if self._class == "Num":
            return self._known(text, number_of(text, self._representation))
        if self._class == "Ref":
            return self._known(text, None) if text else None
        return text

    def _known(self, text: str, value: Scalar) -> Scalar:
        if value is None:
            raise self.reading.wrong(f"{quoted(text)} is no value of the class {self._class}.")
        return value


class ArrayReader(ValueReader):
    """Reads an array, and counts its elements.

    Args:
        reading: The file.
        class_name: The class of the array.
        attributes: The attributes, with the bounds.
        element: Makes the reader of an object, or of the prototype of such.
    """

    def __init__(
        self,
        reading: Reading,
        class_name: str,
        attributes: Mapping[str, str],
        element: ElementReading,
    ) -> None:
        super().__init__(reading)
        self._class = class_name
        self._element = element
        self._lower = self.required(attributes, "lbound")
        self._upper = self.required(attributes, "ubound")
        size = array_size(self._lower, self._upper)
        if size is None:
            bounds = f"{quoted(self._lower)} to {quoted(self._upper)}"
            raise reading.wrong(f"{bounds} are no bounds of an array.")
        self._size = size
        self._scalars: list[Scalar] = []
        self._objects: list[Property] = []
        self._indices: set[tuple[int, ...]] = set()

    def child(self, tag: str, attributes: Mapping[str, str]) -> Reader:
        """Take an element, or the prototype of the elements."""
        if tag == "elemproto":
            return HolderReader(self.reading, self._element, ".prototype", None)
        if tag != "value":
            return super().child(tag, attributes)
        if self._class == OBJECTS:
            step = f"[{len(self._objects)}]"
            return HolderReader(self.reading, self._element, step, self._objects.append)
        self.reading.count()
        self._check_index(self.required(attributes, "arrayindex"))
        scalar = _SCALAR_CLASS.get(self._class, "Str")
        return ScalarReader(self.reading, scalar, attributes, self._scalars.append)

    def _check_index(self, text: str) -> None:
        """Refuse an index that is none, is out of order, or was there."""
        index = indices_of(text)
        lowest = indices_of(self._lower) or ()
        expected = (lowest[0] + len(self._scalars),)
        ordered = index == expected if len(lowest) == 1 else index not in self._indices
        if index is None or len(index) != len(lowest) or not ordered:
            raise self.reading.wrong(f"{quoted(text)} is not the index of the next element.")
        if len(lowest) > 1:
            self._indices.add(index)

    def end(self) -> None:
        """Check that all elements are there."""
        found = self._objects if self._class == OBJECTS else self._scalars
        if len(found) != self._size:
            raise self.reading.wrong(
                f"the array has {len(found)} elements; its bounds, {quoted(self._lower)} to "
                f"{quoted(self._upper)}, say {self._size}."
            )
        if self._class == OBJECTS:
            self.elements = tuple(self._objects)
        else:
            self.values = tuple(self._scalars)


class HolderReader(Reader):
    """Reads the element around an object in an array, or around the prototype of such.

    Args:
        reading: The file.
        element: Makes the reader of the object.
        step: What the object adds to the path.
        done: Gets the object; None if nobody wants it.
    """

    def __init__(
        self,
        reading: Reading,
        element: ElementReading,
        step: str,
        done: Callable[[Property], None] | None,
    ) -> None:
        super().__init__(reading)
        self._element = element
        self._step = step
        self._done = done
        self._taken = False

    def child(self, tag: str, attributes: Mapping[str, str]) -> Reader:
        """Take the object."""
        return self._element(self, tag, attributes, self._step)

    def take(self, found: Property) -> None:
        """Take the object.

        Raises:
            DamagedFileError: There was one.
        """
        if self._taken:
            raise self.reading.wrong("there are two objects where one is expected.")
        self._taken = True
        if self._done is not None:
            self._done(found)

    def end(self) -> None:
        """Check that it is there."""
        if not self._taken:
            raise self.reading.wrong("an object is missing.")
