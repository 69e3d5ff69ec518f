"""Readers of properties: what a property is, and what is in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from teststand_runner.errors import quoted
from teststand_runner.model.properties import NOTHING, Property
from teststand_runner.reading.numbers import number_of
from teststand_runner.reading.xml_form.readers import NoteReader, Reader, Reading
from teststand_runner.reading.xml_form.value_readers import (
    ArrayReader,
    ObjectHolder,
    ScalarReader,
    ValueReader,
)

NAME_IN_ATTRIBUTE = "_NAME_IN_ATTRIBUTE_"
_FLAGS = ("valueflags", "structureflags")


class PropertyReader(Reader):
    """Reads a property.

    Args:
        reading: The file.
        tag: The tag of the element.
        attributes: Its attributes.
        done: Gets the property when the element ends.
        class_name: The class, if the tag says it and not an attribute: of elements of arrays.
        step: What it adds to the path.
    """

    def __init__(
        self,
        reading: Reading,
        tag: str,
        attributes: Mapping[str, str],
        done: Callable[[Property], None],
        *,
        class_name: str = "",
        step: str = "",
    ) -> None:
        super().__init__(reading)
        reading.count()
        self._done = done
        self._line = reading.line
        named = bool(class_name) or tag == NAME_IN_ATTRIBUTE
        self._name = reading.shared(self.required(attributes, "name") if named else tag)
        self._class = reading.shared(class_name or self.required(attributes, "classname"))
        self.step = step or f".{self._name}"
        self._type = self._type_of(attributes)
        self._flags = self._flags_of(attributes)
        self._value: ValueReader | None = None
        self._within: SubpropertiesReader | None = None

    def _type_of(self, attributes: Mapping[str, str]) -> str:
        name = self.reading.shared(attributes.get("typename", ""))
        if attributes.get("xsi:type", name) != name:
            raise self.reading.wrong(
                f"the type is {quoted(name)}, and {quoted(attributes['xsi:type'])}."
            )
        if name:
            self.reading.used_types.setdefault(name, self._line)
        return name

    def _flags_of(self, attributes: Mapping[str, str]) -> int:
        flags = 0
        for name in _FLAGS:
            text = attributes.get(name, "0")
            value = number_of(text, "UInt64")
            if not isinstance(value, int) or value >= 2**32:
                raise self.reading.wrong(f"{name} is {quoted(text)}, which are no flags.")
            flags |= value
        return flags

    def child(self, tag: str, attributes: Mapping[str, str]) -> Reader:
        """Take the value, what is in the property, or a note."""
        if tag == "value" and self._value is None:
            self._value = self._value_reader(attributes)
            return self._value
        if tag == "subprops" and self._within is None:
            self._within = SubpropertiesReader(self.reading)
            return self._within
        if tag in {"value", "subprops"}:
            raise self.reading.wrong(f"the property has a second <{tag}>.")
        if "classname" in attributes:
            return super().child(tag, attributes)
        return NoteReader(self.reading)

    def _value_reader(self, attributes: Mapping[str, str]) -> ValueReader:
        if "lbound" in attributes or "ubound" in attributes:
            return ArrayReader(self.reading, self._class, attributes, _element)
        return ScalarReader(self.reading, self._class, attributes)

    def end(self) -> None:
        """Hand on the property."""
        value = self._value
        self._done(
            Property(
                name=self._name,
                class_name=self._class,
                type_name=self._type,
                value=value.value if value else None,
                values=value.values if value else None,
                elements=value.elements if value else None,
                properties=self._within.found if self._within else NOTHING,
                flags=self._flags,
                place=self._line,
            )
        )


def _element(
    holder: ObjectHolder, tag: str, attributes: Mapping[str, str], step: str
) -> PropertyReader:
    """Return the reader of an object in an array, or of the prototype of such."""
    class_name = "" if tag == NAME_IN_ATTRIBUTE else holder.reading.shared(tag)
    return PropertyReader(
        holder.reading, tag, attributes, holder.take, class_name=class_name, step=step
    )


class SubpropertiesReader(Reader):
    """Reads what is in a property.

    Attributes:
        found: The properties by name.
    """

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.found: dict[str, Property] = {}

    def child(self, tag: str, attributes: Mapping[str, str]) -> Reader:
        """Take a property: its name is the tag."""
        return PropertyReader(self.reading, tag, attributes, self._add)

    def _add(self, found: Property) -> None:
        if found.name in self.found:
            raise self.reading.wrong(f"the property {quoted(found.name)} is there twice.")
        self.found[found.name] = found
