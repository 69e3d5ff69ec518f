"""How much of an expression is read and computed."""

from __future__ import annotations

MAX_SOURCE = 64 * 1024
"""How long an expression may be, in characters."""

MAX_DEPTH = 100
"""How deep its parts may lie in each other: far below what Python's own stack bears."""

MAX_TEXT = 1024 * 1024
"""How long a text may be that an expression computes, in characters."""

MAX_WIDTH = 1000
"""How many characters or digits a format may ask for."""
