"""The options of recording services that say how big records and requests may be."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from session_sharing.records import RecordLimits


def add_limit_options(parser: argparse.ArgumentParser, record: str) -> None:
    """Add the options of recording services that say how big records and requests may be.

    Args:
        parser: From `service_parser`.
        record: What is measured of a record, for `--help`.
    """
    defaults = RecordLimits()
    size = _bytes_up_to(defaults.request_bytes)
    for option, default, text in (
        ("--record-limit", defaults.record_bytes, f"{record} (default: %(default)s)"),
        (
            "--request-limit",
            defaults.request_bytes,
            "the biggest request (default, and at most: %(default)s)",
        ),
    ):
        parser.add_argument(option, type=size, default=default, metavar="BYTES", help=text)


def record_limits(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> RecordLimits:
    """Return how big records and requests may be; wrong usage ends the process with exit code 2.

    Args:
        parser: With `add_limit_options`.
        arguments: What `parse_with_config` returned.
    """
    record, request = arguments.record_limit, arguments.request_limit
    if record > request:
        parser.error(
            f"--record-limit {record} exceeds --request-limit {request}: no such record could "
            "arrive; lower the one or raise the other"
        )
    return RecordLimits(record, request)


def _bytes_up_to(most: int) -> Callable[[str], int]:
    """Return a parser of sizes; gRPC's own limit lies above the most."""

    def parse(text: str) -> int:
        size = int(text)
        if not 0 < size <= most:
            raise argparse.ArgumentTypeError(f"a number of bytes from 1 to {most}")
        return size

    return parse
