"""Pin maps that are wrong in every way that we could think of, made from one that is right."""

from __future__ import annotations

import copy
from xml.etree import ElementTree as ET

from hypothesis import strategies as st

from local_station.pin_map.reading import NAMESPACE

EVERYTHING = """<PinMap schemaVersion="1.9">
<Instruments>
<NIDCPowerInstrument name="DCPower1" numberOfChannels="4"><ChannelGroup name="G" channels="0:2"/>
<ChannelGroup name="H" channels="3"/></NIDCPowerInstrument>
<NIDCPowerInstrument name="DCPower2" numberOfChannels="2"><ChannelGroup name="G"/>
</NIDCPowerInstrument>
<NIDigitalPatternInstrument name="Digital1" numberOfChannels="32" group="D"/>
<NIDigitalPatternInstrument name="Digital2" numberOfChannels="32" group="D"/>
<NIScopeInstrument name="Scope1" numberOfChannels="4"/>
<NIFGenInstrument name="FGen1" numberOfChannels="2"/>
<NIDmmInstrument name="DMM1"/>
<NIDAQmxTask name="Dev1" taskType="AnalogInput" channelList="Dev1/ai0"/>
<NIRelayDriverModule name="Relays1" numberOfControlLines="64"/>
<NIHSDIOInstrument name="HSDIO1" numberOfChannels="8" PFILines="2"/>
<NIModelBasedInstrument name="Model1" instrumentModel="m" category="c" subcategory="s">
<Resource owner="o"><UserData propertyName="p" propertyValue="v"/></Resource>
</NIModelBasedInstrument>
<Instrument name="log.ndjson" instrumentTypeId="FileLogger"><ChannelGroup id="CG">
<Channel id="0"/></ChannelGroup><Channel id="1"/></Instrument>
<Multiplexer name="Mux1" multiplexerTypeId="Matrix"/>
</Instruments>
<Pins><DUTPin name="A"/><DUTPin name="B"/><DUTPin name="C"/><SystemPin name="S"/></Pins>
<PinGroups><PinGroup name="AB"><PinReference pin="A"/><PinReference pin="B"/></PinGroup>
<PinGroup name="All"><PinReference pin="AB"/><PinReference pin="S"/></PinGroup></PinGroups>
<Relays><SiteRelay name="R" openStateDisplayLabel="o"/><SystemRelay name="SR"/></Relays>
<RelayGroups><RelayGroup name="RG"><RelayReference relay="R"/></RelayGroup></RelayGroups>
<RelayConfigurations><RelayConfiguration name="RC"><RelayPosition relay="RG" position="Open"/>
</RelayConfiguration></RelayConfigurations>
<Sites><Site siteNumber="0"/><Site siteNumber="1"/></Sites>
<Connections>
<Connection pin="A" siteNumber="0,1" instrument="DCPower1" channel="0"/>
<Connection pin="B" siteNumber="0" instrument="DCPower2" channel="1"/>
<Connection pin="B" siteNumber="1" instrument="DCPower1" channel="3"/>
<Connection pin="A" siteNumber="0" instrument="Digital1" channel="0" deembeddingFilePath="f"/>
<Connection pin="A" siteNumber="1" instrument="Digital2" channel="0"/>
<Connection pin="A" siteNumber="0" instrument="Scope1" channel="0"/>
<Connection pin="A" siteNumber="0" instrument="FGen1" channel="0"/>
<Connection pin="A" siteNumber="0" instrument="Dev1" channel="Dev1/ai0"/>
<Connection pin="C" siteNumber="0" instrument="log.ndjson" channel="1"/>
<SystemConnection pin="S" instrument="DMM1"/>
<SystemConnection pin="S" instrument="Model1"/>
<MultiplexedConnection instrument="DCPower1" channel="1">
<MultiplexedDUTPinRoute pin="C" siteNumber="0" multiplexer="Mux1" routeName="C1-&gt;r0"/>
</MultiplexedConnection>
<RelayConnection relay="R" siteNumber="0" relayDriverModule="Relays1" controlLine="K0"/>
<SystemRelayConnection relay="SR" relayDriverModule="Relays1" controlLine="K1"/>
</Connections>
</PinMap>"""
"""A pin map with each element and attribute that the format has; without its namespace."""

NAMES = ("A", "B", "C", "S", "AB", "All", "R", "SR", "RG", "DMM1", "Mux1", "DCPower1", "Model1")

VALUES = st.sampled_from(
    [
        *("", " ", "0", "1", "3", "-1", "0,1", "0,,1", "0:3", "3-1", "0:999999999", "9" * 9),
        *("9" * 20, "niX", "1e3", "٣", "0x1", "true", "Open", "\u00a0", "\ufeff", "&", '"', "]]>"),
        *("n" * 5000, *NAMES),
    ]
) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5)

SNIPPETS = st.sampled_from(
    [
        "",
        "<",
        "/>",
        '"',
        "&",
        "&lol;",
        "&#0;",
        "&#xD800;",
        "&#x10FFFF;",
        "&lt;",
        "\0",
        "\ufffe",
        "\ud800",
        "\ufeff",
        "]]>",
        "<![CDATA[",
        "<!--",
        "<?pi",
        "<?xml version='1.0'?>",
        'xmlns=""',
        'name="A" name="A"',
        "<x:y/>",
        '<DUTPin xmlns="urn:x"/>',
        "<Pins>",
        "</Pins>",
        "<a>" * 40 + "</a>" * 40,
        "<a>" * 20_000,
        "<a/>" * 5_000,
        "<a " + " ".join(f'b{number}=""' for number in range(2_000)) + "/>",
    ]
)

BEGINNINGS = st.sampled_from(
    [
        "\ufeff",
        "\ufeff\ufeff",
        "\n",
        '<?xml version="1.0" encoding="utf-8"?>',
        '\ufeff<?xml version="1.0" encoding="utf-16"?>',
        '<?xml version="1.0" encoding="klingon"?>',
        '<?xml version="9.9"?>',
        "<!DOCTYPE PinMap>",
        '<!DOCTYPE PinMap SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE PinMap [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE PinMap [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]>',
        '<!DOCTYPE P [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>',
    ]
)

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-7", "cp500", "latin-1")


@st.composite
def pin_map_texts(draw):
    """Draw the text of a pin map to which something has been done, several times over."""
    text = draw(_trees())
    if draw(st.booleans()):
        text = draw(_overwritten(text))
    if draw(st.booleans()):
        text = draw(BEGINNINGS) + text
    return text[: draw(st.integers(0, len(text)))] if draw(st.integers(0, 9)) == 9 else text


@st.composite
def pin_map_bytes(draw):
    """Draw bytes that a client may send as a pin map: in some encoding, and seldom whole."""
    text = draw(pin_map_texts())
    data = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    start = draw(st.integers(0, len(data)))
    return data[:start] + draw(st.binary(max_size=3)) + data[start + draw(st.integers(0, 3)) :]


@st.composite
def _trees(draw):
    """Draw a pin map whose elements and attributes were dropped, doubled, renamed or moved."""
    root = ET.fromstring(EVERYTHING)
    root.set("xmlns", NAMESPACE)
    for _ in range(draw(st.integers(0, 3))):
        parent = draw(st.sampled_from([each for each in root.iter() if len(each)] or [root]))
        if len(parent):
            _change(draw, root, parent, draw(st.integers(0, len(parent) - 1)))
    return ET.tostring(root, encoding="unicode")


def _change(draw, root, parent, place):
    """Do one thing to the child at a place."""
    child = parent[place]
    what = draw(st.sampled_from(["drop", "double", "many", "move", "rename", "attribute"]))
    if what == "drop":
        del parent[place]
    elif what in ("double", "many"):
        for _ in range(1 if what == "double" or len(child) else 100):
            parent.append(copy.deepcopy(child))
    elif what == "move":
        del parent[place]
        draw(st.sampled_from(list(root.iter()))).append(child)
    elif what == "rename":
        child.tag = draw(st.sampled_from([each.tag for each in root.iter()] + ["Unheard", "pins"]))
    else:
        _change_attribute(draw, child)


def _change_attribute(draw, element):
    name = draw(st.sampled_from(sorted(element.keys()) or ["name"]))
    what = draw(st.sampled_from(["drop", "rename", "value"]))
    value = element.attrib.pop(name, "")
    if what == "rename":
        element.set(draw(st.sampled_from([name.upper(), "pin", "channel", "channels"])), value)
    elif what == "value":
        element.set(name, draw(VALUES))


@st.composite
def _overwritten(draw, text):
    start = draw(st.integers(0, len(text)))
    end = start + draw(st.integers(0, 12))
    return text[:start] + draw(SNIPPETS | st.text(max_size=3)) + text[end:]
