"""Leaves everything running, so that people can look around."""

from __future__ import annotations

import os
import sys
import threading
from functools import partial

from demo.cast.company import Company
from demo.cast.measurements import Order
from demo.scenes.steps import Plugin, Way
from demo.told.performance import GOOD, Wanted
from session_sharing import Behavior
from session_sharing.discovery.location import ADDRESS_VARIABLE

READINGS = 500
"""How many readings a run takes: it holds the session for some seconds."""

LOOK_SECONDS = 1.0
"""How often is looked whether the measurements go on, in seconds."""

PAUSE = 1.0
"""How long is waited after a run that failed, in seconds."""


def keep_running(company: Company, address: str) -> None:
    """Let both measurements go on, by aliases, until somebody asks to end.

    Args:
        company: Who goes on.
        address: host:port of the station.
    """
    _explain(company, address)
    ending = threading.Event()
    going = [company.pool.submit(partial(_go_on, company, plugin, ending)) for plugin in Plugin]
    if _has_keyboard():
        threading.Thread(target=_read_enter, args=(ending,), name="enter", daemon=True).start()
    try:
        while not company.interruptions.wait(ending.wait, LOOK_SECONDS):
            for future in [future for future in going if future.done()]:
                future.result()  # It ends by an error only.
    except KeyboardInterrupt:
        print("Interrupted: ending everything ...")
    finally:
        ending.set()


def _explain(company: Company, address: str) -> None:
    print(
        "\n=== Everything goes on ===\n"
        "Both measurements run again and again, by aliases. In another terminal, with\n"
        f"{sys.executable} as `python`, type:\n"
    )
    for line in (
        *_assignments(address),
        "python -m session_sharing list",
        "python -m session_sharing watch",
        'python -m session_sharing close SESSION --reason "to see what happens"',
    ):
        print(f"  {line}")
    how = "Enter or Ctrl-C" if _has_keyboard() else "Ctrl-C"
    print(f"\nThe log is {company.log.path}\n{how} ends everything.")


def _assignments(address: str) -> list[str]:
    if sys.platform == "win32":
        return [
            f'$env:{ADDRESS_VARIABLE} = "{address}"  (PowerShell)',
            f"set {ADDRESS_VARIABLE}={address}  (command prompt)",
        ]
    return [f"export {ADDRESS_VARIABLE}={address}"]


def _has_keyboard() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _read_enter(ending: threading.Event) -> None:
    # Not through sys.stdin: a thread that holds its lock would disturb the end of the process.
    os.read(sys.stdin.fileno(), 1)
    ending.set()


def _go_on(company: Company, plugin: Plugin, ending: threading.Event) -> None:
    """Measure again and again; what goes wrong, for example by a close by force, is told."""
    pin_map_id = company.pin_maps[Way.ALIASES]
    while not ending.is_set():
        unit = f"KEPT-{plugin.name}"
        order = Order(
            plugin, Way.ALIASES, pin_map_id, Behavior.AUTO, unit, Wanted(), readings=READINGS
        )
        run = company.measurements.start(order).result()
        if run.status != GOOD and not ending.is_set():
            print(f"{plugin.value}: {run.status}: {run.text}")
            ending.wait(PAUSE)
