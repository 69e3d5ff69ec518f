"""How much of a sequence file is read: enough for large ones, too little to do harm.

A file comes from anybody. With these limits reading takes less than 256 MiB whatever is in it, and
no recursion comes near the interpreter's own limit.
"""

from __future__ import annotations

MAX_BYTES = 16 * 1024 * 1024
"""Of a file, and of what a compressed one has in it."""

MAX_PROPERTIES = 120_000
"""With the elements of arrays, and those that come from type definitions."""

MAX_STRINGS = 200_000
"""In the pool of a binary file."""

MAX_DEPTH = 40
"""How deep properties are nested; a file of TestStand's own has about 15."""

MAX_CHAIN = 16
"""How many definitions build on each other."""

MAX_TAG_BYTES = 1024 * 1024
"""Of one tag in XML with its attributes, or of a comment: the parser takes these as a whole."""


class Budget:
    """Counts what a file has, so that a small one cannot ask for much.

    Args:
        limit: How much there may be.
    """

    def __init__(self, limit: int = MAX_PROPERTIES) -> None:
        self._left = limit

    def take(self, count: int = 1) -> bool:
        """Count so many more; say whether there may be as many."""
        self._left -= count
        return self._left >= 0
