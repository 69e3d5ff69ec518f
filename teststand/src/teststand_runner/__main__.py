"""`python -m teststand_runner`."""

import os
import sys

_TERMINATED = 4  # as `ExitCode` has it, which may not be imported yet

if __name__ == "__main__":
    try:
        from teststand_runner.cli import main

        sys.exit(main())
    except KeyboardInterrupt:  # before the sequence runs, or after it: then it is heeded
        print("teststand_runner: interrupted.", file=sys.stderr, flush=True)
        # Where Ctrl-C came upon an exec, as in dataclasses, Python would end by the signal.
        os._exit(_TERMINATED)
