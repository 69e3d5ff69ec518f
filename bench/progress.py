"""How far a benchmark is, for whoever watches."""

from __future__ import annotations

import sys

WIDTH = 70


class Progress:
    """One line on standard error that is written over and over; nothing where nobody watches."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def tell(self, text: str) -> None:
        """Show how far it is."""
        if self._shown:
            print(f"\r{text[:WIDTH]:<{WIDTH}}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave an empty line."""
        if self._shown:
            print(f"\r{'':<{WIDTH}}\r", end="", file=sys.stderr, flush=True)
