"""How a pin map wires the bench: what it connects to one pin on one site is joined there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from local_station.instruments.bench import Circuit, Net
from local_station.instruments.names import normalised
from local_station.instruments.terminals import DCPOWER, DMM
from local_station.pin_map.model import Connection, InstrumentSession, PinMap
from session_sharing.errors import InvalidRequestError


def joined(circuit: Circuit, pin_map: PinMap) -> Circuit:
    """Return a circuit with the pins of a pin map.

    Connections through a multiplexer are left out: it is not simulated, so no route is closed.

    Raises:
        InvalidRequestError: A pin joins nets that the circuit gives different loads.
    """
    nets = dict(circuit.nets)
    for pin, terminals in _terminals_of_pins(pin_map).items():
        net = _merged(circuit, [nets[each] for each in terminals if each in nets], terminals, pin)
        nets.update(dict.fromkeys(net.terminals, net))
    named = circuit.named.union(map(normalised, pin_map.instruments))
    return replace(circuit, nets=nets, named=named)


def _merged(circuit: Circuit, nets: Iterable[Net], terminals: set[str], pin: str) -> Net:
    nets = set(nets)
    loads = {net.load for net in nets} - {circuit.load}
    if len(loads) > 1:
        raise InvalidRequestError(
            f"{pin} joins {', '.join(sorted(terminals))}, to which the circuit gives different "
            "loads: give them one."
        )
    load = next(iter(loads), circuit.load)
    return Net(frozenset(terminals).union(*(net.terminals for net in nets)), load)


def _terminals_of_pins(pin_map: PinMap) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for session in pin_map.sessions:
        if session.instrument_type_id in {DCPOWER, DMM}:
            for connection in session.connections:
                if not connection.multiplexer:
                    pin = f"Pin {connection.name!r} on site {connection.site}"
                    found[pin].add(_terminal(session, connection))
    return found


def _terminal(session: InstrumentSession, connection: Connection) -> str:
    is_supply = session.instrument_type_id == DCPOWER
    return normalised(connection.channel if is_supply else session.resource_name)
