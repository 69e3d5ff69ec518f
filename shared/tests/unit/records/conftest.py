"""Each test that asks for `backend` runs with orjson and with the standard library."""

from __future__ import annotations

import pytest

from session_sharing.records import json_text

BACKENDS = {"orjson": "OrjsonBackend", "standard": "StandardBackend"}


@pytest.fixture(params=list(BACKENDS))
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Exchange the seam, and return the library's name."""
    if request.param == "orjson":
        pytest.importorskip("orjson")
    monkeypatch.setattr(json_text, "backend", getattr(json_text, BACKENDS[request.param])())
    return str(request.param)
