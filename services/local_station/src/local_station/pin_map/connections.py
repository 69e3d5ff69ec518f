"""The connections of a pin map: from pins and relays to channels of instruments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from local_station.pin_map.instruments import Instrument, Instruments
from local_station.pin_map.model import SYSTEM_SITE, PinMap
from local_station.pin_map.reading import Element, quoted
from local_station.pin_map.values import whole_numbers

MAX_CONNECTIONS = 200_000
MAX_TEXT = 32 * 1024 * 1024
"""How many letters the names of all connections may have, each counted as often as it is told: a
name of a million letters may be connected on thousands of sites."""


@dataclass(frozen=True, slots=True)
class Link:
    """A pin or relay on one site, and where it leads.

    Attributes:
        element: Where this is said.
        instrument: The instrument.
        channel: Its channel, as the pin map names it.
        name: The pin or relay.
        site: The site.
        multiplexer: The multiplexer on the way; empty for a direct connection.
        route: Its route.
        multiplexer_type_id: Its type.
    """

    element: Element
    instrument: Instrument
    channel: str
    name: str = ""
    site: int = SYSTEM_SITE
    multiplexer: str = ""
    route: str = ""
    multiplexer_type_id: str = ""

    @property
    def letters(self) -> int:
        """How long all names are together."""
        through = self.multiplexer, self.route, self.multiplexer_type_id
        return sum(map(len, (self.name, self.channel, self.instrument.name, *through)))


@dataclass(frozen=True)
class _Form:
    """How an element says what it connects.

    Attributes:
        what: What is connected: the attribute that names it.
        kind: The elements that declare it.
        known: Their names.
        instrument: The attribute that names the instrument.
        channel: The attribute that names the channel.
        has_sites: Whether it names sites.
        needs_channel: Whether it names the channel also where there is one alone.
    """

    what: str
    kind: str
    known: frozenset[str]
    instrument: str = "instrument"
    channel: str = "channel"
    has_sites: bool = True
    needs_channel: bool = True


def read_connections(
    elements: Iterable[Element], declared: PinMap, instruments: Instruments
) -> list[Link]:
    """Return what is connected, in the order of the file.

    Args:
        elements: What stands in the section of connections; unknown elements are passed over.
        declared: Pins, relays and sites.
        instruments: The instruments.

    Raises:
        InvalidRequestError: A connection lacks something, leads from or to something unknown, or
            is the second one of its pin to one instrument type on one site.
    """
    reader = _Reader(declared, instruments)
    links: list[Link] = []
    taken: dict[tuple[str, int, str], Element] = {}
    letters = 0
    for element in elements:
        for link in reader.read(element):
            _check_single(link, taken)
            links.append(link)
            if len(links) > MAX_CONNECTIONS:
                raise element.wrong(f"there are more than {MAX_CONNECTIONS} connections.")
            letters += link.letters
            if letters > MAX_TEXT:
                raise element.wrong(f"the names of all connections have over {MAX_TEXT} letters.")
    return links


def _check_single(link: Link, taken: dict[tuple[str, int, str], Element]) -> None:
    """Refuse a second connection: NI's clients could not tell it from the first."""
    if not link.instrument.type_id:
        return
    key = (link.name, link.site, link.instrument.type_id)
    other = taken.setdefault(key, link.element)
    if other is not link.element:
        where = "" if link.site == SYSTEM_SITE else f" on site {link.site}"
        raise link.element.wrong(
            f"{quoted(link.name)} is connected to {quoted(link.instrument.type_id)}{where} on line "
            f"{other.line} already. NI's clients take one connection for each instrument type."
        )


class _Reader:
    """Reads one element after the other. Immutable."""

    def __init__(self, declared: PinMap, instruments: Instruments) -> None:
        self._instruments = instruments
        self._sites = frozenset(declared.sites)
        pin = _Form("pin", "DUTPin", frozenset(declared.pins))
        system_pin = _Form(
            "pin",
            "SystemPin",
            frozenset(declared.system_pins),
            has_sites=False,
            needs_channel=False,
        )
        relay = _Form(
            "relay", "SiteRelay", frozenset(declared.relays), "relayDriverModule", "controlLine"
        )
        system_relay = replace(
            relay, kind="SystemRelay", known=frozenset(declared.system_relays), has_sites=False
        )
        self._route = pin
        self._forms = {
            "Connection": pin,
            "SystemConnection": system_pin,
            "RelayConnection": relay,
            "SystemRelayConnection": system_relay,
        }

    def read(self, element: Element) -> Iterator[Link]:
        """Yield what an element connects."""
        if element.tag == "MultiplexedConnection":
            yield from self._multiplexed(element)
        elif element.tag in self._forms:
            form = self._forms[element.tag]
            yield from self._starts(self._end(element, form), element, form)

    def _multiplexed(self, element: Element) -> Iterator[Link]:
        end = self._end(element, self._route)
        for route in element.all("MultiplexedDUTPinRoute"):
            name = route.required("multiplexer")
            found = self._instruments.find_multiplexer(name)
            if found is None:
                raise route.wrong(f"there is no multiplexer {quoted(name)}.")
            through = replace(
                end,
                multiplexer=found[0],
                route=route.required("routeName"),
                multiplexer_type_id=found[1],
            )
            yield from self._starts(through, route, self._route)

    def _starts(self, end: Link, element: Element, form: _Form) -> Iterator[Link]:
        """Yield a link for each site on which an element connects a pin or relay to an end."""
        name = element.required(form.what)
        if name not in form.known:
            raise element.wrong(f"there is no <{form.kind}> {quoted(name)}.")
        for site in self._sites_of(element, form):
            yield replace(end, element=element, name=name, site=site)

    def _sites_of(self, element: Element, form: _Form) -> tuple[int, ...]:
        if not form.has_sites:
            return (SYSTEM_SITE,)
        sites = whole_numbers(element, "siteNumber")
        for site in sites:
            if site not in self._sites:
                raise element.wrong(f"there is no site {site}.")
        return sites

    def _end(self, element: Element, form: _Form) -> Link:
        """Return the instrument and the channel that an element connects something to."""
        name = element.required(form.instrument)
        instrument = self._instruments.find(name)
        if instrument is None:
            raise element.wrong(f"there is no instrument {quoted(name)}.")
        return Link(element, instrument, _channel(element, form, instrument))


def _channel(element: Element, form: _Form, instrument: Instrument) -> str:
    channels = instrument.kind.channels
    only = channels.only()
    if not form.needs_channel and form.channel not in element.attributes and only is not None:
        return only
    text = element.required(form.channel)
    channel = channels.find(text)
    if channel is None:
        raise element.wrong(f"{quoted(instrument.name)} has no channel {quoted(text)}.")
    if instrument.kind.groups.of(channel) is None:
        raise element.wrong(
            f"channel {channel} of {quoted(instrument.name)} is in none of its channel groups. Add "
            f"it to one; line {instrument.element.line} declares the instrument."
        )
    return channel
