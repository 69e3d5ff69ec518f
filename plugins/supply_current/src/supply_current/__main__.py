"""Serves the measurement: `python -m supply_current`."""

import sys

from measurement_support.serving import serve
from supply_current.measurement import measurement_service

if __name__ == "__main__":
    sys.exit(serve(measurement_service, "supply_current"))
