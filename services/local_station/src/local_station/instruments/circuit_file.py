"""The TOML file that says how the bench is wired."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from local_station.instruments.bench import DEFAULT_LOAD, Circuit, Net
from local_station.instruments.circuit import Load
from local_station.instruments.names import normalised
from local_station.instruments.terminals import check_either, check_shape
from session_sharing.errors import InvalidRequestError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_CIRCUIT_KEYS = {"noise_volts", "noise_amps", "load_ohms", "load_volts", "net"}
_NET_KEYS = {"terminals", "load_ohms", "load_volts"}


def default_circuit() -> Circuit:
    """Return the circuit of who names no file."""
    place = resources.files("local_station.instruments").joinpath("default_circuit.toml")
    return parse_circuit(place.read_text("utf-8"))


def read_circuit(path: Path) -> Circuit:
    """Read the file that a user wrote.

    Raises:
        InvalidRequestError: It cannot be read, or is wrong; the text says where.
    """
    try:
        return parse_circuit(path.read_text("utf-8-sig"))  # Windows editors add a mark.
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequestError(f"The circuit {path} cannot be read: {error}.") from error
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{path}: {error.message}") from error


def parse_circuit(text: str) -> Circuit:
    """Return the circuit that a text describes.

    Raises:
        InvalidRequestError: It is no such text; the error says what is wrong.
    """
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidRequestError(f"This is no TOML: {error}.") from error
    _refuse_unknown(settings, _CIRCUIT_KEYS, "the circuit")
    load = _load(settings, DEFAULT_LOAD, "the circuit")
    return Circuit(
        nets=_nets(settings.get("net", []), load),
        load=load,
        noise_volts=_number(settings, "noise_volts", Circuit.noise_volts, "the circuit", least=0),
        noise_amps=_number(settings, "noise_amps", Circuit.noise_amps, "the circuit", least=0),
    )


def _nets(tables: object, load: Load) -> dict[str, Net]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InvalidRequestError("`net` must be tables: write [[net]] above each.")
    nets: dict[str, Net] = {}
    for number, table in enumerate(tables, 1):
        net = _net(table, load, f"net {number}")
        for terminal in net.terminals:
            if terminal in nets:
                raise InvalidRequestError(f"net {number}: {terminal!r} is in another net already.")
            nets[terminal] = net
    check_either(nets)
    return nets


def _net(table: Mapping[str, Any], load: Load, where: str) -> Net:
    _refuse_unknown(table, _NET_KEYS, where)
    names = table.get("terminals")
    if not isinstance(names, list) or not names or not all(isinstance(each, str) for each in names):
        raise InvalidRequestError(
            f'{where}: `terminals` must list names such as "DCPower1/0" and "DMM1".'
        )
    terminals = frozenset(map(normalised, names))
    for terminal in sorted(terminals):
        check_shape(terminal, where)
    return Net(terminals, _load(table, load, where))


def _load(table: Mapping[str, Any], default: Load, where: str) -> Load:
    return Load(
        _number(table, "load_ohms", default.ohms, where, least=1e-6),
        _number(table, "load_volts", default.volts, where, least=-1e6),
    )


def _number(
    table: Mapping[str, Any], key: str, default: float, where: str, *, least: float
) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidRequestError(f"{where}: `{key}` must be a number.")
    if not math.isfinite(value) or not least <= value <= 1e15:
        raise InvalidRequestError(f"{where}: `{key}` must be from {least:g} to 1e15.")
    return float(value)


def _refuse_unknown(table: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise InvalidRequestError(
                f"{where}: there is no `{key}`; there are {', '.join(sorted(known))}."
            )
