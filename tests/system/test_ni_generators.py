"""NI's generators of plug-ins and of clients, as they are published, beside the station."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
from ni.measurementlink.discovery.v1.client import DiscoveryClient
from ni.measurementlink.discovery.v1.discovery_service_pb2_grpc import DiscoveryServiceStub

from tests.system.floor import PIN_MAPS, Floor
from tests.system.ni_program import NiProgram

pytest.importorskip("ni_measurement_plugin_sdk_generator", reason="NI's generator is not installed")

CLIENTS, PLUG_INS = (f"ni_measurement_plugin_sdk_generator.{name}" for name in ("client", "plugin"))
VOLTAGE, CURRENT = "session_sharing.OutputVoltage", "session_sharing.SupplyCurrent"
OWN = "bench.Loopback_Python"
NUMBERS = [1.5, -2.0]
LIMIT = 60


class Generators:
    """NI's generators as commands, joined to a floor's station; what they write, and NI's clients.

    Args:
        floor: The floor.
        folder: Where they run and write.
        stack: Ends the connection.
    """

    def __init__(self, floor: Floor, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._environment = {**os.environ, **floor.environment}
        channel = stack.enter_context(grpc.insecure_channel(floor.station.address))
        self._discovery = DiscoveryClient(DiscoveryServiceStub(channel))

    def run(self, module: str, *arguments: str, typed: str = "") -> str:
        """Run one; return what it printed."""
        finished = subprocess.run(
            [sys.executable, "-m", "session_sharing", "run", "-m", module, *arguments],
            env=self._environment,
            cwd=self.folder,
            input=typed,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def client(self, module: str, name: str) -> Any:
        """Load a module that was generated; return a client of it."""
        path = self.folder / f"{module}.py"
        spec = importlib.util.spec_from_file_location(f"generated_{module}", path)
        assert spec is not None
        assert spec.loader is not None
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        return getattr(loaded, name)(discovery_client=self._discovery)


@pytest.fixture(scope="module")
def generators(floor: Floor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generators]:
    """Return the generators on the floor, where a plug-in that was generated runs, too."""
    with ExitStack() as stack:
        found = Generators(floor, tmp_path_factory.mktemp("generated"), stack)
        own = found.folder / "own"
        options = ["--service-class", OWN, "--directory-out", str(own), "--tags", "loop"]
        found.run(PLUG_INS, "Loopback", "--measurement-version", "1.2.3.4", *options)
        log = found.folder / "own.log"
        program = stack.enter_context(NiProgram(own / "measurement.py", floor.environment, log))
        yield found
        assert program.stop() == 0, log.read_text("utf-8")


def test_a_generated_plug_in_is_measured_by_the_client_generated_for_it(
    generators: Generators,
) -> None:
    """Who starts with NI's two commands has a plug-in, and a client that finds and runs it."""
    generators.run(CLIENTS, "-s", OWN, "-m", "loop", "-c", "Loop", "-o", str(generators.folder))
    client = generators.client("loop", "Loop")
    assert client.measure(NUMBERS).array_out == NUMBERS
    assert [outputs.array_out for outputs in client.stream_measure()] == [[0.0]]
    assert client.cancel() is False
    assert '"1.2.3.4"' in (generators.folder / "loop.py").read_text("utf-8")


def test_clients_of_all_that_is_registered_measure(floor: Floor, generators: Generators) -> None:
    """NI's generator lists every plug-in of the station; a client of one of ours measures."""
    said = generators.run(CLIENTS, "--all", "--directory-out", str(generators.folder))
    assert [service for service in (VOLTAGE, CURRENT, OWN) if f"'{service}'" not in said] == []
    generators.client("supply_current_client", "SupplyCurrentClient")
    voltage = generators.client("output_voltage_client", "OutputVoltageClient")
    voltage.register_pin_map(PIN_MAPS / "waiting.pinmap")
    voltage.sites = [0]
    assert voltage.measure(serial_number="SN-generated").sites == [0]
    assert "SN-generated" in (floor.logs / "results.ndjson").read_text("utf-8")


def test_clients_are_chosen_from_a_list(generators: Generators) -> None:
    """In NI's dialogue each plug-in stands under the name that it shows to people."""
    choices = "".join(f"{number}\nchosen{number}\nChosen\n" for number in (1, 2, 3))
    said = generators.run(CLIENTS, "--interactive", typed=f"{choices}x\n")
    listed = dict(re.findall(r"^(\d)\. (.+)$", said, re.MULTILINE))
    assert sorted(listed.values()) == ["Loopback", "Output Voltage", "Supply Current"]
    (own,) = (f"chosen{number}" for number, name in listed.items() if name == "Loopback")
    assert generators.client(own, "Chosen").measure(NUMBERS).array_out == NUMBERS
