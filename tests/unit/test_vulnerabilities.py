"""What counts as an audit: every dependency was looked at, and nothing was found."""

from __future__ import annotations

import json
from typing import Any

from tools.vulnerabilities import judge, read

EXPECTED = {"some-thing": "1.0", "other": "2.0"}


def report(*dependencies: dict[str, Any]) -> dict[str, Any]:
    """Return what pip-audit writes."""
    return {"dependencies": list(dependencies), "fixes": []}


def good(name: str, version: str) -> dict[str, Any]:
    """Return a dependency of which no vulnerability is known."""
    return {"name": name, "version": version, "vulns": []}


def test_all_known_and_none_vulnerable_passes() -> None:
    """Names count in any spelling."""
    assert judge(report(good("Some_Thing", "1.0"), good("other", "2.0")), EXPECTED) == []


def test_vulnerability_is_named_with_its_remedy() -> None:
    """Whoever reads it knows what is vulnerable, where to read of it, and which version helps."""
    vulnerability = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.1", "3.0"]}
    bad = {**good("other", "2.0"), "vulns": [vulnerability]}
    (told,) = judge(report(good("some-thing", "1.0"), bad), EXPECTED)
    assert told == "other 2.0 is vulnerable: PYSEC-1, CVE-1; mended in 2.1, 3.0."


def test_what_the_service_does_not_know_does_not_pass() -> None:
    """pip-audit passes what it could not look up; here it fails, as does another version."""
    skipped = {"name": "some-thing", "skip_reason": "Dependency not found on PyPI"}
    (told,) = judge(report(skipped, good("other", "2.0")), EXPECTED)
    assert told.startswith("Of 1 dependencies of 2 the vulnerability service knows nothing: some-")
    (told,) = judge(report(good("some-thing", "1.1"), good("other", "2.0")), EXPECTED)
    assert "some-thing" in told
    (told,) = judge(report(), EXPECTED)
    assert told.startswith("Of 2 dependencies of 2")


def test_silent_service_does_not_pass() -> None:
    """Where nobody answers it is said that nothing is known, with pip-audit's own last words."""
    (told,) = read("", "Traceback\n...\nConnectionError: no route\n", EXPECTED)
    assert "nothing is known of vulnerabilities" in told
    assert told.endswith("ConnectionError: no route")
    text = json.dumps(report(good("some-thing", "1.0"), good("other", "2.0")))
    assert read(text, "", EXPECTED) == []
