"""What the tests of device communication share: a service in a thread, obedient instruments."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc

from device_communication import Protocol
from device_communication.service.backend import Backend, Instrument
from device_communication.service.device import Device
from device_communication.service.driver import CALL_SECONDS, DeviceDriver
from device_communication.service.main import device_servicers
from device_communication.service.names import DeviceLocations
from device_communication.service.registers import Register, RegisterMap
from device_communication.service.simulated_instrument import (
    SimulatedInstrument,
    SimulatedInstruments,
)
from session_sharing.service import OneThread
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import Gate

DEADLINE = 20.0
"""How long a test waits, in seconds, for what should happen at once."""

MAP = """Register Name,Register Address,Default Data,Access,Width
CONFIG,0x00,12,RW,8
WIDE,0x01,0xFFFF0000,,
STATUS,0x02,0x55,RO,
SECRET,0x03,7,RSV,
"""
"""A register map with a register of each kind."""


def device_service(
    folder: Path,
    *,
    backend: Backend | None = None,
    roots: Sequence[Path] = (),
    limit: float = CALL_SECONDS,
) -> LocalService[OneThread[Device]]:
    """Return a service to start in a thread; `folder / "data"` has `map.csv` in it."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    (data / "map.csv").write_text(MAP)
    locations = DeviceLocations(data, roots)
    backend = backend or SimulatedInstruments(data / "simulated_devices")
    driver = DeviceDriver(locations, backend, limit)
    return LocalService(
        "device_communication", driver, device_servicers(locations), folder / "state"
    )


@contextmanager
def refused(code: grpc.StatusCode, *words: str) -> Iterator[None]:
    """Expect that a call is refused with a status and a text that has these words."""
    caught: list[Any] = []
    try:
        yield
    except grpc.RpcError as error:
        caught.append(error)
    assert caught, f"nothing was refused with {code}"
    assert caught[0].code() is code, caught[0].details()
    for word in words:
        assert word in caught[0].details(), caught[0].details()


class GatedInstrument:
    """A simulated instrument whose reads wait at a gate, and tell in which order they came."""

    def __init__(self, instrument: SimulatedInstrument, backend: GatedBackend) -> None:
        self._instrument = instrument
        self._backend = backend

    def read_register(self, register: Register) -> int:
        """Read, when the gate lets it."""
        self._backend.threads.append(threading.current_thread().name)
        self._backend.reading.pass_through()
        if self._backend.failure is not None:
            raise self._backend.failure
        return self._instrument.read_register(register)

    def close(self) -> None:
        """Let the instrument go."""
        self._instrument.close()
        self._backend.closed.release()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._instrument, name)


class GatedBackend:
    """Opens instruments whose reads, or whose opening, can be held up.

    Attributes:
        opening: Where opening waits.
        reading: Where reads wait.
        closed: Released by each close.
        threads: The names of the threads of the reads.
        failure: What reads raise.
    """

    def __init__(self, folder: Path) -> None:
        self.opening = Gate()
        self.reading = Gate()
        self.closed = threading.Semaphore(0)
        self.threads: list[str] = []
        self.failure: OSError | None = None
        self._simulated = SimulatedInstruments(folder)

    def open(
        self, name: str, protocol: Protocol, registers: RegisterMap, *, reset: bool
    ) -> Instrument:
        """Open an instrument, when the gate lets it."""
        self.opening.pass_through()
        return GatedInstrument(self._simulated.open(name, protocol, registers, reset=reset), self)


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until something holds; fail if it does not in time."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.005)


def at_once(works: Sequence[Callable[[], None]]) -> None:
    """Do things at the same time; raise the first failure."""
    failures: list[BaseException] = []
    together = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            together.wait(DEADLINE)
            work()
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
        assert not thread.is_alive(), "not in time"
    if failures:
        raise failures[0]
