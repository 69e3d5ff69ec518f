"""Sourcing: what is done with the driver in which order, also when a run ends in the middle."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import nidcpower
import pytest

from measurement_support.interruption import Interruption
from plugins.measurement_support.tests.contexts import AbortedError, FakeContext
from session_sharing.errors import InvalidRequestError
from supply_current import sourcing
from supply_current.sourcing import TIMEOUT, SourceSettings, Supplied

SETTINGS = SourceSettings(5.0, 6.0, 0.01, 0.02, 0.25)


class FakeChannels:
    """Stands for channels of a session; writes down what is done, and fails where it is told to."""

    def __init__(self, told: list[str], name: str, fails: dict[str, object]) -> None:
        self.__dict__.update(_told=told, _name=name, _fails=fails)

    def __setattr__(self, attribute: str, value: object) -> None:
        self._do(attribute)
        self.__dict__[attribute] = value

    def _do(self, what: str) -> None:
        self._told.append(f"{self._name} {what}")
        failure = self._fails.get(what)
        if failure is not None:
            raise failure() if callable(failure) else failure

    def initiate(self):
        """Switch on."""
        self._do("initiate")

    def reset(self):
        """Switch off."""
        self._do("reset")

    def abort(self):
        """Stop."""
        self._do("abort")

    def wait_for_event(self, event, timeout):
        """Settle."""
        assert event is nidcpower.Event.SOURCE_COMPLETE
        assert 0 < timeout <= 0.5, "who cancels would have to wait longer"
        self._do("wait")

    def measure_multiple(self):
        """Give each channel its number."""
        self._do("measure")
        numbers = [int(name.rpartition("/")[2]) for name in self._name.split(",")]
        return [SimpleNamespace(voltage=float(n), current=n / 1000) for n in numbers]

    def query_in_compliance(self):
        """Say that only channel 1 is at its limit."""
        return self._name.endswith("1")


class FakeSession:
    """Stands for a session; its channels are told by their names, as the driver has it."""

    def __init__(self, told: list[str], **fails: object) -> None:
        self._told, self._fails = told, fails

    @property
    def channels(self):
        """Be indexed by channels."""
        return self

    def __getitem__(self, names):
        name = names if isinstance(names, str) else ",".join(names)
        return FakeChannels(self._told, name, self._fails)


def connection(session: str, channel: str):
    """Return where a pin is connected."""
    return SimpleNamespace(session_info=SimpleNamespace(session_name=session), channel_name=channel)


def refusal(code: int = -1074135024) -> Exception:
    """Return an error of the driver."""
    return nidcpower.errors.DriverError(code, "No.")


@contextmanager
def sourced(told, context=None, a=None, b=None):
    """Source at two sessions, one of which has three pins on two channels."""
    sessions = {"A": FakeSession(told, **(a or {})), "B": FakeSession(told, **(b or {}))}
    where = [
        *(connection("A", "A/1"), connection("B", "B/0")),
        *(connection("A", "A/2"), connection("A", "A/1")),
    ]
    run = Interruption(context or FakeContext())
    with sourcing.sourcing(run, sessions, where, SETTINGS) as supplies:
        yield supplies


def ends(told: list[str]) -> list[str]:
    """Return what was done with the outputs of both sessions."""
    return [one for one in told if one.split()[1] in {"initiate", "reset", "abort"}]


def test_it_sources_measures_and_switches_off():
    """All is set up before any output is on, and all is off at the end: by reset, then abort."""
    told: list[str] = []
    with sourced(told) as supplies:
        assert [told.index(f"{name} initiate") for name in ("A/1,A/2", "B/0")] == [14, 15]
        assert told[16:] == ["A/1,A/2 wait", "B/0 wait"]
        supplies.read()
    assert ends(told) == [
        *("A/1,A/2 initiate", "B/0 initiate"),
        *("B/0 reset", "B/0 abort", "A/1,A/2 reset", "A/1,A/2 abort"),
    ]


def test_ranges_are_set_before_levels():
    """A level that needs another range than the one before is not refused for the old one."""
    told: list[str] = []
    with sourced(told):
        for quantity in ("voltage_level", "current_limit"):
            assert told.index(f"B/0 {quantity}_range") < told.index(f"B/0 {quantity}")


def test_each_pin_gets_what_its_channel_gives():
    """Readings come in the order of the connections; pins that share a channel get the same."""
    with sourced([]) as supplies:
        values = [value for _, value in supplies.read()]
    one, two = Supplied(1.0, 0.001, in_compliance=True), Supplied(2.0, 0.002, in_compliance=False)
    assert values == [one, Supplied(0.0, 0.0, in_compliance=False), two, one]


@pytest.mark.parametrize("fails", ["initiate", "wait"])
def test_what_is_on_is_switched_off_after_a_failure(fails):
    """When the second session fails, the first one is off too, and the caller gets the error."""
    told: list[str] = []
    with (
        pytest.raises(nidcpower.errors.DriverError, match="No"),
        sourced(told, b={fails: refusal()}),
    ):
        pytest.fail("it sourced")
    assert ends(told)[2:] == ["B/0 reset", "B/0 abort", "A/1,A/2 reset", "A/1,A/2 abort"]


def test_nothing_is_on_when_settings_are_refused():
    """A setting that a session refuses leaves all outputs as they are."""
    told: list[str] = []
    with (
        pytest.raises(nidcpower.errors.DriverError),
        sourced(told, b={"current_limit": refusal()}),
    ):
        pytest.fail("it sourced")
    assert ends(told) == []


def test_an_output_that_stays_on_is_told():
    """When the reset fails, the run fails with that; the other session is off all the same."""
    told: list[str] = []
    with (
        pytest.raises(nidcpower.errors.DriverError, match="-5"),
        sourced(told, b={"reset": refusal(-5)}),
    ):
        pass
    assert ends(told)[-3:] == ["B/0 abort", "A/1,A/2 reset", "A/1,A/2 abort"]


def test_a_run_is_cancelled_while_channels_settle():
    """A driver that is waited for is asked again and again, so that cancelling ends the wait."""
    told: list[str] = []
    context = FakeContext()

    def time_out() -> Exception:
        if told.count("B/0 wait") == 3:
            context.cancel()
        return refusal(TIMEOUT)

    with (
        pytest.raises(AbortedError, match="cancelled"),
        sourced(told, context, b={"wait": time_out}),
    ):
        pytest.fail("it sourced")
    assert told.count("B/0 wait") == 3
    assert ends(told)[2:] == ["B/0 reset", "B/0 abort", "A/1,A/2 reset", "A/1,A/2 abort"]


def test_channels_that_never_settle_are_told(monkeypatch):
    """After a time of its own the wait ends with the driver's error, also without a deadline."""
    monkeypatch.setattr(sourcing, "SETTLE_SECONDS", -SETTINGS.source_delay)
    told: list[str] = []
    with (
        pytest.raises(nidcpower.errors.DriverError, match=str(TIMEOUT)),
        sourced(told, a={"wait": refusal(TIMEOUT)}),
    ):
        pytest.fail("it sourced")
    assert ends(told)[-1] == "A/1,A/2 abort"


@pytest.mark.parametrize("delay", [-0.1, 168.0, float("nan")])
def test_an_impossible_delay_is_refused(delay):
    """A delay that no instrument has, and that would be waited for, is told before anything."""
    with pytest.raises(InvalidRequestError, match="source_delay"):
        SourceSettings(5.0, 6.0, 0.01, 0.02, delay)
