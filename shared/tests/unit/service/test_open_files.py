"""How many files a server may have open."""

from __future__ import annotations

import pytest

from session_sharing.service.open_files import (
    ENOUGH,
    allow_open_files,
    connections_of_an_address,
)

resource = pytest.importorskip("resource", reason="Windows has no such limit")


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Take the place of the system: what is set last counts."""
    told = [(256, ENOUGH // 2)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: told[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: told.append(pair))
    return told


@pytest.mark.parametrize(
    ("now", "most", "then"),
    [
        (256, resource.RLIM_INFINITY, ENOUGH),
        (1024, 2 * ENOUGH, ENOUGH),
        (1024, 4096, 4096),
        (2 * ENOUGH, 4 * ENOUGH, 2 * ENOUGH),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, resource.RLIM_INFINITY),
    ],
)
def test_limit_is_raised_as_far_as_needed(
    limits: list[tuple[int, int]], now: int, most: int, then: int
) -> None:
    """Sessions do not take the files that connections need; a higher limit stays as it is."""
    limits.append((now, most))
    allow_open_files()
    assert limits[-1] == (then, most)


@pytest.mark.parametrize(
    ("limit", "taken"), [(256, 25), (1024, 102), (ENOUGH, 1648), (resource.RLIM_INFINITY, 1648)]
)
def test_connections_leave_files_for_sessions(
    limits: list[tuple[int, int]], limit: int, taken: int
) -> None:
    """Connections to five addresses leave 2,000 files, or half of them where there are fewer."""
    limits.append((limit, limit))
    assert connections_of_an_address() == taken


def test_refusal_of_the_system_is_no_end(
    limits: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the limit cannot be raised the server starts all the same, and says so."""

    def refuse(*_: object) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    allow_open_files()
    assert "At most 256 files and connections" in caplog.text
