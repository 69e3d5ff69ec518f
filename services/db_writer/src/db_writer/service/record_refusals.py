"""What callers are told when a database refuses a record for a cause in itself, for good."""

from __future__ import annotations

from db_writer.service.refusals import Failure
from db_writer.service.settings import DatabaseSettings
from session_sharing.errors import PreconditionError, ValueTypeError
from session_sharing.information import sentence


def value(reason: str, settings: DatabaseSettings) -> Failure:
    """A value has no place."""
    told = (
        f"The database {settings.shown} cannot hold a value that was given, or inherited: "
        f"{sentence(reason)}"
    )
    return Failure(ValueTypeError(told), alone=True, of_record=True)


def against_a_rule(reason: str, settings: DatabaseSettings, constraint: str = "") -> Failure:
    """What was to be stored breaks a rule of the tables, a constraint whose name may be known."""
    rule = f"The constraint {constraint!r}" if constraint else "A rule"
    return _ruled_out(rule, reason, settings)


def raised(reason: str, settings: DatabaseSettings) -> Failure:
    """A trigger that somebody made refuses what was to be stored, in its own words."""
    return _ruled_out("A trigger", reason, settings)


def _ruled_out(rule: str, reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        PreconditionError(
            f"{rule} of the database {settings.shown} refuses the record: {sentence(reason)} Log "
            "what it allows, or have it changed by whoever keeps the database."
        ),
        alone=True,
        of_record=True,
    )
