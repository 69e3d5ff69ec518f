"""The log of a server."""

from __future__ import annotations

import logging

import pytest

from session_sharing.service.logs import configure_logging


@pytest.fixture
def loggers():
    """Give back afterwards what a test configures."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    names = ("asyncio", "grpc")
    levels = {name: logging.getLogger(name).level for name in names}
    root.handlers = []  # Those of pytest: configuring closes what it replaces.
    yield
    root.handlers = handlers
    root.setLevel(level)
    for name in names:
        logging.getLogger(name).setLevel(levels[name])


@pytest.mark.parametrize("name", ["session_sharing.client", "json_logger.service", "anybody"])
@pytest.mark.parametrize("verbose", [False, True])
def test_details_of_the_service_itself_are_logged_when_wanted(loggers, name, verbose, capsys):
    """`--verbose` shows the details of the library and of the service, whatever it is called."""
    configure_logging(verbose)
    logging.getLogger(name).debug("a detail")
    logging.getLogger(name).info("a fact")
    told = capsys.readouterr().err
    assert ("a detail" in told, "a fact" in told) == (verbose, True)


def test_libraries_below_stay_quiet(loggers, capsys):
    """What asyncio and grpc do inside is no detail of a service."""
    configure_logging(verbose=True)
    logging.getLogger("asyncio").debug("Using selector")
    logging.getLogger("grpc._cython").debug("Using engine")
    assert "Using" not in capsys.readouterr().err
