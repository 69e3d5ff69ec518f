"""Stands for a sequence: opens the log, and lets two measurements log to it at the same moment."""

from __future__ import annotations

from pathlib import Path

from ni.measurementlink.pinmap.v1.client import PinMapClient

from json_logger import JsonLoggerClient
from measurement_support.client import MeasurementClient
from session_sharing import join_local_station

PIN_MAP = Path(__file__).resolve().parents[3] / "pin_maps" / "aliases.pinmap"


def main() -> None:
    """Open the log, measure, and print what each measurement says of the log."""
    join_local_station()
    pin_map = PinMapClient().update_pin_map(PIN_MAP)
    voltage = MeasurementClient("session_sharing.OutputVoltage")
    current = MeasurementClient("session_sharing.SupplyCurrent")
    same = {"log_while_measuring": True, "readings": 200}
    with JsonLoggerClient("results.ndjson") as log:
        runs = [
            voltage.start(pin_map, log_pin="LOG_VOLTAGE", configurations=same),
            current.start(pin_map, log_pin="LOG_CURRENT", configurations=same),
        ]
        for run in runs:
            found = run.result()
            shared = found["log_session"] == log.public_id
            print(f"{found['logged']} records, passed: {found['passed']}, shared: {shared}")


if __name__ == "__main__":
    main()
