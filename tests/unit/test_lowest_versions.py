"""The constraints with which the lowest admitted versions are tested."""

from __future__ import annotations

from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tools.lowest_versions import lower_bound, lowest


def project(name: str, *dependencies: str, **extras: list[str]) -> dict[str, Any]:
    return {"name": name, "dependencies": list(dependencies), "optional-dependencies": extras}


@pytest.mark.parametrize(
    ("requirement", "version"),
    [
        ("grpcio>=1.73,<2", "1.73"),
        ("grpcio<2,>=1.73.1", "1.73.1"),
        ("grpcio==1.74", "1.74"),
        ("grpcio~=1.75", "1.75"),
        ("grpcio[extra]>=1.9,>=1.10", "1.10"),
    ],
)
def test_lower_bound(requirement: str, version: str) -> None:
    """The lower bound of a requirement is a version, compared as one."""
    assert lower_bound(Requirement(requirement)) == Version(version)


@pytest.mark.parametrize("requirement", ["grpcio", "grpcio<2", "grpcio>1.73", "grpcio!=1.74"])
def test_missing_lower_bound_is_an_error(requirement: str) -> None:
    """A dependency without a lower bound promises what nobody has tried, so it is refused."""
    with pytest.raises(ValueError, match="has no lower bound"):
        lowest([project("one", requirement)])


def test_extras_count() -> None:
    """What an extra brings is tested at its lowest as well."""
    assert lowest([project("one", "a>=1", service=["b>=2"])]) == {
        "a": Version("1"),
        "b": Version("2"),
    }


def test_highest_of_several_bounds_wins() -> None:
    """The constraint is a version that every package admits, whoever is read first."""
    one, two = project("one", "Some_Name>=1.9"), project("two", "some-name>=1.10")
    assert lowest([one, two]) == lowest([two, one]) == {"some-name": Version("1.10")}


def test_packages_of_the_project_are_left_out() -> None:
    """The packages themselves are installed from the tree, with or without a bound."""
    assert lowest([project("one"), project("two", "one", "a>=1")]) == {"a": Version("1")}


def test_requirements_for_other_pythons_are_left_out() -> None:
    """A dependency that this Python does not need gets no constraint."""
    never = "a>=1; python_version < '3'"
    assert lowest([project("one", never, "b>=1; python_version >= '3'")]) == {"b": Version("1")}
