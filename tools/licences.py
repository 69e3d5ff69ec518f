"""Checks under which licences the dependencies of the packages are.

    python -m tools.licences FOLDER     looks at the distributions in a folder `site-packages`

What is allowed stands in the root `pyproject.toml`, in `[tool.licences]`. Used by `nox -s audit`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Mapping
from importlib.metadata import Distribution, distributions
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.utils import canonicalize_name

from tools.packages import ROOT, all_packages, read_toml

_CLASSIFIERS = {
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Classifiers that mean one licence; that of BSD, for one, means several."""

_TOKEN = re.compile(r"\(|\)|AND|OR|[^()\s]+(?: WITH [^()\s]+)?")


def settings() -> Mapping[str, Any]:
    """Return the table `[tool.licences]`: `allowed`, and `told` by name of the distribution."""
    table: Mapping[str, Any] = read_toml(ROOT / "pyproject.toml")["tool"]["licences"]
    return table


def others(folder: str) -> list[Distribution]:
    """Return the distributions in a folder that are not the project's own; sorted by name."""
    own = {canonicalize_name(package.project["name"]) for package in all_packages()}
    there = distributions(path=[folder])
    found = {canonicalize_name(each.metadata["Name"]): each for each in there}
    return [each for name, each in sorted(found.items()) if name not in own]


def licence_of(distribution: Distribution, told: Mapping[str, str]) -> str:
    """Return the licence of a distribution as an SPDX expression; empty if it is not clear.

    Args:
        distribution: Its metadata.
        told: The licences of those whose metadata is not clear, by canonical name.
    """
    metadata = distribution.metadata
    name = canonicalize_name(metadata["Name"])
    classifiers = [_CLASSIFIERS.get(each, "") for each in metadata.get_all("Classifier") or ()]
    candidates = (
        told.get(name, ""),
        *(metadata.get_all("License-Expression") or ()),
        " AND ".join(filter(None, classifiers)),
        *(metadata.get_all("License") or ()),
    )
    return next(filter(None, map(_canonical, candidates)), "")


def _canonical(expression: str) -> str:
    try:
        return str(canonicalize_license_expression(expression)) if expression else ""
    except InvalidLicenseExpression:
        return ""


def is_allowed(expression: str, allowed: Collection[str]) -> bool:
    """Say whether somebody who may use what is `allowed` may use what is under an expression.

    Args:
        expression: A valid SPDX expression: of alternatives one is enough.
        allowed: Identifiers; one with an exception is allowed only as a whole: `A WITH B`.
    """
    tokens = _TOKEN.findall(expression)

    def alternatives() -> bool:
        result = together()
        while tokens and tokens[0] == "OR":
            del tokens[0]
            result = together() or result
        return result

    def together() -> bool:
        result = single()
        while tokens and tokens[0] == "AND":
            del tokens[0]
            result = single() and result
        return result

    def single() -> bool:
        token = tokens.pop(0)
        if token != "(":  # noqa: S105 - no password
            return token in allowed
        result = alternatives()
        del tokens[0]
        return result

    return alternatives()


def faults(
    found: Iterable[Distribution], allowed: Collection[str], told: Mapping[str, str]
) -> list[str]:
    """Return what is wrong with the licences of distributions, a sentence each."""
    wrong = []
    names = set()
    for each in found:
        name, licence = each.metadata["Name"], licence_of(each, told)
        names.add(canonicalize_name(name))
        if not licence:
            wrong.append(
                f"{name}: its metadata names no licence clearly. Read its licence, and add it to "
                "[tool.licences.told] in pyproject.toml."
            )
        elif not is_allowed(licence, allowed):
            wrong.append(f"{name}: {licence} is not among those that [tool.licences] allows.")
    stale = sorted(told.keys() - names)
    return wrong + [f"{name}: stands in [tool.licences.told], but is not used." for name in stale]


def main(arguments: list[str]) -> int:
    """Run the command line; return the exit code."""
    match arguments:
        case [folder]:
            found, table = others(folder), settings()
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    for each in found:
        licence = licence_of(each, table["told"]) or "?"
        print(f"{each.metadata['Name']:<45} {each.version:<12} {licence}")
    wrong = faults(found, table["allowed"], table["told"])
    wrong += [] if found else [f"There are no distributions in {folder}."]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
