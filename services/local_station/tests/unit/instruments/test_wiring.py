"""How the bench is wired: by a file, by pin maps, by default."""

from __future__ import annotations

import pytest

from local_station.instruments.bench import Bench, Circuit
from local_station.instruments.circuit import Load, VoltageSource
from local_station.instruments.circuit_file import default_circuit, parse_circuit
from local_station.instruments.wiring import wired
from local_station.pin_map.reading import NAMESPACE
from session_sharing.errors import InvalidRequestError

PIN_MAP = f"""<PinMap xmlns="{NAMESPACE}" schemaVersion="1.6">
<Instruments>
<NIDCPowerInstrument name="SMU1" numberOfChannels="4"><ChannelGroup name="G"/></NIDCPowerInstrument>
<NIDmmInstrument name="Meter1"/><NIDmmInstrument name="Meter2"/>
</Instruments>
<Pins><DUTPin name="P"/></Pins>
<Sites><Site siteNumber="0"/><Site siteNumber="1"/></Sites>
<Connections>
<Connection pin="P" siteNumber="0" instrument="SMU1" channel="1"/>
<Connection pin="P" siteNumber="0" instrument="Meter1" channel="0"/>
<Connection pin="P" siteNumber="1" instrument="SMU1" channel="2"/>
<Connection pin="P" siteNumber="1" instrument="Meter2" channel="0"/>
</Connections></PinMap>"""


def _sees(circuit, meter, supply):
    """Say whether a multimeter sees what a supply gives."""
    bench = Bench(circuit, seed=1)
    bench.drive(supply, VoltageSource(2.0, -1.0, 1.0))
    return bench.volts(*bench.settled([meter])) == pytest.approx(2.0, abs=1e-3)


def test_default_circuit():
    """Who says nothing gets DMM1 at DCPower1/0, and so on; other names are apart."""
    circuit = default_circuit()
    assert _sees(circuit, "dmm1", "dcpower1/0")
    assert _sees(circuit, "dmm2", "dcpower1/1")
    assert not _sees(circuit, "dmm2", "dcpower1/0")
    assert not _sees(circuit, "dmm9", "dcpower9/0")


def test_pin_map_joins_what_is_at_a_pin(tmp_path):
    """Instruments at one pin and site share a net, with the load that the circuit gives it."""
    pin_map, circuit = tmp_path / "map.pinmap", tmp_path / "circuit.toml"
    pin_map.write_text(PIN_MAP, "utf-8-sig")
    circuit.write_text('[[net]]\nterminals = ["SMU1/1"]\nload_ohms = 50\n', "utf-8")
    found = wired(circuit, [pin_map])
    assert _sees(found, "meter1", "smu1/1")
    assert _sees(found, "meter2", "smu1/2")
    assert not _sees(found, "meter1", "smu1/2")
    assert found.net_of("meter1").load == Load(50.0)
    assert not _sees(wired(None, [pin_map]), "dmm1", "dcpower1/0")


def test_pin_that_joins_different_loads(tmp_path):
    """A pin between nets that contradict each other is refused, and named."""
    pin_map, circuit = tmp_path / "map.pinmap", tmp_path / "circuit.toml"
    pin_map.write_text(PIN_MAP, "utf-8")
    nets = [("SMU1/1", 50), ("Meter1", 60)]
    text = "".join(f'[[net]]\nterminals=["{name}"]\nload_ohms={ohms}\n' for name, ohms in nets)
    circuit.write_text(text, "utf-8")
    with pytest.raises(InvalidRequestError, match="Pin 'P' on site 0"):
        wired(circuit, [pin_map])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("load_ohms = 0", "load_ohms"),
        ("load_volts = nan", "load_volts"),
        ("noise_volts = true", "noise_volts"),
        ("noise_volt = 1", "noise_volt"),
        ("net = 1", r"\[\[net\]\]"),
        ("[[net]]\nload_ohms = 1", "net 1: `terminals`"),
        ('[[net]]\nterminals = ["A/0"]\n[[net]]\nterminals = ["a / 0"]', "net 2: 'a/0'"),
        ("[[net]", "TOML"),
        ('[[net]]\nterminals = ["A/0-3"]', "net 1: 'a/0-3' is no terminal"),
        ('[[net]]\nterminals = ["A", "A/0"]', "'a/0' .* it cannot be both"),
    ],
)
def test_mistakes_are_told(text, told):
    """A circuit that is wrong is refused, and the text says where."""
    with pytest.raises(InvalidRequestError, match=told):
        parse_circuit(text)


@pytest.mark.parametrize(
    ("terminal", "told"),
    [
        ("Meter1/0", "Meter1 is a multimeter: write 'Meter1'"),
        ("SMU1", "SMU1 is a supply: name a channel, such as 'SMU1/0'"),
        ("Metr2", "no pin map that was given has .* Do you mean 'Meter2'"),
        ("Scope", r"There are 'Meter1', 'Meter2' and 1 more"),
    ],
)
def test_terminals_are_those_of_the_pin_maps(tmp_path, terminal, told):
    """A name that is mistyped would be a circuit of its own, and read nothing but noise."""
    pin_map, circuit = tmp_path / "map.pinmap", tmp_path / "circuit.toml"
    pin_map.write_text(PIN_MAP, "utf-8")
    circuit.write_text(f'[[net]]\nterminals = ["{terminal}"]\n', "utf-8")
    with pytest.raises(InvalidRequestError, match=rf"circuit\.toml: .*{told}"):
        wired(circuit, [pin_map])
    assert wired(circuit, [])


def test_file_that_cannot_be_read(tmp_path):
    """A missing file is named."""
    with pytest.raises(InvalidRequestError, match=r"nothing\.toml"):
        wired(tmp_path / "nothing.toml", [])
    with pytest.raises(InvalidRequestError, match=r"nothing\.pinmap"):
        wired(None, [tmp_path / "nothing.pinmap"])


def test_noise_is_the_same_for_a_seed():
    """Two runs with one seed read the same, with noise as told; another seed reads otherwise."""

    def readings(seed):
        bench = Bench(Circuit(noise_volts=1e-3), seed)
        bench.drive("a/0", VoltageSource(1.0, -1.0, 1.0))
        return [bench.volts(*bench.settled(["a/0"])) for _ in range(500)]

    first = readings(7)
    assert readings(7) == first
    assert readings(8) != first
    mean = sum(first) / len(first)
    assert mean == pytest.approx(1.0, abs=2e-4)
    deviation = (sum((each - mean) ** 2 for each in first) / len(first)) ** 0.5
    assert deviation == pytest.approx(1e-3, rel=0.2)
