"""Starts the operator's commands: `python -m local_station.reservations`."""

import sys

from local_station.reservations.commands import main

if __name__ == "__main__":
    sys.exit(main())
