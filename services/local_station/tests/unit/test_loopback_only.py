"""The two programs that encrypt nothing and ask nobody who he is: they serve loopback alone."""

from __future__ import annotations

import pytest

from local_station import __main__ as station
from local_station.instruments import main as instruments
from session_sharing.service.network import LOOPBACK_ONLY

PROGRAMS = pytest.mark.parametrize("program", [station, instruments], ids=["station", "simulated"])


@PROGRAMS
@pytest.mark.parametrize(
    "option", ["--bind", "--insecure-bind", "--advertise", "--tls-certificate"]
)
def test_no_option_opens_it_to_a_network(program, option, capsys):
    """What a service takes for a network is refused: nobody opens these by mistake."""
    with pytest.raises(SystemExit) as ended:
        program.main([option, "0.0.0.0"])
    assert ended.value.code == 2
    assert f"unrecognized arguments: {option}" in capsys.readouterr().err


@PROGRAMS
def test_it_is_hosted_on_loopback(program, monkeypatch):
    """Nothing but loopback is asked for."""
    hosted = []
    monkeypatch.setattr(program, "run", lambda _make, options: hosted.append(options) or 0)
    monkeypatch.setattr(program, "configure_logging", lambda _verbose: None)
    assert program.main([]) == 0
    (options,) = hosted
    assert options.network == LOOPBACK_ONLY
