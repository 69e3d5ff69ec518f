"""One run of the demonstration: starts all, plays the scenes, shows them, ends all."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import grpc

from demo.cast.company import TELL_SECONDS, Company
from demo.cast.crew import PIN_MAPS, Crew
from demo.cast.measurements import Measurements
from demo.cast.sequence import TestSequence
from demo.checks import find_faults
from demo.interruptions import Interruptions
from demo.keep import keep_running
from demo.player import play
from demo.scenes import SCENES
from demo.scenes.steps import SETUP, Log, Way
from demo.show.stage import Stage, summary
from demo.told.database import DatabaseLog
from demo.told.log_file import LogFile
from demo.told.timeline import Timeline
from session_sharing import SharingError, join_local_station


class Demonstration:
    """One run of the demonstration, by the main thread.

    Args:
        folder: Where the programs keep what they keep.
        interruptions: Ends it.
        kept: Whether the folder is still there afterwards.
    """

    def __init__(self, folder: Path, interruptions: Interruptions, *, kept: bool) -> None:
        self._folder = folder
        self._kept = kept
        self._interruptions = interruptions
        self._stage = Stage()
        self._faults: list[str] = []

    def run(self, scenes: int, *, keep: bool) -> list[str]:
        """Start all, play so many scenes, end all; return what was not as it should be.

        Raises:
            KeyboardInterrupt: Somebody asked to end; all has ended.
        """
        pool = ThreadPoolExecutor(thread_name_prefix="demo")
        crew = Crew(self._folder, pool, self._interruptions)
        try:
            print("Starting a station, instruments, two services for logs, and two plug-ins ...")
            crew.start()
            self._perform(crew, pool, scenes, keep=keep)
        except (RuntimeError, TimeoutError, SharingError, grpc.RpcError, OSError) as failure:
            self._faults.append(f"the demonstration cannot go on: {failure}")
        finally:
            self._faults += crew.stop()
            pool.shutdown(wait=False)
        return self._faults

    def _perform(self, crew: Crew, pool: ThreadPoolExecutor, scenes: int, *, keep: bool) -> None:
        os.environ.update(crew.environment())
        join_local_station()
        with ExitStack() as stack:
            company = self._company(crew, pool, stack)
            self._play(company, scenes)
            self._stage.show_records(company.file.records, str(company.file.path))
            if company.database.records:
                place = f"a query of {company.database.path}"
                self._stage.show_records(company.database.records, place)
            if not self._kept:
                self._stage.say_that_nothing_is_kept()
            if keep:
                keep_running(company, crew.servers["local_station"].address, kept=self._kept)

    def _play(self, company: Company, scenes: int) -> None:
        self._stage.show_legend()
        rows = []
        for number, scene in enumerate(SCENES[:scenes], 1):
            performance = play(scene, company)
            faults = find_faults(performance)
            self._stage.show_scene(number, performance, faults)
            rows.append(summary(performance, faults))
            self._faults += [f"{scene.title}: {fault}" for fault in faults]
            if performance.broken:
                self._faults.append("the scenes after that were not played")
                break
        self._stage.show_summary(rows)

    def _company(self, crew: Crew, pool: ThreadPoolExecutor, stack: ExitStack) -> Company:
        timelines = {log: Timeline(crew.servers[log.value].address) for log in Log}
        for timeline in timelines.values():
            stack.callback(timeline.close)
        sequence = stack.enter_context(TestSequence())
        company = Company(
            measurements=stack.enter_context(Measurements()),
            sequence=sequence,
            timelines=timelines,
            file=LogFile(crew.log),
            database=DatabaseLog(crew.database),
            pin_maps={
                way: sequence.register_pin_map(PIN_MAPS / f"{way.value}.pinmap") for way in Way
            },
            names={**crew.names, os.getpid(): SETUP},
            pool=pool,
            interruptions=self._interruptions,
        )
        for log, timeline in timelines.items():
            if not self._interruptions.wait(timeline.begun, TELL_SECONDS):
                raise RuntimeError(f"{log.value} does not tell what happens to its sessions.")
        return company
