"""The root of every error of the runner."""

from __future__ import annotations


class TestStandRunnerError(Exception):
    """What the runner tells its user: what happened, where, and what to do next."""

    __test__ = False  # pytest: a name that begins with Test is no test
