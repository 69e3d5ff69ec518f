"""Serves the measurement: `python -m device_communication_measurement.writer`."""

import sys

from device_communication_measurement.writer.measurement import measurement_service
from measurement_support.serving import serve

if __name__ == "__main__":
    sys.exit(serve(measurement_service, "device_communication_writer"))
