"""Prints the lowest versions that the packages admit, as constraints for pip.

Reads the lower bounds of all their dependencies, extras included, which apply to the Python that
runs it. Used by `nox -s tests_lowest`, which proves that the bounds are true.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.packages import all_packages

INCLUSIVE = {">=", "==", "~="}


def requirements(project: Mapping[str, Any]) -> Iterator[Requirement]:
    """Yield what a `[project]` table asks for on this Python, extras included."""
    extras = project.get("optional-dependencies", {}).values()
    for line in [*project.get("dependencies", []), *(line for extra in extras for line in extra)]:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement


def lower_bound(requirement: Requirement) -> Version:
    """Return the lowest version that a requirement admits.

    Raises:
        ValueError: It has no inclusive lower bound.
    """
    bounds = [Version(each.version) for each in requirement.specifier if each.operator in INCLUSIVE]
    if not bounds:
        raise ValueError(f"'{requirement}' has no lower bound: add the oldest version that works")
    return max(bounds)


def lowest(projects: Iterable[Mapping[str, Any]]) -> dict[str, Version]:
    """Return the lowest version of each dependency which all the projects admit.

    Args:
        projects: Their `[project]` tables. What one project needs of another is left out.

    Raises:
        ValueError: A dependency has no lower bound.
    """
    projects = list(projects)
    own = {canonicalize_name(project["name"]) for project in projects}
    found: dict[str, Version] = {}
    for requirement in (each for project in projects for each in requirements(project)):
        name = canonicalize_name(requirement.name)
        if name not in own:
            bound = lower_bound(requirement)
            found[name] = max(bound, found.get(name, bound))
    return dict(sorted(found.items()))


def main() -> int:
    """Run the command line; return the exit code."""
    try:
        constraints = lowest(package.project for package in all_packages())
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for name, version in constraints.items():
        print(f"{name}=={version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
