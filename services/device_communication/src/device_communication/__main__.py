"""Starts the service of devices: `python -m device_communication`."""

import sys

try:
    from device_communication.service.main import main
except ModuleNotFoundError as missing:
    sys.exit(
        f"device_communication: {missing.name} is missing: here is only what clients need. The "
        "service needs its extra: pip install 'session-sharing-device-communication[service]'"
    )

if __name__ == "__main__":
    sys.exit(main())
