"""NI's sample pin maps, where they lie beside the checkout, and what we expect of them."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tools.packages import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SAMPLES = ROOT.parent / "shared" / "samples" / "pinmaps"
needs_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the sample data is not beside the checkout"
)


def expected_sessions() -> dict[str, Any]:
    """Return the table of expected sessions, by the names of the files without suffix."""
    path = ROOT / "services" / "local_station" / "tests" / "sample_sessions.toml"
    return tomllib.loads(path.read_text("utf-8"))
