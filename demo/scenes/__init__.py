"""What is played: a scene for each behaviour and way to share a file, and two in a database."""

from __future__ import annotations

from demo.scenes.aliases import BY_ALIASES
from demo.scenes.database import IN_A_DATABASE
from demo.scenes.waiting import BY_WAITING

SCENES = (
    *(scene for pair in zip(BY_WAITING, BY_ALIASES, strict=True) for scene in pair),
    *IN_A_DATABASE,
)
"""All scenes: of a file in the order of the behaviours, each by waiting first; then the others."""

__all__ = ["SCENES"]
