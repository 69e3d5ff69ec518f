"""The developer's commands: the sessions of `noxfile.py`."""

from __future__ import annotations

from docs.extensions.markdown import cell, code, table
from tools.nox_sessions import nox_sessions


def sessions_page() -> str:
    """Return a table of the sessions."""
    rows = (
        (code(f"nox -s {session.name}"), cell(session.help), "yes" if session.is_default else "")
        for session in nox_sessions()
    )
    return table(["command", "what it does", "`nox` alone runs it"], rows)
