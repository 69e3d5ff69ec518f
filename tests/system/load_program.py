"""A program that logs as fast as it can, through two attachments, whenever it is told to.

An order is a line of JSON on standard input: which service, its address, the resource, and a seed.
It holds until a line with nothing in it, `{}`. Meanwhile the program tells in lines of JSON how
many records of an attachment are acknowledged, and in the end how many in all, or what was raised.
"""

from __future__ import annotations

import json
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from random import Random
from typing import Any

from session_sharing.records import Record
from tests.system.restart_program import CLIENTS

LEVELS = ("os", "disk")
"""Each attachment has one of them acknowledged."""

SHORTEST, LONGEST = 10, 200_000
MANY, LONGEST_OF_MANY = (2, 40), 4_000
WAIT_SECONDS = 60.0
_telling = threading.Lock()


def tell(**what: Any) -> None:
    """Tell something, as a line of JSON."""
    text = json.dumps(what)
    with _telling:
        print(text, flush=True)


def text_of(number: int, length: int) -> str:
    """Return the text that a record carries: by it a mix of two records is known."""
    return (f"{number:x}." * (length // 2 + 1))[:length]


def record(name: str, number: int, random: Random, longest: int = LONGEST) -> Record:
    """Return a record; short ones are as frequent as long ones."""
    length = int(SHORTEST * (longest / SHORTEST) ** random.random())
    return Record(f"{name}/{number}", {}, {"length": length, "text": text_of(number, length)})


def log_until(
    order: Mapping[str, Any], level: str, acknowledged: Callable[[str, int], None]
) -> None:
    """Log until the order ends: one by one, many at once, and soon, as chance has it."""
    name = f"{order['name']}{level}"
    random = Random(f"{order['seed']}/{name}")
    resource = f"{order['resource']}?client={name}"
    options = {"address": order["address"], "ack": level, "wait": WAIT_SECONDS}
    count = 0
    with CLIENTS[order["service"]](resource, **options) as client:
        while not _ended.is_set():
            chance = random.random()
            many = range(count, count + random.randint(*MANY))
            if chance < 0.6:
                one = record(name, count, random)
                client.log(one.measurement_name, {}, one.outputs)
                count += 1
            elif chance < 0.8:
                client.log_many([record(name, n, random, LONGEST_OF_MANY) for n in many])
                count += len(many)
            else:  # Acknowledged when one of the others, or the end of the block, has returned.
                for one in [record(name, n, random, LONGEST_OF_MANY) for n in many]:
                    client.log_soon(one.measurement_name, {}, one.outputs)
                count += len(many)
                continue
            acknowledged(name, count)
    acknowledged(name, count)


_ended = threading.Event()


def carry_out(order: Mapping[str, Any]) -> None:
    """Log through all attachments of an order, and tell at last what came of it."""
    counts: dict[str, int] = {}

    def acknowledged(name: str, count: int) -> None:
        counts[name] = count
        tell(order=order["order"], acknowledged={name: count})

    with ThreadPoolExecutor(len(LEVELS), "load") as pool:
        done = [pool.submit(log_until, order, level, acknowledged) for level in LEVELS]
        errors = [each.exception() for each in wait(done).done]
    raised = ["".join(traceback.format_exception(error)) for error in errors if error]
    tell(order=order["order"], ended=counts, errors=raised)


def main() -> None:
    """Carry out one order after the other until standard input ends."""
    carrying_out: threading.Thread | None = None
    for line in sys.stdin:
        order = json.loads(line)
        if order:
            _ended.clear()
            carrying_out = threading.Thread(target=carry_out, args=(order,), name="order")
            carrying_out.start()
        elif carrying_out:
            _ended.set()
            carrying_out.join()
    _ended.set()


if __name__ == "__main__":
    main()
