"""The smallest session service as a process: `memory_program.py FOLDER GRACE RECOVERY_GRACE`."""

from __future__ import annotations

import sys
from pathlib import Path

from session_sharing.discovery import ServiceDescriptor
from session_sharing.service import ServiceOptions, configure_logging, run_service
from session_sharing.testing.memory import SERVICE, MemoryDriver, add_memory_servicer

if __name__ == "__main__":
    configure_logging()
    folder, grace, recovery_grace = sys.argv[1:]
    options = ServiceOptions(0, Path(folder), float(grace), float(recovery_grace))
    descriptor = ServiceDescriptor("Memory", SERVICE, (SERVICE,), ("1.0.0",))
    sys.exit(run_service("memory", descriptor, MemoryDriver, add_memory_servicer, options))
