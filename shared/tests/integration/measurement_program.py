"""A measurement as NI's examples write it: it hosts itself and ends when a line comes in.

Started with `joined-first` or `joined-last` it joins before or after importing NI's SDK. With
`no-ipv6` it first makes this process see a machine without ::1.
"""

import socket
import sys
from pathlib import Path

from session_sharing.join import join_local_station

if "no-ipv6" in sys.argv:
    socket.has_ipv6 = False

if "joined-first" in sys.argv:
    join_local_station()

import ni_measurement_plugin_sdk_service as nims

if "joined-last" in sys.argv:
    join_local_station()

service = nims.MeasurementService(
    service_config_path=Path(__file__).with_name("measurement_program.serviceconfig"),
    ui_file_paths=[],
)


@service.register_measurement
@service.configuration("value", nims.DataType.Double, 1.0)
@service.output("doubled", nims.DataType.Double)
def measure(value):
    """Double a value."""
    return (2 * value,)


with service.host_service():
    print(service.service_location.insecure_port, flush=True)
    input()
