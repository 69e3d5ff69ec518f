"""Serves the measurement: `python -m output_voltage`."""

import sys

from measurement_support.serving import serve
from output_voltage.measurement import measurement_service

if __name__ == "__main__":
    sys.exit(serve(measurement_service, "output_voltage"))
