"""`python -m teststand_runner`."""

import sys

from teststand_runner.cli import main

if __name__ == "__main__":
    sys.exit(main())
