"""Versions, as they are compared."""

from __future__ import annotations

import pytest

from session_sharing.versions import OLDEST_GRPC, grpc_version, release_of


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("1.73.1", (1, 73, 1)),
        ("1.80.0rc1", (1, 80)),
        ("1.9", (1, 9)),
        ("", ()),
        ("unknown", ()),
        ("1.²", (1,)),
    ],
)
def test_release_is_what_numbers_say(version: str, release: tuple[int, ...]) -> None:
    """Versions compare by their numbers, not as texts; what is no number ends them."""
    assert release_of(version) == release


def test_installed_grpc_is_new_enough() -> None:
    """The bound of the package's metadata and the one that `doctor` knows agree."""
    assert release_of(grpc_version()) >= OLDEST_GRPC
