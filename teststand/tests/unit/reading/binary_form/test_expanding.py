"""What a binary file leaves to its types."""

from __future__ import annotations

import string
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from teststand_runner.model import Property, PropertyFile
from teststand_runner.reading import read_properties
from teststand_runner.testing import example_file, write_binary, write_xml
from teststand_runner.testing.building import (
    container,
    expression,
    instance,
    number,
    objects,
    scalar,
    scalars,
    text,
    truth,
)
from teststand_runner.testing.example_types import EXCLUDED, UNSTRUCTURED

EXAMPLE = example_file()

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
)
FLOATS = st.floats(allow_nan=False)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
NAMES = st.text(string.ascii_letters + " _.é", min_size=1, max_size=6)
LEAVES = st.one_of(
    TEXTS.map(lambda value: text("", value)),
    TEXTS.map(lambda value: expression("", value)),
    FLOATS.map(lambda value: number("", value)),
    INTEGERS.map(lambda value: number("", value)),
    st.booleans().map(lambda value: truth("", value)),
    st.just(scalar("", "Ref", None)),
    st.lists(TEXTS, max_size=3).map(lambda values: scalars("", "Strs", *values)),
    st.lists(FLOATS, max_size=3).map(lambda values: scalars("", "Nums", *values)),
    st.lists(st.booleans(), max_size=3).map(lambda values: scalars("", "Bools", *values)),
)


def holders(inside: st.SearchStrategy[Property]) -> st.SearchStrategy[Property]:
    named = st.dictionaries(NAMES, inside, max_size=4).map(
        lambda found: container("", *(replace(each, name=name) for name, each in found.items()))
    )
    return named | st.lists(inside, max_size=3).map(lambda found: objects("", *found))


TREES = st.recursive(LEAVES, holders, max_leaves=12)


def file_with(variables: Property, *types: Property) -> PropertyFile:
    """Return a file with nothing but types and variables."""
    data = container("Data", replace(variables, name="Variables"), class_name="SequenceFileData")
    return replace(EXAMPLE, types={each.name: each for each in types}, data=data)


@given(TREES)
def test_both_forms_say_the_same(tree: Property) -> None:
    """Whatever properties there are, both forms give them back as they were."""
    file = file_with(container("", replace(tree, name="variable")))
    assert read_properties(write_xml(file)).data == file.data
    assert read_properties(write_binary(file)).data == file.data


@given(TREES, st.dictionaries(NAMES, LEAVES, max_size=3))
def test_instances_are_completed(tree: Property, changes: dict[str, Property]) -> None:
    """What a binary file leaves out of an instance comes from its type, and nothing else does."""
    definition = container("Made", *tree.properties.values(), text("last", "of the type"))
    kept = {name for name, each in definition.properties.items() if each.properties}
    changed = (replace(each, name=name) for name, each in changes.items() if name not in kept)
    file = file_with(container("", instance(definition, "Obj", "variable", *changed)), definition)
    assert read_properties(write_binary(file)).data == file.data


def test_types_keep_their_own() -> None:
    """What is in a type alone is in no instance, unless that has changed it; the type has it."""
    hidden = replace(text("hidden", "menu"), flags=EXCLUDED)
    shared = replace(text("shared", "module"), flags=UNSTRUCTURED)
    definition = container("Made", hidden, shared)
    plain = instance(definition, "Obj", "plain")
    changed = instance(definition, "Obj", "changed", text("shared", "another"))
    file = read_properties(write_binary(file_with(container("", plain, changed), definition)))
    assert list(file.types["Made"].properties) == ["hidden", "shared"]
    variables = file.data.properties["Variables"]
    assert list(variables.properties["plain"].properties) == []
    assert variables.properties["changed"].properties == {"shared": text("shared", "another")}
