"""The check of the licences of dependencies."""

from __future__ import annotations

from importlib.metadata import distributions
from pathlib import Path

import pytest

from tools.licences import faults, is_allowed, licence_of, main, others, settings

MIT = "License :: OSI Approved :: MIT License"
BSD = "License :: OSI Approved :: BSD License"


def install(folder: Path, name: str, *lines: str) -> None:
    """Put a distribution into a folder, as pip leaves it."""
    metadata = folder / f"{name}-1.0.dist-info" / "METADATA"
    metadata.parent.mkdir()
    head = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *lines]
    metadata.write_text("\n".join(head) + "\n\n", "utf-8")


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        (["License-Expression: MIT OR Apache-2.0", "License: GPL-3.0-only"], "MIT OR Apache-2.0"),
        (["License-Expression: mit"], "MIT"),
        (["License: MIT"], "MIT"),
        ([f"Classifier: {MIT}"], "MIT"),
        ([f"Classifier: {BSD}", "License: BSD-3-Clause"], "BSD-3-Clause"),
        ([f"Classifier: {BSD}"], ""),
        (["License: 3-Clause BSD License"], ""),
        (["License: Do what you like, but"], ""),
        ([], ""),
    ],
)
def test_licence_is_what_the_metadata_says_clearly(
    tmp_path: Path, lines: list[str], licence: str
) -> None:
    """The newest way of saying it counts first; what is not clear is no licence."""
    install(tmp_path, "Some_thing", *lines)
    (found,) = distributions(path=[str(tmp_path)])
    assert licence_of(found, {}) == licence
    assert licence_of(found, {"some-thing": "ISC"}) == "ISC"


@pytest.mark.parametrize(
    ("expression", "is_good"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT AND (GPL-3.0-only OR ISC)", True),
        ("(MIT OR GPL-3.0-only) AND GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT AND ISC", True),
        ("GPL-3.0-only AND MIT OR ISC", True),
        ("MIT WITH Some-exception", False),
        ("Apache-2.0 WITH LLVM-exception", True),
    ],
)
def test_one_alternative_is_enough_and_all_parts_count(expression: str, is_good: bool) -> None:
    """Of alternatives one has to be allowed, of parts each, and an exception is not passed over."""
    allowed = {"MIT", "ISC", "Apache-2.0 WITH LLVM-exception"}
    assert is_allowed(expression, allowed) is is_good


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    """Unknown licences, ones that are not allowed, and entries without use end the audit."""
    install(tmp_path, "good", "License-Expression: MIT")
    install(tmp_path, "silent")
    install(tmp_path, "strict", "License-Expression: AGPL-3.0-only")
    unknown, refused, stale = faults(others(str(tmp_path)), {"MIT"}, {"gone": "MIT"})
    assert unknown.startswith("silent: its metadata names no licence clearly")
    assert refused.startswith("strict: AGPL-3.0-only is not among")
    assert stale.startswith("gone: ")


def test_own_packages_are_left_out(tmp_path: Path) -> None:
    """The project's own packages are no dependencies."""
    for name in ("Session_Sharing", "session-sharing-db-writer", "thing"):
        install(tmp_path, name)
    assert [each.metadata["Name"] for each in others(str(tmp_path))] == ["thing"]


def test_empty_environment_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is not the right one does not pass for a station without faults."""
    assert main([str(tmp_path)]) == 1
    assert f"no distributions in {tmp_path}" in capsys.readouterr().err


def test_table_of_the_project_is_valid() -> None:
    """What the project allows, and says of unclear ones, is in the words of SPDX."""
    table = settings()
    assert table["allowed"] == sorted(table["allowed"], key=str.lower)
    assert all(is_allowed(each, table["allowed"]) for each in table["told"].values())
