"""The bill of materials: whole, and the same wherever it is made."""

from __future__ import annotations

import json
from typing import Any

from tools.sbom import STATION, complete, faults

OWN = ["session-sharing", "session-sharing-x"]


def component(name: str, *licences: str, url: str = "https://example.org") -> dict[str, Any]:
    """Return a component as cyclonedx-py writes it."""
    return {
        "bom-ref": f"{name}==1.0",
        "name": name,
        "version": "1.0",
        "type": "library",
        "licenses": [{"license": {"id": each}} for each in licences],
        "externalReferences": [{"type": "website", "url": url}],
    }


def bill() -> dict[str, Any]:
    """Return what cyclonedx-py writes of an environment."""
    return {
        "specVersion": "1.6",
        "metadata": {"tools": {}},
        "components": [
            component("session_sharing", "MIT", url="file:///home/somebody/shared"),
            component("session-sharing-x", "MIT"),
            component("Un_clear"),
        ],
        "dependencies": [
            {"ref": "session-sharing-x==1.0", "dependsOn": ["session_sharing==1.0"]},
            {"ref": "session_sharing==1.0", "dependsOn": ["Un_clear==1.0"]},
            {"ref": "Un_clear==1.0"},
        ],
    }


def test_station_stands_above_all() -> None:
    """The bill is of one thing, which needs the project's packages, and has their version."""
    done = complete(bill(), {"un-clear": "MIT"}, OWN)
    station = {"bom-ref": STATION, "type": "application", "name": STATION, "version": "1.0"}
    assert done["metadata"] == {"tools": {}, "component": station}
    refs = ["session-sharing-x==1.0", "session_sharing==1.0"]
    assert {"ref": STATION, "dependsOn": refs} in done["dependencies"]
    assert faults(done) == []


def test_no_place_of_this_machine_is_told() -> None:
    """Where the packages lay when it was made is nobody's business; other links stay."""
    text = json.dumps(complete(bill(), {}, OWN))
    assert "somebody" not in text
    assert "https://example.org" in text


def test_what_is_missing_is_named() -> None:
    """A bill with holes is not written: licences, versions, parts, and why each is there."""
    document = complete(bill(), {}, OWN)
    assert faults(document) == ["Un_clear has no licenses."]
    document = complete(bill(), {"un-clear": "MIT"}, OWN)
    del document["components"][1]["version"]
    assert faults(document) == ["session-sharing-x has no version."]
    document["components"][1:] = [component("stray", "MIT")]
    assert faults(document) == [
        "Un_clear==1.0 is needed, but is no component.",
        "session-sharing-x==1.0 is needed, but is no component.",
        "stray==1.0 is needed by nothing.",
    ]
    assert "There are no components." in faults(complete({**bill(), "components": []}, {}, OWN))
