"""One of many programs that share log files. It does what its standard input says, line by line.

Every line is an order in JSON, and is answered by a line in JSON on standard output.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import Any

from json_logger import JsonLoggerClient
from session_sharing.errors import SharingError


def initialize(order: dict[str, Any], address: str, held: contextlib.ExitStack) -> dict[str, Any]:
    """Initialize at the instant that all programs were told, and say what came of it."""
    time.sleep(max(0.0, order["at"] - time.time()))
    answer: dict[str, Any] = {"called": time.time()}
    try:
        client = JsonLoggerClient(order["file"], order["behavior"], address=address)
    except SharingError as error:
        answer["error"] = type(error).__name__
    else:
        held.enter_context(client)
        answer |= {"session": client.session_name, "new": client.new_session}
    return {**answer, "ended": time.time()}


def main() -> None:
    """Follow orders until there are no more."""
    address = sys.argv[1]
    held = contextlib.ExitStack()
    with JsonLoggerClient("crowd.log", address=address):  # It keeps the connection.
        print(json.dumps({}), flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            answer: dict[str, Any] = {}
            if order["do"] == "initialize":
                answer = initialize(order, address, held)
            else:
                held.close()
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
