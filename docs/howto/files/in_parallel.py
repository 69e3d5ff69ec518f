"""Runs both measurements at the same moment, as two threads of a sequence do.

python docs/howto/files/in_parallel.py aliases|waiting|sites
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ni.measurementlink.pinmap.v1.client import PinMapClient

from measurement_support.client import Call, MeasurementClient
from session_sharing import join_local_station

PIN_MAPS = Path(__file__).resolve().parents[3] / "pin_maps"
MEASUREMENTS = ("session_sharing.OutputVoltage", "session_sharing.SupplyCurrent")

WAYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "aliases": (
        {"log_pin": "LOG_VOLTAGE", "log_while_measuring": True},
        {"log_pin": "LOG_CURRENT", "log_while_measuring": True},
    ),
    "waiting": ({}, {}),  # both have the log pin LOG, and reserve it only around their writing
    "sites": (
        {"sites": [0], "log_while_measuring": True},
        {"sites": [1], "log_while_measuring": True},
    ),
}


def start(way: str) -> list[Call]:
    """Start both measurements, and wait for neither."""
    pin_map = PinMapClient().update_pin_map(PIN_MAPS / f"{way}.pinmap")
    clients = [MeasurementClient(service_class) for service_class in MEASUREMENTS]
    return [
        client.start(pin_map, readings=100, **arguments)
        for client, arguments in zip(clients, WAYS[way], strict=True)
    ]


def main(way: str) -> None:
    """Run both, and print what each of them says of the log."""
    join_local_station()
    for service_class, run in zip(MEASUREMENTS, start(way), strict=True):
        found = run.result()
        created = "created" if found["new_session"] else "attached to"
        print(f"{service_class}: {found['logged']} records, {created} {found['log_session']}")


if __name__ == "__main__":
    main(sys.argv[1])
