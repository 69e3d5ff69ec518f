"""What the README promises, and the tests that it names for each promise."""

from __future__ import annotations

import re

from tools.packages import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def test_guards_of_the_promises_exist() -> None:
    """Every promise of the README names tests that are there."""
    rows = README[README.index("| promise |") :].split("\n\n", 1)[0].splitlines()[2:]
    guards = [re.findall(r"`([^`]+\.py)`", row.split("|")[2]) for row in rows]
    assert len(guards) > 10
    assert all(guards), "a promise names no test"
    assert [path for paths in guards for path in paths if not (ROOT / path).is_file()] == []
