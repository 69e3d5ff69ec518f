"""Benchmark `fifty`: how long it takes until all of fifty clients share one log."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path

from bench.effort import Effort
from bench.measuring import Tell, in_turns, ratios, spread
from bench.report import Report, Row, Verdict
from bench.servers import start_logger
from json_logger import JsonLoggerClient

FIFTY = 50
ONE, ALL = "1 client", f"{FIFTY} clients at once"
START_SECONDS = 30.0


def measure_fifty(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure fifty threads that initialize one new log at the same instant, against one."""
    names = (f"log-{number}.ndjson" for number in count())
    with (
        start_logger(folder) as server,
        JsonLoggerClient("other.ndjson", address=server.address),  # holds the connection
        ThreadPoolExecutor(FIFTY, thread_name_prefix="client") as threads,
    ):

        def share(clients: int) -> tuple[float, int]:
            return _share(next(names), server.address, clients, threads)

        cases = {ONE: partial(share, 1), ALL: partial(share, FIFTY)}
        found = in_turns(effort.pairs, cases, tell)
    one, fifty = ([seconds * 1000 for seconds, _ in found[name]] for name in (ONE, ALL))
    opened = [new for _, new in found[ALL]]
    rows = [Row(ONE, spread(one), "ms"), Row(ALL, spread(fifty), "ms", ratios(fifty, one), ONE)]
    title = "time until all clients of one new log are attached; less is better"
    once = Verdict("of fifty, one alone opened the log", opened == [1] * len(opened))
    return Report("fifty", title, rows, [once])


def _share(name: str, address: str, clients: int, threads: ThreadPoolExecutor) -> tuple[float, int]:
    """Let clients initialize one log; return the seconds until the last, and who opened it."""
    ready = threading.Barrier(clients + 1, timeout=START_SECONDS)

    def initialize() -> JsonLoggerClient:
        ready.wait()
        return JsonLoggerClient(name, address=address)

    waiting = [threads.submit(initialize) for _ in range(clients)]
    ready.wait()
    start = time.perf_counter()
    attached = [future.result() for future in waiting]
    seconds = time.perf_counter() - start
    for client in attached:
        client.close()
    return seconds, sum(client.new_session for client in attached)
