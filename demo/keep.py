"""Leaves everything running, so that people can look around."""

from __future__ import annotations

import os
import sys
import threading
from functools import partial

from demo.cast.company import Company
from demo.cast.measurements import Measurement, Order
from demo.commands import blocks
from demo.scenes.steps import Plugin, Way
from demo.told.performance import GOOD, Run, Wanted
from session_sharing import Behavior

READINGS, INTERVAL = 6, 4.0
"""How many readings a run takes, and how long each, in seconds: people have time to look at it.

Both together log less than a megabyte in an hour.
"""

PAUSES = {Plugin.VOLTAGE: 2.0, Plugin.CURRENT: 5.0}
"""How long is waited after a run, in seconds; it differs, so that now one creates, now the other.

Most of the time one of them holds the session at least.
"""

LOOK_SECONDS = 1.0
"""How often is looked whether the measurements go on, in seconds."""

END_SECONDS = 0.5
"""After what time at most a run notices that all is to end, in seconds."""


def keep_running(company: Company, address: str, *, kept: bool) -> None:
    """Let both measurements go on, by aliases, until somebody asks to end.

    Args:
        company: Who goes on.
        address: host:port of the station.
        kept: Whether the log is still there afterwards.
    """
    _explain(company, address, kept=kept)
    ending = threading.Event()
    going = [company.pool.submit(partial(_go_on, company, plugin, ending)) for plugin in Plugin]
    if _has_keyboard():
        threading.Thread(target=_read_enter, args=(ending,), name="enter", daemon=True).start()
    try:
        while not company.interruptions.wait(ending.wait, LOOK_SECONDS):
            for future in [future for future in going if future.done()]:
                future.result()  # It ends by an error only.
    except KeyboardInterrupt:
        pass  # That is how it has to end.
    finally:
        ending.set()
    what = "" if kept else ", and removing the log with them"
    print(f"Ending all programs{what} ...")


def _explain(company: Company, address: str, *, kept: bool) -> None:
    print(
        "\n=== Everything goes on ===\n"
        "Both measurements run again and again, by aliases, and log every few seconds.\n"
        "In another terminal, type:"
    )
    for heading, lines in blocks(sys.executable, address):
        print(f"\n{heading}" if heading else "")
        print("\n".join(f"  {line}" for line in lines))
    fate = "It stays there." if kept else "It is removed at the end; --folder DIR keeps it in DIR."
    how = "Enter or Ctrl-C" if _has_keyboard() else "Ctrl-C"
    print(f"\nSESSION is what `list` shows.\nThe log is {company.file.path}\n{fate}")
    print(f"{how} ends everything.")


def _has_keyboard() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _read_enter(ending: threading.Event) -> None:
    # Not through sys.stdin: a thread that holds its lock would disturb the end of the process.
    os.read(sys.stdin.fileno(), 1)
    ending.set()


def _go_on(company: Company, plugin: Plugin, ending: threading.Event) -> None:
    """Measure again and again; what goes wrong, for example by a close by force, is told."""
    order = Order(
        plugin,
        Way.ALIASES,
        company.pin_maps[Way.ALIASES],
        Behavior.AUTO,
        f"KEPT-{plugin.name}",
        Wanted(),
        readings=READINGS,
        interval=INTERVAL,
    )
    while not ending.is_set():
        run = _result(company.measurements.start(order), ending)
        if run.status != GOOD and not ending.is_set():
            print(f"{plugin.value}: {run.status}: {run.text}")
        ending.wait(PAUSES[plugin])


def _result(measurement: Measurement, ending: threading.Event) -> Run:
    """Wait for a run; stop it when all is to end, as it may take long yet."""
    while not measurement.ended:
        if ending.wait(END_SECONDS):
            measurement.stop()
            break
    return measurement.result()
