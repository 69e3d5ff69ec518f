"""The page that tells how to say who may use a service."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from session_sharing.access import AccessRules, Right, access_rules, caller_with_certificate
from session_sharing.access.refusing import refusal

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGE = (Path(__file__).resolve().parents[2] / "docs/howto/access.md").read_text("utf-8")
STATION = caller_with_certificate(b"CN=station-7,OU=test floor,O=Example", (), b"pem")


def test_lists_of_the_page_can_be_pasted():
    """What the page shows is a configuration, and lets in whom the page says."""
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    rules = access_rules(tomllib.loads(block)["access"])
    assert rules.admit(Right.ATTACH, STATION)
    assert rules.admit(Right.LOOK, STATION)
    assert not rules.admit(Right.FORCE_CLOSE, STATION)


def test_entries_of_the_page_name_what_it_says():
    """Every entry of the table is one, and those for the page's example name it."""
    rows = re.findall(r"^\| (`\".*?) \|", PAGE, re.MULTILINE)
    entries = [entry for row in rows for entry in re.findall(r'"(.*?)"', row)]
    assert len(entries) == 10
    named = {
        entry for entry in entries if access_rules({"attach": [entry]}).admit(Right.ATTACH, STATION)
    }
    assert named == {*entries[:3], "CN=station-*", "*"}


def test_refusal_of_the_page_is_what_callers_are_told():
    """Who searches for the text that a program shows finds it on the page."""
    other = caller_with_certificate(b"CN=station-9,OU=test floor,O=Example", (), b"pem")
    error = refusal(AccessRules(attach=()), {Right.ATTACH}, other)
    assert error is not None
    assert error.message in " ".join(PAGE.split())
