"""The programs of the demonstration: station, instruments, logs and plug-ins."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path

from demo.cast.programs import Programs
from demo.interruptions import Interruptions
from demo.scenes.steps import Log, Plugin

PIN_MAPS = Path(__file__).resolve().parents[2] / "pin_maps"

LOG_FILE = "results.ndjson"
"""The shared file, as the pin maps name it."""

DATABASE = "measurements.sqlite"
"""The shared database, as its pin map names it."""


CIRCUIT = PIN_MAPS / "regulator.toml"
"""What the instruments of the pin maps are connected to."""


class Crew(Programs):
    """Starts the programs, and ends them. For the main thread.

    Args:
        folder: Where the station and the services keep what they keep.
        pool: Waits for programs that start at the same time.
        interruptions: Ends the waiting.

    Attributes:
        log: The path of the shared file.
        database: The path of the shared database.
    """

    def __init__(self, folder: Path, pool: Executor, interruptions: Interruptions) -> None:
        super().__init__(folder, pool, interruptions)
        self.log = folder / "logs" / LOG_FILE
        self.database = folder / "databases" / DATABASE

    def start(self) -> None:
        """Start the station, and when it is ready the others; return when all are.

        Raises:
            RuntimeError: One of them does not start; the text says why.
            KeyboardInterrupt: Somebody asked to end.
        """
        self.start_station()
        self.begin("local_station.instruments", "--port", "0", "--circuit", str(CIRCUIT))
        data = ["--port", "0", "--data-dir", str(self.log.parent), "--ack", "os"]
        self.begin(Log.FILE.value, *data)
        self.begin(Log.DATABASE.value, "--port", "0", "--data-dir", str(self.database.parent))
        for plugin in Plugin:
            self.begin(plugin.value)
        self.wait_ready()
