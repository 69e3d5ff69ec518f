"""The circuit that the command line asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local_station.instruments.bench import Circuit
from local_station.instruments.circuit_file import default_circuit, read_circuit
from local_station.instruments.pin_wiring import joined
from local_station.instruments.terminals import check_known
from local_station.pin_map.model import PinMap
from local_station.pin_map.parsing import parse_pin_map
from session_sharing.errors import InvalidRequestError


def wired(circuit_path: Path | None, pin_maps: Sequence[Path]) -> Circuit:
    """Return the circuit of a file, with the pins of pin maps; the default one without both.

    Raises:
        InvalidRequestError: A file cannot be read, or is wrong; the text says where.
    """
    if circuit_path is not None:
        circuit = read_circuit(circuit_path)
    else:
        circuit = Circuit() if pin_maps else default_circuit()
    maps = {path: _pin_map(path) for path in pin_maps}
    if circuit_path is not None and maps:
        types = {name: kind for each in maps.values() for name, kind in each.instruments.items()}
        with _at(circuit_path):
            check_known(circuit.nets, types)
    for path, pin_map in maps.items():
        with _at(path):
            circuit = joined(circuit, pin_map)
    return circuit


def _pin_map(path: Path) -> PinMap:
    try:
        with _at(path):
            return parse_pin_map(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequestError(f"The pin map {path} cannot be read: {error}.") from error


@contextmanager
def _at(path: Path) -> Iterator[None]:
    """Let errors say which file is wrong."""
    try:
        yield
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{path}: {error.message}") from error
