"""What pages make before they use it."""

from __future__ import annotations

import pytest

from tools.pages.made import made_by, uses_made
from tools.service_names import RefusedError

MADE = frozenset({"scope_capture", "scope_capture_measurement"})


def test_services_are_found_that_a_page_makes() -> None:
    """A page that types the command of the scaffold has a service and its plug-ins from then on."""
    assert made_by("```sh posix slow\npython3 run.py new_service -- scope_capture\n```") == MADE
    assert made_by("`nox -s new_service -- NAME` makes another; `new_service` alone none") == set()


def test_a_name_that_the_scaffold_refuses_is_no_good_on_a_page() -> None:
    """Who types what a page shows is not refused."""
    with pytest.raises(RefusedError, match="Windows has a device"):
        made_by("nox -s new_service -- com1")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("python -m scope_capture --port 0", True),
        ("python -m scope_capture_measurement.writer", True),
        ("cp use.py services/scope_capture/src/scope_capture", True),
        ("python3 run.py demo -- --service scope_capture", True),
        ("python3 run.py new_service -- scope_capture", False),
        ("python -m scope_captures", False),
        ("python -m json_logger", False),
    ],
)
def test_only_what_needs_it_is_not_looked_up(line: str, expected: bool) -> None:
    """All other commands of such a page are looked up, and so is the one that makes it."""
    assert uses_made(line.split(), MADE) is expected
