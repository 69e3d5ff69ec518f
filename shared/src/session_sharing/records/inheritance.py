"""What records inherit from their session: contexts that were set for a site, or for all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from session_sharing.errors import ResourceExhaustedError, TooLargeError
from session_sharing.records.model import CONTEXT_FIELDS, Record, RecordContext

MAX_SITES = 4096
"""For how many sites a session may have contexts."""

MAX_CHARACTERS = 16 * 1024
"""How long the texts of an inherited context may be: every record of the site gets them."""

MAX_TOGETHER = 1024 * 1024
"""How long the texts of all contexts of a session may be: the service keeps them, also on disk."""

_Fields: TypeAlias = "Mapping[str, str | int]"


def context_to_text(context: RecordContext) -> str:
    """Write down a context that was set; one that says nothing but its site is empty."""
    fields = dict(context.fields_set)
    return json.dumps(fields) if fields.keys() - {"site"} else ""


class SiteContexts:
    """The contexts of one session: a record's own values win, then its site's, then those for all.

    One thread at a time may set, while any thread asks: `_fields` is replaced as a whole, and what
    it holds never changes.
    """

    def __init__(self) -> None:
        self._fields: Mapping[object, _Fields] = {}  # by site, or None for all

    @property
    def nothing_set(self) -> bool:
        """Whether there is nothing to inherit."""
        return not self._fields

    def set(self, context: RecordContext) -> None:
        """Set what records inherit from now on; replaces what was set before for the same.

        Args:
            context: With a site: for records of that site. Without one: for all records. If it says
                nothing else, nothing is inherited from there any more.

        Raises:
            TooLargeError: Its texts are too long; with their length and the limit.
            ResourceExhaustedError: Too many sites have a context, or these are too long together.
        """
        size = _characters(context.fields_set)
        if size > MAX_CHARACTERS:
            raise TooLargeError(
                f"The texts of the context have {size} characters; one that is inherited may have "
                f"{MAX_CHARACTERS}.",
                size=size,
                limit=MAX_CHARACTERS,
            )
        fields = {name: value for name, value in context.fields_set.items() if name != "site"}
        known = {site: own for site, own in self._fields.items() if site != context.site}
        if fields:
            known[context.site] = fields
        if len(known) > MAX_SITES:
            raise ResourceExhaustedError(
                f"{MAX_SITES} sites of this session have a context already. Set an empty one, with "
                "nothing but the site, for sites that are done."
            )
        together = sum(map(_characters, known.values()))
        if together > MAX_TOGETHER:
            raise ResourceExhaustedError(
                f"The contexts of {len(known)} sites of this session would have {together} "
                f"characters; {MAX_TOGETHER} are allowed. Set an empty one, with nothing but the "
                "site, for sites that are done, or shorter texts.",
                size=together,
                limit=MAX_TOGETHER,
            )
        self._fields = known

    def take(self, texts: Iterable[str]) -> None:
        """Have what was set before a restart, instead of what is set now.

        Args:
            texts: What `context_to_text` made of each context, the empty ones left out. A field
                that only a later version has is ignored.
        """
        written = [json.loads(text) for text in texts]
        self._fields = {
            fields.get("site"): {
                name: fields[name] for name in CONTEXT_FIELDS if name in fields and name != "site"
            }
            for fields in written
        }

    def snapshot(self) -> SiteContexts:
        """Return what is set now, which stays so whatever is set later."""
        taken = SiteContexts()
        taken._fields = self._fields
        return taken

    def inherit(self, own: _Fields) -> _Fields:
        """Complete the fields of a record's context; return them in their fixed order."""
        known = self._fields
        of_site = known.get(own["site"], {}) if "site" in own else {}
        merged = {**known.get(None, {}), **of_site, **own}
        return {name: merged[name] for name in CONTEXT_FIELDS if name in merged}

    def complete(self, record: Record) -> Record:
        """Return the record with what it inherits; itself if that is nothing."""
        if self.nothing_set:
            return record
        own = {} if record.context is None else record.context.fields_set
        fields = self.inherit(own)
        if len(fields) == len(own):
            return record
        return replace(record, context=RecordContext(**fields))  # type: ignore[arg-type]


def _characters(fields: _Fields) -> int:
    return sum(len(value) for value in fields.values() if isinstance(value, str))
