"""What a page has its reader make, and uses then: services of the scaffold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from tools.service_names import names_of

_MAKING = re.compile(r"\bnew_service -- ([a-z]\w*)")
_SCAFFOLD = "new_service"


def made_by(page: str) -> frozenset[str]:
    """Return the import names of the services that a page has made, and of their plug-ins.

    Args:
        page: Its text.

    Raises:
        RefusedError: The scaffold would refuse one of them.
    """
    made = [names_of(name) for name in _MAKING.findall(page)]
    return frozenset(name for names in made for name in (names.name, names.plug_in))


def uses_made(words: Iterable[str], made: Set[str]) -> bool:
    """Say whether a command needs what a page has made, so that nobody can look it up before.

    Args:
        words: The command.
        made: From `made_by`.
    """
    parts = {part for word in words for part in re.split(r"\W+", word)}
    return _SCAFFOLD not in parts and not made.isdisjoint(parts)
