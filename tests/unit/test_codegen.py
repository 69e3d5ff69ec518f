"""Where generated code goes, and the comparison of stubs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import codegen
from tools.codegen import PROTOS, differences, outputs
from tools.packages import all_packages


def protos_of(package: str) -> set[str]:
    return {path.relative_to(PROTOS).as_posix() for path in (PROTOS / package).rglob("*.proto")}


def test_stubs_go_into_packages_of_the_project() -> None:
    """The stubs of a package lie in that package."""
    sources = {package.import_name: package.sources[0].parent for package in all_packages()}
    found = outputs()
    assert set(found) == {path.name for path in PROTOS.iterdir()}
    assert {name: sources.get(name) for name in found} == found


def test_every_proto_has_stubs_and_every_stub_a_proto() -> None:
    """A proto that was added or removed without generating is found without the generator."""
    for package, output in outputs().items():
        stubs = (output / package).rglob("*_pb2.py")
        names = {path.relative_to(output).as_posix() for path in stubs}
        assert {name.replace("_pb2.py", ".proto") for name in names} == protos_of(package)


def write(folder: Path, package: str = "package", /, **files: str) -> Path:
    (folder / package / "v1").mkdir(parents=True)
    for name, text in files.items():
        (folder / package / "v1" / f"{name}_pb2.py").write_text(text, "utf-8")
    return folder


def test_same_stubs_do_not_differ(tmp_path: Path) -> None:
    """Stubs that are up to date pass the check."""
    fresh = write(tmp_path / "fresh", one="1", two="2")
    committed = write(tmp_path / "committed", one="1", two="2")
    assert differences("package", fresh, committed) == []


def test_each_difference_is_named(tmp_path: Path) -> None:
    """The check tells which stubs are missing, out of date, or left over."""
    fresh = write(tmp_path / "fresh", new="1", changed="2")
    committed = write(tmp_path / "committed", changed="1", old="1")
    assert differences("package", fresh, committed) == [
        f"left over: {Path('package', 'v1', 'old_pb2.py')}",
        f"missing: {Path('package', 'v1', 'new_pb2.py')}",
        f"out of date: {Path('package', 'v1', 'changed_pb2.py')}",
    ]


def test_stubs_are_replaced_when_all_protos_have_compiled(tmp_path: Path, monkeypatch) -> None:
    """Who has a typing error in a proto keeps all stubs, and those of no other are left over."""
    first, second = tmp_path / "first", tmp_path / "second"
    monkeypatch.setattr(codegen, "ROOT", tmp_path)
    monkeypatch.setattr(codegen, "outputs", lambda: {"first": first, "second": second})
    compiles = ["first"]

    def generate(package: str, output: Path) -> None:
        if package not in compiles:
            raise SystemExit(f"The protos of {package} do not compile")
        write(output, package, new="2")

    monkeypatch.setattr(codegen, "generate", generate)
    for output in (first, second):
        write(output, output.name, old="1")
    with pytest.raises(SystemExit, match="second do not compile"):
        codegen.regenerate()
    assert stubs(tmp_path) == {"first/first/v1/old_pb2.py", "second/second/v1/old_pb2.py"}
    compiles.append("second")
    assert codegen.regenerate() == 0
    assert stubs(tmp_path) == {"first/first/v1/new_pb2.py", "second/second/v1/new_pb2.py"}


def stubs(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*_pb2.py")}
