"""Runs the measurements, as a test does: over NI's interface, by whatever is registered for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import count
from types import TracebackType
from typing import Any

import grpc

from demo.scenes.steps import LOG_PINS, Plugin, Way
from demo.told.performance import GOOD, Run, Wanted
from measurement_support.client import Call, MeasurementClient
from session_sharing import Behavior, SharingError

SERVICE_CLASSES = {
    Plugin.VOLTAGE: "session_sharing.OutputVoltage",
    Plugin.CURRENT: "session_sharing.SupplyCurrent",
}
"""What the plug-ins are registered as."""

READINGS = 5
"""How many readings a run takes."""

ENDLESS = 100_000
"""How many readings a run takes that is stopped in the middle: more than anybody waits for."""

INTERVAL = 0.004
"""How long a reading takes, in seconds, unless an order wants something else."""

RUN_SECONDS = 30.0
"""How long a run may take."""

RESERVE_SECONDS = 20.0
"""How long a run waits for its reservation."""


@dataclass(frozen=True)
class Order:
    """What a run is asked for."""

    plugin: Plugin
    way: Way
    pin_map_id: str
    behavior: Behavior
    serial_number: str
    wanted: Wanted
    readings: int = READINGS
    interval: float = INTERVAL
    reserve_timeout: float = RESERVE_SECONDS

    def configurations(self) -> dict[str, Any]:
        """Return the configurations of the measurement that are not its defaults."""
        return {
            "log_pin": LOG_PINS[self.way][self.plugin],
            "log_while_measuring": self.way is not Way.WAITING,
            "log_behavior": int(self.behavior),
            "readings": self.readings,
            "interval": self.interval,
            "reserve_timeout": self.reserve_timeout,
            "serial_number": self.serial_number,
        }


class Measurement:
    """A run that was started."""

    def __init__(self, order: Order, call: Call) -> None:
        self._order = order
        self._call = call
        self._started = datetime.now(timezone.utc)

    def stop(self) -> None:
        """Cancel the run: that is how it has to end."""
        self._call.cancel()

    @property
    def ended(self) -> bool:
        """Whether it has come to an end."""
        return self._call.done()

    def result(self) -> Run:
        """Wait for the end; a failure is a result like any other."""
        try:
            outputs: Mapping[str, object] = self._call.result(RUN_SECONDS)
        except grpc.RpcError as failure:
            return self._as_run(*_status_of(failure), {})
        except (FutureTimeoutError, SharingError) as failure:
            return self._as_run("NO ANSWER", str(failure), {})
        return self._as_run(GOOD, "", outputs)

    def _as_run(self, status: str, text: str, outputs: Mapping[str, object]) -> Run:
        return Run(
            plugin=self._order.plugin,
            behavior=self._order.behavior,
            serial_number=self._order.serial_number,
            readings=self._order.readings,
            wanted=self._order.wanted,
            status=status,
            text=text,
            outputs=outputs,
            started=self._started,
            ended=datetime.now(timezone.utc),
        )


class Measurements:
    """Finds and calls both measurements; as a context manager it closes its connections.

    Methods may be called from any thread: nothing changes after construction but the number of
    the next unit, which `serial_numbers` hands out in the main thread.

    Raises:
        SharingError: A measurement is not registered.
        grpc.RpcError: It does not answer.
    """

    def __init__(self) -> None:
        with ExitStack() as stack:
            self._clients = {
                plugin: stack.enter_context(MeasurementClient(service_class))
                for plugin, service_class in SERVICE_CLASSES.items()
            }
            self._stack = stack.pop_all()
        self.serial_numbers: Iterator[str] = (f"SN-{number:04}" for number in count(1))

    def start(self, order: Order) -> Measurement:
        """Start a run."""
        call = self._clients[order.plugin].start(
            order.pin_map_id, timeout=RUN_SECONDS, **order.configurations()
        )
        return Measurement(order, call)

    def __enter__(self) -> Measurements:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()


def _status_of(failure: grpc.RpcError) -> tuple[str, str]:
    if not isinstance(failure, grpc.Call):
        return "UNKNOWN", str(failure)
    return failure.code().name, failure.details() or ""
