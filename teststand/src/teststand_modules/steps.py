"""What the files in `code_modules` call: the steps of a sequence, with all their arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from session_sharing import RecordContext
from session_sharing.errors import SharingError
from teststand_modules.arguments import pattern_of, seconds_of, site_of, sites_of, text_of
from teststand_modules.creations import Wish
from teststand_modules.kinds import Kind
from teststand_modules.notes import Notes
from teststand_modules.sequence import (
    SequenceContext,
    execution_of,
    find_file,
    pin_map_of,
    run_of,
    set_pin_map,
)
from teststand_modules.session_module import SessionModule
from teststand_modules.station import Station

RESERVE_SECONDS = 30.0
"""How long a step waits for a reservation, unless it is told otherwise."""

SERVICE_SECONDS = 30.0
"""How long a step waits for a service that is away, unless it is told otherwise."""

CLOSE_SECONDS = 10.0
"""How long a close waits for others to let go, unless it is told otherwise."""


class Steps:
    """The two steps of one kind of sessions. It keeps nothing that changes.

    Args:
        kind: The kind.
        types: The instrument types in pin maps that are opened, where a step names none.
    """

    def __init__(self, kind: Kind, types: Sequence[str]) -> None:
        self._module, self._kind_name = SessionModule(kind), kind.name
        self._types = tuple(types)

    def create(
        self,
        sequence_context: SequenceContext,
        *,
        pattern: str,
        instrument_type: str | None,
        pin_map_id: str | None,
        sites: Sequence[float] | None,
        reserve_timeout: float,
        service_timeout: float = SERVICE_SECONDS,
        close_timeout: float = CLOSE_SECONDS,
        labels: Mapping[str, Any] | None = None,
    ) -> None:
        """Open the sessions of a Setup, and register them.

        Args:
            sequence_context: TestStand's `ThisContext`.
            pattern: "hold" or "detach and close".
            instrument_type: The instrument type in the pin map; by default those of the kind.
            pin_map_id: The pin map; by default the execution's.
            sites: The sites; by default all.
            reserve_timeout: How long to wait for a reservation, in seconds.
            service_timeout: How long to wait for a service that is away, in seconds.
            close_timeout: How long the Cleanup waits for others to let go, in seconds.
            labels: What the records belong to: serial_number, run, operator, site.

        Raises:
            SharingError: An argument has no meaning, a session is reserved or refused, or a
                service is away. The text says who holds what.
        """
        execution = execution_of(sequence_context) or uuid4().hex
        try:
            named = text_of("instrument_type", instrument_type)
            wish = Wish(
                pattern=pattern_of(pattern),
                types=(named,) if named else self._types,
                pin_map_id=text_of("pin_map_id", pin_map_id) or pin_map_of(sequence_context),
                sites=sites_of(sites),
                execution=execution,
                context=_context(execution, labels),
                reserve_timeout=seconds_of("reserve_timeout", reserve_timeout),
                service_timeout=seconds_of("service_timeout", service_timeout),
                close_timeout=seconds_of("close_timeout", close_timeout),
            )
        except SharingError:
            self._module.note_failed(execution)
            raise
        self._module.create(wish, Notes(sequence_context, self._kind_name))

    def destroy(self, sequence_context: SequenceContext | None, reserve_timeout: float) -> None:
        """Let go of what the execution opened, in its Cleanup.

        Args:
            sequence_context: TestStand's `ThisContext`; None where the step does not give it.
            reserve_timeout: How long to wait for a reservation, in seconds.

        Raises:
            SharingError: Something could not be closed or unregistered; the rest was.
        """
        limit = seconds_of("reserve_timeout", reserve_timeout)
        notes = Notes(sequence_context, self._kind_name)
        self._module.destroy(execution_of(sequence_context), limit, notes)


def update_pin_map(pin_map_path: str, sequence_context: SequenceContext) -> str:
    """Register a pin map, and have all steps of the execution use it.

    Args:
        pin_map_path: Its path; a relative one is searched as TestStand searches files.
        sequence_context: TestStand's `ThisContext`.

    Returns:
        The id of the pin map.

    Raises:
        SharingError: The file is not found or not valid, or the pin map service is away.
        OSError: The file cannot be read.
    """
    path = Path(find_file(sequence_context, pin_map_path))
    with Station() as station:
        pin_map_id = station.update_pin_map(path)
    set_pin_map(sequence_context, pin_map_id)
    return pin_map_id


def _context(execution: str, labels: Mapping[str, Any] | None) -> RecordContext:
    given = labels or {}
    return RecordContext(
        serial_number=text_of("serial_number", given.get("serial_number")),
        run=text_of("run", given.get("run")) or run_of(execution),
        operator=text_of("operator", given.get("operator")),
        site=site_of("site", given.get("site")),
    )
