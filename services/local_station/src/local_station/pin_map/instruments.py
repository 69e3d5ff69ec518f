"""The instruments of a pin map, by a table of their kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from local_station.pin_map.channels import (
    AnyChannel,
    ChannelGroups,
    Channels,
    ListedChannels,
    NumberedChannels,
    UntoldChannels,
    read_channel_groups,
)
from local_station.pin_map.reading import Element, cut, quoted
from local_station.pin_map.values import whole_number

MULTIPLEXER = "Multiplexer"
_RESERVED = "ni"


@dataclass(frozen=True)
class Kind:
    """What an element says of an instrument.

    Attributes:
        type_id: The instrument type; empty for a kind that has no sessions here.
        channels: Its channels.
        groups: Its channel groups: which of its channels share a session.
    """

    type_id: str
    channels: Channels
    groups: ChannelGroups = ChannelGroups()  # noqa: RUF009 - immutable


@dataclass(frozen=True)
class Instrument:
    """An instrument.

    Attributes:
        name: Its name, which a driver opens.
        position: Its place among the instruments of the file.
        element: Where it is declared.
        kind: What is known of it.
    """

    name: str
    position: int
    element: Element
    kind: Kind

    @property
    def type_id(self) -> str:
        """The instrument type; empty if it has no sessions here."""
        return self.kind.type_id


@dataclass(frozen=True)
class Instruments:
    """All instruments, by their names in lower case: to NI's tools, case makes no difference.

    Attributes:
        by_name: The instruments.
        multiplexers: The elements of the multiplexers.
    """

    by_name: Mapping[str, Instrument]
    multiplexers: Mapping[str, Element]

    def find(self, name: str) -> Instrument | None:
        """Return the instrument of a name; None if there is none."""
        return self.by_name.get(name.casefold())

    def find_multiplexer(self, name: str) -> tuple[str, str] | None:
        """Return the name and the type of a multiplexer; None if there is none of that name."""
        element = self.multiplexers.get(name.casefold())
        return None if element is None else _multiplexer(element)

    def multiplexer_types(self) -> dict[str, str]:
        """Return the type of each multiplexer, by its name."""
        return dict(_multiplexer(element) for element in self.multiplexers.values())


def read_instruments(elements: Iterable[Element]) -> Instruments:
    """Return the instruments and multiplexers of a pin map.

    An element of a kind that is not in the table counts as an instrument without sessions, so
    that connections to it are understood; without a name it is passed over.

    Raises:
        InvalidRequestError: Something is missing, wrong, or given twice.
    """
    named = _by_name(element for element in elements if _is_named(element))
    instruments = {
        key: Instrument(element.required("name"), position, element, _kind(element))
        for position, (key, element) in enumerate(named.items())
        if element.tag != MULTIPLEXER
    }
    multiplexers = {key: element for key, element in named.items() if element.tag == MULTIPLEXER}
    return Instruments(instruments, multiplexers)


def _is_named(element: Element) -> bool:
    return element.tag in _KINDS or element.tag == MULTIPLEXER or "name" in element.attributes


def _by_name(elements: Iterable[Element]) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for element in elements:
        name = element.required("name")
        other = found.setdefault(name.casefold(), element)
        if other is not element:
            raise element.wrong(
                f"the name {quoted(name)} is taken by the <{cut(other.tag)}> on line {other.line}. "
                "Names of instruments that differ in upper and lower case only are the same."
            )
    return found


def _multiplexer(element: Element) -> tuple[str, str]:
    return element.required("name"), element.attributes.get("multiplexerTypeId", "")


def _kind(element: Element) -> Kind:
    return _KINDS.get(element.tag, _without_sessions)(element)


def _without_sessions(_element: Element) -> Kind:
    return Kind("", UntoldChannels())


def _custom(element: Element) -> Kind:
    type_id = element.required("instrumentTypeId")
    if type_id.startswith(_RESERVED):
        raise element.wrong(
            f"the instrumentTypeId {quoted(type_id)} begins with {quoted(_RESERVED)}, as NI's own "
            "types do. Choose another one."
        )
    channel_groups = element.all("ChannelGroup")
    _check_ids(channel_groups)
    channels = element.all("Channel")
    channels += [channel for group in channel_groups for channel in group.all("Channel")]
    return Kind(type_id, ListedChannels(_check_ids(channels)))


def _check_ids(elements: Iterable[Element]) -> frozenset[str]:
    found: set[str] = set()
    for element in elements:
        name = element.required("id")
        if name in found:
            raise element.wrong(f"the id {quoted(name)} is there already on this instrument.")
        found.add(name)
    return frozenset(found)


def _channel_groups(element: Element) -> Kind:
    count = whole_number(element, "numberOfChannels")
    groups = read_channel_groups(element, count)
    return Kind("niDCPower", NumberedChannels(count), groups)


def _one_group(type_id: str) -> Callable[[Element], Kind]:
    """Return how instruments are read that may be put together into a group, as a whole."""

    def read(element: Element) -> Kind:
        count = whole_number(element, "numberOfChannels")
        group = element.attributes.get("group", "").strip()
        groups = ChannelGroups([(range(count), group)] if group else [])
        return Kind(type_id, NumberedChannels(count), groups)

    return read


def _numbered(type_id: str) -> Callable[[Element], Kind]:
    return lambda element: Kind(
        type_id, NumberedChannels(whole_number(element, "numberOfChannels"))
    )


def _task(element: Element) -> Kind:
    for attribute in ("taskType", "channelList"):
        element.required(attribute)
    return Kind("niDAQmx", AnyChannel())


def _relay_driver(element: Element) -> Kind:
    whole_number(element, "numberOfControlLines")
    return Kind("niRelayDriver", AnyChannel())


def _fixed(type_id: str, channels: Channels) -> Callable[[Element], Kind]:
    return lambda _element: Kind(type_id, channels)


_KINDS: Mapping[str, Callable[[Element], Kind]] = {
    "Instrument": _custom,
    "NIDCPowerInstrument": _channel_groups,
    "NIDmmInstrument": _fixed("niDMM", NumberedChannels(1)),
    "NIFGenInstrument": _numbered("niFGen"),
    "NIScopeInstrument": _one_group("niScope"),
    "NIDigitalPatternInstrument": _one_group("niDigitalPattern"),
    # What channels these have, only their drivers know.
    "NIDAQmxTask": _task,
    "NIRelayDriverModule": _relay_driver,
    # These have no sessions here, but names, to which pins are connected.
    "NIHSDIOInstrument": _without_sessions,
    "NIRFSAInstrument": _without_sessions,
    "NIRFSGInstrument": _without_sessions,
    "NIVSTInstrument": _without_sessions,
    "NIRFPMInstrument": _without_sessions,
    "NI5530RFPortModule": _without_sessions,
    "NIModelBasedInstrument": _without_sessions,
}
