"""Shows the scenes to people: with colours on a terminal where `rich` is installed."""

from __future__ import annotations

from collections.abc import Sequence

from demo.player import Play
from session_sharing.cli.output import print_table
from session_sharing.core import EventKind, SessionEvent

_TOLD = {
    EventKind.OPENED: "OPENED",
    EventKind.ATTACHED: "  attached",
    EventKind.RELEASED: "  released",
    EventKind.EXPIRED: "  taken away",
    EventKind.CLOSE_PENDING: "  close pending",
    EventKind.CLOSED: "CLOSED",
}


def show_scene(
    number: int, result: Play, events: Sequence[SessionEvent], names: dict[int, str]
) -> None:
    """Show what the workers did and were answered, and what the service tells of it.

    Args:
        number: The number of the scene.
        result: How it went.
        events: What the service told.
        names: The workers by process id.
    """
    scene = result.scene
    print(f"\n=== {number}. {scene.behavior.name} === {scene.story}\n")
    for answer in result.answers:
        print(f"  {answer}")
    print()
    start = events[0].at
    rows = [
        (
            f"{(event.at - start).total_seconds() * 1000:8.1f} ms",
            _TOLD[event.kind],
            _who(event, names),
            _holders(event, names),
        )
        for event in events
        if event.kind in _TOLD
    ]
    print_table(("TIME", f"SESSION ON {scene.resource}", "BY", "NOW HELD BY"), rows)


def _who(event: SessionEvent, names: dict[int, str]) -> str:
    if event.attachment is not None:
        return names.get(event.attachment.holder.process_id, str(event.attachment.holder))
    return "the service"


def _holders(event: SessionEvent, names: dict[int, str]) -> str:
    held = event.session.attachments if event.session else ()
    holders = [names.get(one.holder.process_id, str(one.holder)) for one in held]
    return ", ".join(holders) or "nobody"


def show_summary(rows: Sequence[Sequence[str]]) -> None:
    """Show the result of all scenes."""
    print("\n=== What was shared ===\n")
    print("Changes of writer: how often the file passes from one program's records to another's.\n")
    print_table(("BEHAVIOUR", "OPENS", "PROGRAMS", "RECORDS", "CHANGES OF WRITER", "RESULT"), rows)
