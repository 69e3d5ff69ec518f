"""What is played: a scene for each behaviour and each way of sharing."""

from __future__ import annotations

from demo.scenes.aliases import BY_ALIASES
from demo.scenes.waiting import BY_WAITING

SCENES = tuple(scene for pair in zip(BY_WAITING, BY_ALIASES, strict=True) for scene in pair)
"""All scenes in the order of the behaviours, each by waiting first."""

__all__ = ["SCENES"]
