"""The command line of the demonstration."""

from __future__ import annotations

import sys

import pytest

from demo.program import main
from demo.scenes import SCENES


@pytest.mark.parametrize("number", ["0", str(len(SCENES) + 1), "some"])
def test_scenes_that_do_not_exist_are_wrong_usage(capsys, monkeypatch, number: str) -> None:
    """A demonstration that would show nothing, or more than there is, is refused with 2."""
    monkeypatch.setattr(sys, "argv", ["demo", "--scenes", number])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "--scenes" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["nobody_made"], ["json_logger"], []])
def test_a_service_that_was_not_made_is_wrong_usage(capsys, monkeypatch, arguments) -> None:
    """What did not come from the template has no plug-ins to show, and who asks is told that."""
    monkeypatch.setattr(sys, "argv", ["demo", "--service", *arguments])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "--service" in capsys.readouterr().err
