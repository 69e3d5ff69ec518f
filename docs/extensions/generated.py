"""Sphinx: puts what is made from the code into the pages, where a page has a place for it.

The place is a block ```` ```{generated} NAME ````. What is put there is Markdown as any other: its
headings are linked, its links are checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from docs.extensions.commands import commands_page
from docs.extensions.developing import sessions_page
from docs.extensions.protos import protos_page
from docs.extensions.python_api import clients_page, services_page
from docs.extensions.settings import keys_page, variables_page

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PAGES: Mapping[str, Callable[[], str]] = {
    "clients": clients_page,
    "commands": commands_page,
    "keys": keys_page,
    "protos": protos_page,
    "services": services_page,
    "sessions": sessions_page,
    "variables": variables_page,
}
_PLACE = re.compile(r"^```\{generated\} (\w+)\n```$", re.MULTILINE)


def filled(page: str) -> str:
    """Return a page with its places filled.

    Raises:
        KeyError: There is nothing of that name.
    """
    return _PLACE.sub(lambda place: PAGES[place[1]](), page)


def _fill(_app: Sphinx, _name: str, source: list[str]) -> None:
    source[0] = filled(source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("source-read", _fill)
    return {"parallel_read_safe": True}
