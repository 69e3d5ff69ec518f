"""Starts the JSON logger: `python -m json_logger`."""

import sys

try:
    from json_logger.service.main import main
except ModuleNotFoundError as missing:
    sys.exit(
        f"json_logger: {missing.name} is missing: here is only what clients need. The service "
        "needs its extra: pip install 'session-sharing-json-logger[service]'"
    )

if __name__ == "__main__":
    sys.exit(main())
