"""Serves the measurement: `python -m device_communication_measurement.reader`."""

import sys

from device_communication_measurement.reader.measurement import measurement_service
from measurement_support.serving import serve

if __name__ == "__main__":
    sys.exit(serve(measurement_service, "device_communication_reader"))
