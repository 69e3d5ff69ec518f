"""`python -m session_sharing`."""

import sys

from session_sharing.cli import main

if __name__ == "__main__":
    sys.exit(main())
