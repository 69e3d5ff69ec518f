"""The metadata of the packages, and what the root knows of them."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.lowest_versions import lowest
from tools.packages import ROOT, Package, all_packages, read_toml

PACKAGES = all_packages()
SETTINGS = read_toml(ROOT / "pyproject.toml")["tool"]
OWN = {package.project["name"]: package for package in PACKAGES}
COMMON = ("version", "requires-python", "license", "authors", "readme")
CLIENT_NEEDS = {"grpcio", "protobuf", "platformdirs"}

each_package = pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.folder)


def lines(package: Package) -> list[str]:
    """Return all that a package depends on, extras included."""
    extras = package.project.get("optional-dependencies", {})
    return [
        *package.project["dependencies"],
        *(line for extra in extras.values() for line in extra),
    ]


@each_package
def test_packages_agree(package: Package) -> None:
    """All packages are released together, under the same terms, and built in the same way."""
    shared = OWN["session-sharing"]
    assert {key: package.project[key] for key in COMMON} == {
        key: shared.project[key] for key in COMMON
    }
    assert package.metadata["build-system"] == shared.metadata["build-system"]


@each_package
def test_names_cannot_be_mistaken(package: Package) -> None:
    """The distribution's name has the project's prefix, and says which package it is."""
    own = package.import_name.replace("_", "-")
    suffixes = {
        "shared": "",
        "services": f"-{own}",
        "plugins": f"-plugin-{own}",
        "teststand": "-teststand",
    }
    suffix = suffixes[package.folder.partition("/")[0]]
    assert package.project["name"] == f"session-sharing{suffix}"


@each_package
def test_package_is_whole(package: Package) -> None:
    """A package has types that are seen, and a README of its own."""
    folder = ROOT / package.folder
    assert [source for source in package.sources if not (source / "py.typed").is_file()] == []
    assert (folder / "README.md").read_text("utf-8").startswith("# ")


@each_package
def test_dependencies_are_names(package: Package) -> None:
    """What users install has names and versions; paths are for development alone."""
    assert [line for line in lines(package) if Requirement(line).url] == []
    needed = {canonicalize_name(Requirement(line).name) for line in lines(package)} & set(OWN)
    in_place = package.metadata["tool"]["poetry"].get("dependencies", {})
    assert set(in_place) == needed - {package.project["name"]}
    for name, source in in_place.items():
        assert (ROOT / package.folder / source["path"]).resolve() == ROOT / OWN[name].folder


@each_package
def test_packages_admit_each_other(package: Package) -> None:
    """The version that a package asks of another one of the project is the one that is here."""
    for requirement in map(Requirement, lines(package)):
        other = OWN.get(canonicalize_name(requirement.name))
        if other is not None:
            assert requirement.specifier.contains(other.project["version"]), str(requirement)
            assert requirement.extras <= set(other.project.get("optional-dependencies", {}))


def test_client_library_stays_light() -> None:
    """The client library brings three packages into a plug-in's environment."""
    needed = {Requirement(line).name for line in OWN["session-sharing"].project["dependencies"]}
    assert needed == CLIENT_NEEDS


def test_floors() -> None:
    """The lowest admitted versions are those that the project promises to work with."""
    found = lowest(package.project for package in PACKAGES)
    assert (found["grpcio"], found["protobuf"]) == (Version("1.73"), Version("4.25"))


def test_root_knows_every_package() -> None:
    """Types and layers are checked in every package; none is forgotten."""
    names = {name for package in PACKAGES for name in package.import_names}
    sources = {f"$MYPY_CONFIG_FILE_DIR/{package.folder}/src" for package in PACKAGES}
    assert set(SETTINGS["importlinter"]["root_packages"]) == names
    assert set(SETTINGS["mypy"]["mypy_path"]) == sources
