"""One demonstration of a service that was made from the template, from its start to its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import grpc

from demo.cast.company import TELL_SECONDS
from demo.cast.programs import Programs
from demo.cast.sequence import TestSequence
from demo.interruptions import Interruptions
from demo.made.faults import find_made_faults
from demo.made.parts import Part, Parts
from demo.made.play import MadeCompany, Player
from demo.show.stage import Stage
from demo.told.timeline import Timeline
from measurement_support.client import MeasurementClient
from session_sharing import SharingError, join_local_station


class MadeDemonstration:
    """One demonstration of a service, by the main thread.

    Args:
        folder: Where the programs keep what they keep.
        interruptions: Ends it.
        parts: The service and its plug-ins.
    """

    def __init__(self, folder: Path, interruptions: Interruptions, parts: Parts) -> None:
        self._folder = folder
        self._interruptions = interruptions
        self._parts = parts

    def run(self) -> list[str]:
        """Start all, play, end all; return what was not as it should be.

        Raises:
            KeyboardInterrupt: Somebody asked to end; all has ended.
        """
        faults: list[str] = []
        pool = ThreadPoolExecutor(thread_name_prefix="demo")
        programs = Programs(self._folder, pool, self._interruptions)
        try:
            print(f"Starting a station, {self._parts.service}, and its two plug-ins ...")
            self._start(programs)
            with self._company(programs, pool) as company:
                faults += _play(company)
        except (RuntimeError, TimeoutError, SharingError, grpc.RpcError, OSError) as failure:
            faults.append(f"the demonstration cannot go on: {failure}")
        finally:
            faults += programs.stop()
            pool.shutdown(wait=False)
        return faults

    def _start(self, programs: Programs) -> None:
        programs.start_station()
        data = str(self._folder / "data")
        programs.begin(self._parts.service, "--port", "0", "--data-dir", data)
        for part in Part:
            programs.begin(self._parts.module(part))
        programs.wait_ready()
        os.environ.update(programs.environment())
        join_local_station()

    @contextmanager
    def _company(self, programs: Programs, pool: Executor) -> Iterator[MadeCompany]:
        parts, servers = self._parts, programs.servers
        with ExitStack() as stack:
            timeline = Timeline(servers[parts.service].address)
            stack.callback(timeline.close)
            pin_maps = stack.enter_context(TestSequence())
            clients = {
                part: stack.enter_context(MeasurementClient(parts.service_class(part)))
                for part in Part
            }
            names = {servers[parts.module(part)].process.pid: part.value for part in Part}
            pin_map_id = pin_maps.register_pin_map(parts.pin_map)
            if not self._interruptions.wait(timeline.begun, TELL_SECONDS):
                raise RuntimeError(f"{parts.service} does not tell what happens to its sessions.")
            yield MadeCompany(clients, timeline, pin_map_id, names, pool, self._interruptions)


def _play(company: MadeCompany) -> list[str]:
    stage, faults = Stage(), []
    stage.show_legend()
    for number, way in enumerate((Player.by_waiting, Player.by_aliases), 1):
        performance = way(Player(company))
        found = find_made_faults(performance)
        stage.show_scene(number, performance, found)
        faults += [f"{performance.scene.title}: {fault}" for fault in found]
    return faults
