"""Finding, opening and closing devices."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_communication import Protocol
from device_communication.service.device import Device
from device_communication.service.driver import DeviceDriver
from device_communication.service.names import (
    DeviceAddress,
    DeviceLocations,
    DeviceSettings,
    protocol_from_number,
)
from device_communication.service.simulated_instrument import SimulatedInstruments
from services.device_communication.tests.support import DEADLINE, MAP, GatedBackend
from session_sharing.errors import (
    AccessDeniedError,
    InvalidRequestError,
    ResourceNameError,
    ResourceNotFoundError,
    UnavailableError,
)
from session_sharing.service import OneThread

SPI = DeviceSettings(Protocol.SPI, "map.csv")


@pytest.fixture
def locations(tmp_path: Path) -> DeviceLocations:
    """Return a data folder with a register map."""
    (tmp_path / "map.csv").write_text(MAP)
    return DeviceLocations(tmp_path)


@pytest.fixture
def driver(tmp_path: Path, locations: DeviceLocations) -> DeviceDriver:
    """Return a driver of simulated devices."""
    return DeviceDriver(locations, SimulatedInstruments(tmp_path / "devices"))


def read(handle: OneThread[Device], name: str) -> int:
    """Read a register."""
    return handle.submit(lambda device: device.read_register(name)).result(DEADLINE)


def write(handle: OneThread[Device], name: str, value: int) -> None:
    """Write a register."""
    handle.submit(lambda device: device.write_register(name, value)).result(DEADLINE)


def test_spellings_of_one_device_have_one_key(locations: DeviceLocations) -> None:
    """Letter case, blanks around a name and composed letters make no other device."""
    keys = {locations.locate(name).key for name in ("Düt 1", " düt 1 ", "DU\u0308T 1")}
    assert len(keys) == 1
    assert locations.locate("Düt  1").key not in keys


@pytest.mark.parametrize("name", ["", "\t", "a\nb", "x" * 201])
def test_names_that_are_none(locations: DeviceLocations, name: str) -> None:
    """A name that people cannot read or write down is refused."""
    with pytest.raises(ResourceNameError, match="cannot be the name of a device"):
        locations.locate(name)


def test_only_what_is_given_is_a_setting(tmp_path: Path, locations: DeviceLocations) -> None:
    """What a caller leaves out is not compared; a map is known by its path."""
    assert locations.locate("DUT").settings == ()
    absolute = DeviceSettings(Protocol.SPI, str(tmp_path / "." / "map.csv"))
    assert locations.locate("DUT", SPI).settings == locations.locate("DUT", absolute).settings
    found = locations.locate("DUT", DeviceSettings(Protocol.I2C, reset=True))
    assert found.settings == (("protocol", "I2C"), ("reset", "yes"))


def test_maps_lie_in_allowed_folders(
    tmp_path: Path, driver: DeviceDriver, locations: DeviceLocations
) -> None:
    """A map outside is refused when it would be read, unless its folder is allowed."""
    outside = tmp_path.parent / f"{tmp_path.name} maps"
    outside.mkdir()
    settings = DeviceSettings(Protocol.SPI, str(outside / "a.csv"))
    with pytest.raises(AccessDeniedError, match="--allow-root"):
        driver.open(locations.locate("DUT", settings).address)
    (outside / "a.csv").write_text(MAP)
    allowing = DeviceDriver(
        DeviceLocations(tmp_path, [outside]), SimulatedInstruments(tmp_path / "devices")
    )
    allowing.close(allowing.open(locations.locate("DUT", settings).address))


def test_address_keeps_everything() -> None:
    """What the journal keeps of a device is read back as it was."""
    for protocol in Protocol:
        address = DeviceAddress("Düt", protocol, "/a b/c.csv", reset=True)
        assert DeviceAddress.from_text(address.to_text()) == address


@pytest.mark.parametrize("number", [-1, 4, 99])
def test_protocols_that_are_none(number: int) -> None:
    """A number that stands for no protocol is refused with those that do."""
    with pytest.raises(InvalidRequestError, match=r"Use one of 1 \(SPI\), 2 \(I2C\), 3 \(UART\)"):
        protocol_from_number(number)


def test_reset_is_for_the_beginning_of_a_session(
    driver: DeviceDriver, locations: DeviceLocations
) -> None:
    """A device is as it was left; a session may begin with a reset, but a restart does none."""
    wish = DeviceSettings(Protocol.SPI, "map.csv", reset=True)
    plain, reset = locations.locate("DUT", SPI).address, locations.locate("DUT", wish).address
    handle = driver.open(plain)
    write(handle, "CONFIG", 99)
    driver.close(handle)
    for opening, expected in ((driver.reopen, 99), (driver.open, 12)):
        handle = opening(reset)
        assert read(handle, "CONFIG") == expected
        driver.close(handle)


def test_what_cannot_be_opened_leaves_nothing_behind(
    tmp_path: Path, driver: DeviceDriver, locations: DeviceLocations
) -> None:
    """Without protocol, map, or a good one nothing opens; then it does."""
    with pytest.raises(InvalidRequestError, match="a protocol is needed"):
        driver.open(locations.locate("DUT").address)
    (tmp_path / "bad.csv").write_text("nothing")
    (tmp_path / "devices").touch()
    for path, error in (("none.csv", ResourceNotFoundError), ("bad.csv", InvalidRequestError)):
        settings = DeviceSettings(Protocol.SPI, path)
        with pytest.raises(error, match=path):
            driver.open(locations.locate("DUT", settings).address)
    with pytest.raises(Exception, match="devices cannot be a folder"):
        driver.open(locations.locate("DUT", SPI).address)
    (tmp_path / "devices").unlink()
    driver.close(driver.open(locations.locate("DUT", SPI).address))


def test_device_that_hangs_while_it_is_opened(tmp_path: Path, locations: DeviceLocations) -> None:
    """Who opens it is told in time; nobody opens it beside; what comes late is closed."""
    backend = GatedBackend(tmp_path / "devices")
    driver = DeviceDriver(locations, backend, limit=0.2)
    address = locations.locate("DUT", SPI).address
    backend.opening.shut()
    with pytest.raises(UnavailableError, match="opening took longer"):
        driver.open(address)
    backend.opening.wait_for_one()
    with pytest.raises(UnavailableError):
        driver.open(address)
    backend.opening.open()
    assert backend.closed.acquire(timeout=DEADLINE), "what came late was closed"
    assert not backend.closed.acquire(blocking=False), "a second one was never opened"
