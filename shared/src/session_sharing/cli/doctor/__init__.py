"""`doctor`: what is wrong on this station, and how to mend it.

Looking and judging are apart. `gather` looks at the environment, files, ports and services, all
with time-outs and side by side, and notes what it saw in the plain dataclasses of `facts`. `judge`
asks the `check_*` modules what is wrong with that: a small pure function for each kind of fault.
"""

from session_sharing.cli.doctor.command import add_to

__all__ = ["add_to"]
