"""Writes the bill of materials of a station: its packages, and all that they bring.

    python -m tools.sbom PYTHON FILE

Looks at the environment of an interpreter by cyclonedx-py, completes what that finds by what the
project knows, and writes CycloneDX as JSON. The same environment gives the same file: no times, no
random numbers, no places on this machine. Used by `nox -s sbom`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tools.licences import settings
from tools.packages import all_packages

SECONDS = 300.0
STATION = "session-sharing-station"
_LIST = ("-m", "cyclonedx_py", "environment", "--output-reproducible", "--of=JSON")

Component = dict[str, Any]


def complete(document: Mapping[str, Any], told: Mapping[str, str], own: Iterable[str]) -> Component:
    """Return a bill with one station above all, all licences, and no places.

    Args:
        document: What cyclonedx-py wrote.
        told: The licences of those whose metadata is not clear, by canonical name.
        own: The names of the project's packages.
    """
    components = [_completed(each, told) for each in document["components"]]
    own_names = set(map(canonicalize_name, own))
    tops = [each for each in components if canonicalize_name(each["name"]) in own_names]
    station = {"bom-ref": STATION, "type": "application", "name": STATION}
    versions = {each["version"] for each in tops}
    if len(versions) == 1:  # They are released together.
        station["version"] = versions.pop()
    return {
        **document,
        "metadata": {**document["metadata"], "component": station},
        "components": components,
        "dependencies": [
            *document["dependencies"],
            {"ref": STATION, "dependsOn": sorted(each["bom-ref"] for each in tops)},
        ],
    }


def _completed(component: Component, told: Mapping[str, str]) -> Component:
    """Return a component with its licence, and without where it lies on this machine."""
    links = [
        each
        for each in component.get("externalReferences", [])
        if not each["url"].startswith("file:")
    ]
    completed = {key: each for key, each in component.items() if key != "externalReferences"}
    if links:
        completed["externalReferences"] = links
    licence = told.get(canonicalize_name(component["name"]))
    if licence:
        completed["licenses"] = [{"expression": licence, "acknowledgement": "declared"}]
    return completed


def faults(document: Mapping[str, Any]) -> list[str]:
    """Return what a bill lacks, a sentence each."""
    wrong = [] if document["components"] else ["There are no components."]
    refs = {each["bom-ref"] for each in document["components"]}
    for each in document["components"]:
        for key in ("version", "licenses"):
            if not each.get(key):
                wrong.append(f"{each['name']} has no {key}.")
    needed = {ref for each in document["dependencies"] for ref in each.get("dependsOn", ())}
    wrong += [f"{ref} is needed, but is no component." for ref in sorted(needed - refs)]
    reached = _reached(document)
    return wrong + [f"{ref} is needed by nothing." for ref in sorted(refs - reached)]


def _reached(document: Mapping[str, Any]) -> set[str]:
    needs = {each["ref"]: each.get("dependsOn", ()) for each in document["dependencies"]}
    reached, left = set(), [STATION]
    while left:
        ref = left.pop()
        if ref not in reached:
            reached.add(ref)
            left += needs.get(ref, ())
    return reached


def main(arguments: list[str]) -> int:
    """Run the command line; return the exit code."""
    match arguments:
        case [python, path]:
            file = Path(path)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    command = [sys.executable, *_LIST, python]
    listed = subprocess.run(command, stdout=subprocess.PIPE, timeout=SECONDS, check=True).stdout
    own = (package.project["name"] for package in all_packages())
    document = complete(json.loads(listed), settings()["told"], own)
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    wrong = faults(document) + _against_schema(text, document["specVersion"])
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        return 1
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    print(f"{len(document['components'])} components: {file}")
    return 0


def _against_schema(text: str, version: str) -> list[str]:
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415 - the tests have no such package
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    error = JsonStrictValidator(SchemaVersion.from_version(version)).validate_str(text)
    return [f"It is no CycloneDX {version}: {error}"] if error else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
