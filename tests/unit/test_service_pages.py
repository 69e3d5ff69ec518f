"""What the pages of services tell of their commands."""

from __future__ import annotations

import re

import pytest

from tools.packages import ROOT, Package, all_packages
from tools.programs import parsers, program_names

SERVICES = [
    package
    for package in all_packages()
    if package.folder.startswith("services/") and package.import_name in program_names()
]


@pytest.mark.parametrize("service", SERVICES, ids=lambda package: package.import_name)
def test_page_tells_of_every_option(service: Package) -> None:
    """Who reads the page of a service, also of one that was just made, learns all that it takes."""
    actions = parsers(service.import_name)[()]._actions
    options = {action.option_strings[0] for action in actions if action.option_strings}
    page = (ROOT / service.folder / "README.md").read_text("utf-8")
    assert options - set(re.findall(r"`(--[a-z-]+)", page)) == {"-h"}
