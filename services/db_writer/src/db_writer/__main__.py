"""Starts the database writer: `python -m db_writer`."""

import sys

try:
    from db_writer.service.main import main
except ModuleNotFoundError as missing:
    sys.exit(
        f"db_writer: {missing.name} is missing: here is only what clients need. The service "
        "needs its extra: pip install 'session-sharing-db-writer[service]'"
    )

if __name__ == "__main__":
    sys.exit(main())
