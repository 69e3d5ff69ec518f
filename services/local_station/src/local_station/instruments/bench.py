"""What is on the bench: nets that join the terminals of instruments, and what drives them."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from local_station.instruments.circuit import Load, Settled, Source, settle
from local_station.instruments.driver_error import VALUE_INVALID, DriverError
from local_station.instruments.names import normalised
from local_station.instruments.terminals import instrument_of
from local_station.text import named

DEFAULT_LOAD = Load(1000.0)

MOST_DRIVEN = 10_000
"""Terminals with their output on, at once."""

_MOST_WARNINGS = 100
"""Of so many instruments is warned; names come from clients."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Net:
    """Terminals that are joined, with a load.

    Attributes:
        terminals: `INSTRUMENT/CHANNEL` of a supply, `INSTRUMENT` of a multimeter; normalised.
        load: What they feed.
    """

    terminals: frozenset[str]
    load: Load


@dataclass(frozen=True)
class Circuit:
    """How the bench is wired.

    Attributes:
        nets: The nets by each of their terminals.
        load: What a terminal feeds that is in no net.
        named: The instruments of pin maps, normalised, also those that nothing is joined to.
        noise_volts: The standard deviation of a reading of a voltage, in volts.
        noise_amps: The same of a current, in amperes.
    """

    nets: Mapping[str, Net] = field(default_factory=dict)
    load: Load = DEFAULT_LOAD
    named: frozenset[str] = frozenset()
    noise_volts: float = 20e-6
    noise_amps: float = 20e-9

    def net_of(self, terminal: str) -> Net:
        """Return the net of a terminal; one of its own if no other was told."""
        return self.nets.get(terminal) or Net(frozenset({terminal}), self.load)

    @cached_property
    def instruments(self) -> frozenset[str]:
        """All instruments that a net or a pin map names, normalised."""
        return self.named.union(map(instrument_of, self.nets))


@dataclass(frozen=True)
class Steady:
    """A terminal whose net has settled: what instruments read there, before their noise.

    Attributes:
        volts: The voltage of the net.
        amps: The current out of the terminal.
        load_amps: The current into the load, which a meter in series with it sees.
        load_ohms: The resistance of the load.
        limited: Whether the source at the terminal is at a limit.
    """

    volts: float
    amps: float
    load_amps: float
    load_ohms: float
    limited: bool


@dataclass(frozen=True)
class Reading:
    """What an instrument reads at a terminal, noise included.

    Attributes:
        volts: The voltage of the net.
        amps: The current out of the terminal.
        limited: Whether the source at the terminal is at a limit.
    """

    volts: float
    amps: float
    limited: bool


class Bench:
    """The circuit with the outputs that are on. Used on one event loop only, which guards it.

    Outputs are of the instruments, not of sessions: one stays on when its session is closed.

    Args:
        circuit: How the bench is wired.
        seed: Makes the noise the same in each run, for the same calls in the same order.
    """

    def __init__(self, circuit: Circuit, seed: int | None = None) -> None:
        self._circuit = circuit
        self._driven: dict[str, Source] = {}
        self._random = random.Random(seed)  # noqa: S311 - noise, no secret
        self._warned_of: set[str] = set()

    def opened(self, instruments: Iterable[str]) -> None:
        """Warn, once of each, of instruments that are opened and that nobody has connected."""
        for name in instruments:
            key = normalised(name)
            if key in self._circuit.instruments or key in self._warned_of:
                continue
            if len(self._warned_of) < _MOST_WARNINGS:
                self._warned_of.add(key)
                logger.warning(
                    "%s was opened, but no net of the circuit and no pin map names it: each of its "
                    "terminals is by itself, with a load of %g ohms. They name %s.",
                    named([name]),
                    self._circuit.load.ohms,
                    named(sorted(self._circuit.instruments)) or "nothing",
                )

    def drive(self, terminal: str, source: Source | None) -> None:
        """Set what a terminal gives; None switches it off.

        Raises:
            DriverError: Too many terminals are on.
        """
        if source is None:
            self._driven.pop(terminal, None)
            return
        if terminal not in self._driven and len(self._driven) >= MOST_DRIVEN:
            raise DriverError(VALUE_INVALID, f"{MOST_DRIVEN} outputs are on; reset some.")
        self._driven[terminal] = source

    def source_at(self, terminal: str) -> Source | None:
        """Return what a terminal gives; None if it is off."""
        return self._driven.get(terminal)

    def settled(self, terminals: Iterable[str]) -> list[Steady]:
        """Return how terminals are now, in their order; each of their nets settles once."""
        nets: dict[Net, tuple[list[str], Settled]] = {}
        found = []
        for terminal in terminals:
            net = self._circuit.net_of(terminal)
            if net not in nets:
                driving = sorted(each for each in net.terminals if each in self._driven)
                nets[net] = driving, settle(net.load, [self._driven[each] for each in driving])
            found.append(_steady(terminal, net.load, *nets[net]))
        return found

    def read(self, at: Steady) -> Reading:
        """Read voltage and current at a terminal of a supply."""
        return Reading(
            self._noisy(at.volts, self._circuit.noise_volts),
            self._noisy(at.amps, self._circuit.noise_amps),
            at.limited,
        )

    def volts(self, at: Steady) -> float:
        """Read the voltage of the net of a terminal."""
        return self._noisy(at.volts, self._circuit.noise_volts)

    def load_amps(self, at: Steady) -> float:
        """Read the current into the load."""
        return self._noisy(at.load_amps, self._circuit.noise_amps)

    def ohms(self, at: Steady) -> float:
        """Read the resistance of the load, by a current of 1 mA."""
        return self._noisy(at.load_ohms, self._circuit.noise_volts / 1e-3)

    def noise_volts(self) -> float:
        """Read the voltage of nothing."""
        return self._noisy(0.0, self._circuit.noise_volts)

    def noise_amps(self) -> float:
        """Read the current of nothing."""
        return self._noisy(0.0, self._circuit.noise_amps)

    def _noisy(self, value: float, deviation: float) -> float:
        return self._random.gauss(value, deviation)


def _steady(terminal: str, load: Load, driving: Sequence[str], settled: Settled) -> Steady:
    at = driving.index(terminal) if terminal in driving else None
    return Steady(
        settled.volts,
        0.0 if at is None else settled.amps[at],
        (settled.volts - load.volts) / load.ohms,
        load.ohms,
        at is not None and settled.limited[at],
    )
