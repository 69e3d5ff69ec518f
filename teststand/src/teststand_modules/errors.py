"""What the code modules add to the tree of `session_sharing.errors`.

SharingError
├── InvalidRequestError
│   ├── ArgumentError         an argument of a step has no meaning
│   └── NothingToOpenError    the pin map connects nothing of the wanted type
├── PreconditionError
│   └── NoPinMapError         the execution has no pin map
└── InstrumentError           NI's driver, or NI gRPC Device Server, refused something

What session management refuses is raised as the class that stands for its gRPC status.
"""

from __future__ import annotations

from session_sharing.errors import InvalidRequestError, PreconditionError, SharingError


class ArgumentError(InvalidRequestError):
    """An argument of a step has no meaning; the text names it."""


class NothingToOpenError(InvalidRequestError):
    """The pin map connects nothing of the wanted instrument types."""


class NoPinMapError(PreconditionError):
    """The execution has no pin map."""


class InstrumentError(SharingError):
    """NI's driver, or NI gRPC Device Server, refused something; the text is the driver's."""
