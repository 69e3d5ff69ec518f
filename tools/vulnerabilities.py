"""Asks whether vulnerabilities of the dependencies of the packages are known.

    python -m tools.vulnerabilities FOLDER [OPTION...]

looks at the distributions in a folder `site-packages`, by PyPA's pip-audit, which gets the options:
`--vulnerability-service osv`, for example. The project's own packages are left out: no service
knows them. It passes only if the service knew every other one: pip-audit by itself also passes
what the service does not know, as all of it is where an index has taken PyPI's place. Used by
`nox -s audit`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tools.licences import others

SECONDS = 600.0
_AUDIT = (
    *("-m", "pip_audit", "--no-deps", "--disable-pip"),
    *("--format=json", "--progress-spinner=off"),
)


def judge(report: Mapping[str, Any], expected: Mapping[str, str]) -> list[str]:
    """Return what is wrong by a report of pip-audit, a sentence each.

    Args:
        report: What it wrote.
        expected: The versions of what it was asked about, by canonical name.
    """
    wrong: list[str] = []
    known: dict[str, str] = {}
    for each in report["dependencies"]:
        name = canonicalize_name(each["name"])
        if "skip_reason" not in each:
            known[name] = each["version"]
        wrong += [_vulnerable(each, one) for one in each.get("vulns", ())]
    unknown = [name for name, version in expected.items() if known.get(name) != version]
    if unknown:
        which = ", ".join(unknown) if known else "as if it were another index in PyPI's place"
        wrong.append(
            f"Of {len(unknown)} dependencies of {len(expected)} the vulnerability service knows "
            f"nothing: {which}. Ask where the internet is, or ask another service: "
            "-- --vulnerability-service osv"
        )
    return wrong


def _vulnerable(dependency: Mapping[str, Any], vulnerability: Mapping[str, Any]) -> str:
    names = ", ".join([vulnerability["id"], *vulnerability.get("aliases", ())])
    mended = ", ".join(vulnerability.get("fix_versions", ())) or "no version yet"
    what = f"{dependency['name']} {dependency['version']}"
    return f"{what} is vulnerable: {names}; mended in {mended}."


def ask(expected: Mapping[str, str], options: Sequence[str]) -> list[str]:
    """Ask pip-audit; return what is wrong, a sentence each."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder, "requirements.txt")
        requirements.write_text("".join(f"{a}=={b}\n" for a, b in expected.items()), "utf-8")
        command = [sys.executable, *_AUDIT, f"--requirement={requirements}", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    return read(done.stdout, done.stderr, expected)


def read(output: str, errors: str, expected: Mapping[str, str]) -> list[str]:
    """Return what is wrong by the output of pip-audit, a sentence each."""
    try:
        report = json.loads(output)
    except ValueError:
        last = (errors.strip().splitlines() or ["nothing"])[-1]
        told = (
            "No vulnerability service answered, so nothing is known of vulnerabilities. Repeat "
            f"this where the internet is. pip-audit said: {last}"
        )
        return [told]
    return judge(report, expected)


def main(arguments: Sequence[str]) -> int:
    """Run the command line; return the exit code."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    folder, *options = arguments
    expected: dict[str, str] = {
        canonicalize_name(each.metadata["Name"]): each.version for each in others(folder)
    }
    wrong = ask(expected, options) if expected else [f"There are no distributions in {folder}."]
    for line in wrong:
        print(line, file=sys.stderr)
    if not wrong:
        print(f"No vulnerabilities of the {len(expected)} dependencies are known.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
