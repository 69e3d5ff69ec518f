"""Starts the simulated instruments: `python -m local_station.instruments`."""

import sys

try:
    from local_station.instruments.main import main
except ModuleNotFoundError as missing:
    sys.exit(
        f"instruments: {missing.name} is missing: here is only what the station needs. The "
        "instruments need their extra: pip install 'session-sharing-local-station[instruments]'"
    )

if __name__ == "__main__":
    sys.exit(main())
