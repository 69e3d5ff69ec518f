"""Whether the terminals of a circuit can be there: by their shape, and by what pin maps have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from local_station.instruments.names import normalised
from local_station.text import named
from session_sharing.errors import InvalidRequestError

DCPOWER, DMM = "niDCPower", "niDMM"

_SHAPE = re.compile(r"[^/,]+(/(0|[1-9]\d{0,5}))?")


def instrument_of(terminal: str) -> str:
    """Return the instrument of a terminal."""
    return terminal.partition("/")[0]


def check_shape(terminal: str, where: str) -> None:
    """Refuse what is no terminal, whatever instruments there are.

    Args:
        terminal: The terminal, normalised.
        where: Where it is, for the text.

    Raises:
        InvalidRequestError: It is none.
    """
    if _SHAPE.fullmatch(terminal) is None:
        raise InvalidRequestError(
            f"{where}: {terminal!r} is no terminal: write INSTRUMENT/CHANNEL with the number of "
            "one channel for a supply, INSTRUMENT alone for a multimeter."
        )


def check_either(terminals: Iterable[str]) -> None:
    """Refuse an instrument that is named with a channel and without: it is of one kind.

    Raises:
        InvalidRequestError: There is one.
    """
    terminals = set(terminals)
    for terminal in sorted(terminals):
        if "/" in terminal and instrument_of(terminal) in terminals:
            raise InvalidRequestError(
                f"{terminal!r} is a channel of a supply, and {instrument_of(terminal)!r} without "
                "a channel a multimeter: it cannot be both."
            )


def check_known(terminals: Iterable[str], types: Mapping[str, str]) -> None:
    """Refuse terminals that the instruments of pin maps do not have.

    Args:
        terminals: The terminals, normalised.
        types: The instrument type of each instrument, by its name as the pin maps write it.

    Raises:
        InvalidRequestError: No pin map has the instrument, a multimeter has a channel, or a supply
            has none.
    """
    names = {normalised(name): name for name in types}
    for terminal in terminals:
        instrument = instrument_of(terminal)
        if instrument not in names:
            raise InvalidRequestError(
                f"{terminal!r}: no pin map that was given has an instrument {instrument!r}. "
                f"{_likely(instrument, names)}"
            )
        name, has_channel = names[instrument], "/" in terminal
        if types[name] == DMM and has_channel:
            raise InvalidRequestError(f"{terminal!r}: {name} is a multimeter: write {name!r}.")
        if types[name] == DCPOWER and not has_channel:
            example = f"{name}/0"
            raise InvalidRequestError(
                f"{terminal!r}: {name} is a supply: name a channel, such as {example!r}."
            )


def _likely(instrument: str, names: Mapping[str, str]) -> str:
    close = get_close_matches(instrument, names, n=1)
    if close:
        return f"Do you mean {names[close[0]]!r}?"
    return f"There are {named(sorted(names.values()))}." if names else "There is no instrument."
