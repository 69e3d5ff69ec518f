"""Which session `close` means."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from session_sharing.cli.close import meant
from session_sharing.information import SessionInformation, SessionState

NOW = datetime(2026, 5, 4, tzinfo=timezone.utc)
RESOURCES = {"ab12": "a.log", "ab12ff": "b.log", "cd34": "ab12f", "ee56": "a.log"}
SESSIONS = [
    SessionInformation(*(public_id, name, name, SessionState.OPEN, False), None, NOW, NOW)
    for public_id, name in RESOURCES.items()
]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ("ab12", ["ab12"]),
        ("cd", ["cd34"]),
        ("ab", ["ab12", "ab12ff"]),
        ("b.log", ["ab12ff"]),
        ("a.log", ["ab12", "ee56"]),
        ("ab12f", ["ab12ff", "cd34"]),
        ("x", []),
        ("", []),
    ],
)
def test_id_prefix_or_resource(wanted: str, ids: list[str]) -> None:
    """An id is exact first; a prefix or a resource means all that have it; nothing means none."""
    assert [session.public_id for session in meant(SESSIONS, wanted)] == ids
