"""The lists of a service: who may attach, who may look, who may close by force."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from session_sharing.access.callers import Caller
from session_sharing.access.rights import Right
from session_sharing.subjects import without_brackets

LOCAL = "local"
"""Names the programs of the service's own machine that call without a certificate."""

_ANY_ENDING = "*"

_GAP = re.compile(r"(?<!\\)(?:\\\\)*[,+] ")
"""A space behind what separates parts; one that belongs to a value stands behind a backslash."""


@dataclass(frozen=True)
class AccessRules:
    """The lists of a service.

    An entry names a certificate by its whole subject, by a part of it (`CN=station-7`) or by an
    alternative name (`DNS=`, `URI=`, `EMAIL=`, `IP=`). Letter case counts. A `*` at the end stands
    for any ending, and alone for every certificate. `local` is no certificate: it names the
    programs of the service's own machine that call without one.

    Attributes:
        attach: Who may attach, and use what it is attached to; None for everybody.
        look: Who may see the sessions; None for everybody.
        force_close: Who may close sessions by force; None for everybody.
    """

    attach: tuple[str, ...] | None = None
    look: tuple[str, ...] | None = None
    force_close: tuple[str, ...] | None = None

    def admit(self, right: Right, caller: Caller) -> bool:
        """Return whether a caller has a right."""
        entries = self.entries(right)
        return entries is None or any(_names(entry, caller) for entry in entries)

    def entries(self, right: Right) -> tuple[str, ...] | None:
        """Return the list of a right; None if there is none, and everybody has it."""
        entries: tuple[str, ...] | None = getattr(self, right.value)
        return entries

    @property
    def need_certificates(self) -> bool:
        """Whether an entry names certificates."""
        lists = (self.entries(right) or () for right in Right)
        return any(entry != LOCAL for entries in lists for entry in entries)


def _names(entry: str, caller: Caller) -> bool:
    if entry == LOCAL:
        return caller.local
    if entry.endswith(_ANY_ENDING):
        return any(name.startswith(entry.removesuffix(_ANY_ENDING)) for name in caller.names)
    return entry in caller.names


def access_rules(table: Mapping[str, object]) -> AccessRules:
    """Return the rules that stand in the table [access] of a configuration.

    Args:
        table: The lists by their keys; one that is empty allows something to nobody.

    Raises:
        ValueError: Something in it is no such list; the text says what, and what to write.
    """
    known = [right.value for right in Right]
    for key in table:
        if key not in known:
            close = get_close_matches(key, known, 1)
            hint = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"
            raise ValueError(f"there is no list {key!r}{hint}")
    return AccessRules(**{key: _entries(key, value) for key, value in table.items()})


def _entries(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ValueError(f'{key} must be a list of texts, as {key} = ["CN=station-7", "{LOCAL}"]')
    for entry in value:
        _check(key, entry)
    return tuple(value)


def _check(key: str, entry: str) -> None:
    kind, _, name = entry.partition("=")
    if _GAP.search(entry) or without_brackets(entry) != entry:
        raise ValueError(
            f"{key}: {entry!r} is not as `list` shows subjects, so it names nobody: no space "
            r"stands after the comma between parts, and square brackets are \5B and \5D (in TOML "
            "between single quotes)"
        )
    if entry in {LOCAL, _ANY_ENDING} or (kind.strip() and name.strip()):
        if _ANY_ENDING in entry[:-1]:
            raise ValueError(f"{key}: in {entry!r} the * is not at the end, where alone it counts")
        return
    raise ValueError(
        f"{key}: {entry!r} names nobody; write a certificate's subject or a part of it, as "
        f'"CN=station-7", an alternative name, as "DNS=station-7.example", or "{LOCAL}"'
    )
