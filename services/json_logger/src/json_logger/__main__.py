"""Starts the JSON logger: `python -m json_logger`."""

import sys

from json_logger.service.main import main

if __name__ == "__main__":
    sys.exit(main())
