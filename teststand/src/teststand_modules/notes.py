"""What an execution notes of what it opened, where it outlives the interpreter.

An interpreter that hangs is ended, and one that crashes has ended; Cleanup then runs in a new one,
which has no ledger of it. So each create step notes what it opened in the run-time variable
`SessionSharing.Opened.KIND` of the execution, as JSON: `{"version": 1, "opened": [...]}`.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from ni.measurementlink.sessionmanagement.v1.client import SessionInformation

from session_sharing import RecordContext
from session_sharing.identity import this_client
from teststand_modules.arguments import Pattern
from teststand_modules.creations import Creation, Opened, Wish
from teststand_modules.sequence import SequenceContext, execution_of, get_text, set_text

_log = logging.getLogger(__name__)

VARIABLE = "SessionSharing.Opened"
"""The run-time variable that has a string for each kind of sessions."""

VERSION = 1

_INTERPRETER = uuid4().hex


@dataclass(frozen=True)
class Noted:
    """What one create step opened, as its execution noted it.

    Attributes:
        name: The creation, and the mark of what it registered.
        wish: What was asked for; of the context only the site.
        opened: The entries, without their clients; `identity` is the fingerprint of the session.
        interpreter: What tells the interpreter from all others.
        host: Its machine.
        process_id: The id of its process there.
    """

    name: str
    wish: Wish
    opened: list[Opened[None]]
    interpreter: str = _INTERPRETER
    host: str = ""
    process_id: int = 0

    @property
    def is_of_this_interpreter(self) -> bool:
        """Whether the ledger knows it, if it is still to be let go of."""
        return self.interpreter == _INTERPRETER


def fingerprint(identity: str) -> str:
    """Return what a session is recognised by: the name of a log session is a secret."""
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def noted_of(creation: Creation[Any]) -> Noted:
    """Return what is noted of a creation of this interpreter."""
    here = this_client()
    opened = [
        Opened(each.info, None, fingerprint(each.identity), each.created)
        for each in creation.opened
    ]
    name, wish = creation.name, creation.wish
    return Noted(name, wish, opened, host=here.host, process_id=here.process_id)


class Notes:
    """What one execution noted of one kind of sessions; does nothing where no execution is named.

    Use it only while the step runs that the context belongs to. Steps of one execution that create
    or destroy the same kind at the same moment may lose a note: it serves only where the
    interpreter is lost as well.

    Args:
        context: TestStand's `ThisContext`; None if the step was not given it.
        kind: What kind of sessions.
    """

    def __init__(self, context: SequenceContext | None, kind: str) -> None:
        self._execution = execution_of(context)
        self._context = context if self._execution else None
        letters = "".join(letter if letter.isalnum() else "_" for letter in kind)
        self._variable = f"{VARIABLE}.{letters}"

    def add(self, noted: Noted) -> None:
        """Note what was opened."""
        self._write([*self._read(), noted])

    def remove(self, name: str) -> None:
        """Remove what was noted of a creation, if anything was."""
        known = self._read()
        left = [noted for noted in known if noted.name != name]
        if len(left) < len(known):
            self._write(left)

    def latest(self) -> Noted | None:
        """Return the latest that another interpreter opened for this execution; None if none."""
        lost = [noted for noted in self._read() if not noted.is_of_this_interpreter]
        return lost[-1] if lost else None

    def _read(self) -> list[Noted]:
        text = get_text(self._context, self._variable) if self._context is not None else ""
        if not text:
            return []
        try:
            noted = decoded(text)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            _log.warning(
                "The run-time variable %s is no note of this version (%s: %s), so what an "
                "interpreter that has ended had opened may be left open. It is in `python -m "
                "session_sharing list`.",
                self._variable,
                type(error).__name__,
                error,
            )
            return []
        return [each for each in noted if each.wish.execution == self._execution]

    def _write(self, noted: Sequence[Noted]) -> None:
        if self._context is not None:
            set_text(self._context, self._variable, encoded(noted) if noted else "")


def encoded(noted: Sequence[Noted]) -> str:
    """Return a note as text."""
    return json.dumps({"version": VERSION, "opened": [_fields(each) for each in noted]})


def decoded(text: str) -> list[Noted]:
    """Return what a note says.

    Raises:
        AttributeError, KeyError, RecursionError, TypeError, ValueError: It is none, or of another
            version.
    """
    note = json.loads(text)
    if note["version"] != VERSION:
        raise ValueError(f"version {note['version']!r}, not {VERSION}")
    return [_noted(fields) for fields in note["opened"]]


def _fields(noted: Noted) -> dict[str, Any]:
    wish = noted.wish
    return {
        "name": noted.name,
        "interpreter": noted.interpreter,
        "host": noted.host,
        "process_id": noted.process_id,
        "execution": wish.execution,
        "pattern": wish.pattern.value,
        "types": list(wish.types),
        "pin_map_id": wish.pin_map_id,
        "sites": wish.sites,
        "site": wish.context.site,
        "service_timeout": wish.service_timeout,
        "close_timeout": wish.close_timeout,
        "sessions": [
            {
                "name": each.info.session_name,
                "resource": each.info.resource_name,
                "channels": each.info.channel_list,
                "type": each.info.instrument_type_id,
                "fingerprint": each.identity,
                "created": each.created,
            }
            for each in noted.opened
        ],
    }


def _noted(fields: dict[str, Any]) -> Noted:
    wish = Wish(
        Pattern(fields["pattern"]),
        tuple(map(str, fields["types"])),
        str(fields["pin_map_id"]),
        None if fields["sites"] is None else [int(site) for site in fields["sites"]],
        str(fields["execution"]),
        RecordContext(site=fields["site"]),
        service_timeout=float(fields["service_timeout"]),
        close_timeout=float(fields["close_timeout"]),
    )
    opened = [_opened(session) for session in fields["sessions"]]
    process = (str(fields["interpreter"]), str(fields["host"]), int(fields["process_id"]))
    return Noted(str(fields["name"]), wish, opened, *process)


def _opened(session: dict[str, Any]) -> Opened[None]:
    info = SessionInformation(
        session_name=str(session["name"]),
        resource_name=str(session["resource"]),
        channel_list=str(session["channels"]),
        instrument_type_id=str(session["type"]),
        session_exists=False,
        channel_mappings=[],
    )
    return Opened(info, None, str(session["fingerprint"]), session["created"] is True)
