"""NI's messages, and what they say in this package's terms. Nothing else imports NI's stubs.

Long lists go into messages one by one: taking in a whole list, protobuf would stop the event loop.
"""

from __future__ import annotations

from ni.measurementlink.pinmap.v1 import pin_map_service_pb2 as messages
from ni.measurementlink.pinmap.v1 import pin_map_service_pb2_grpc as stubs

from local_station.pin_map.listing import Listing
from local_station.pin_map.model import Connection, SelectedSession, Selection
from local_station.sizes import counted

__all__ = [
    "SERVICE_NAME",
    "messages",
    "pins_to_wire",
    "relays_to_wire",
    "selection_to_wire",
    "stubs",
]

SERVICE_NAME = messages.DESCRIPTOR.services_by_name["PinMapService"].full_name


def pins_to_wire(pins: Listing) -> messages.QueryPinsResponse:
    """Return the message that lists pins."""
    return messages.QueryPinsResponse(
        pins=(
            messages.PinDefinition(display_name=pin.name, is_system_pin=pin.is_system)
            for pin in pins.names
        ),
        pin_groups=counted(
            messages.PinGroupDefinition(
                display_name=group.name,
                pin_or_group_references=group.references,
                resolved_pins=group.members,
            )
            for group in pins.groups
        ),
    )


def relays_to_wire(relays: Listing) -> messages.QueryRelaysResponse:
    """Return the message that lists relays."""
    return messages.QueryRelaysResponse(
        relays=(
            messages.RelayDefinition(display_name=relay.name, is_system_relay=relay.is_system)
            for relay in relays.names
        ),
        relay_groups=counted(
            messages.RelayGroupDefinition(
                display_name=group.name,
                relay_or_group_references=group.references,
                resolved_relays=group.members,
            )
            for group in relays.groups
        ),
    )


def selection_to_wire(selection: Selection) -> messages.QueryResourceAccessInformationResponse:
    """Return the message that tells which resources a selection of pins needs."""
    members = (
        messages.ResolvedPinsOrRelays(pin_or_relay_names=members)
        for members in selection.groups.values()
    )
    return messages.QueryResourceAccessInformationResponse(
        resource_access_information=counted(map(_resource_to_wire, selection.sessions)),
        group_mappings=dict(zip(selection.groups, counted(members), strict=True)),
    )


def _resource_to_wire(selected: SelectedSession) -> messages.ResourceAccessInformation:
    return messages.ResourceAccessInformation(
        resource_name=selected.session.resource_name,
        channel_list=selected.channel_list,
        instrument_type_id=selected.session.instrument_type_id,
        channel_mappings=map(_connection_to_wire, selected.connections),
    )


def _connection_to_wire(connection: Connection) -> messages.ChannelMapping:
    return messages.ChannelMapping(
        pin_or_relay_name=connection.name,
        site=connection.site,
        channel=connection.channel,
        multiplexer_resource_name=connection.multiplexer,
        multiplexer_route=connection.route,
        multiplexer_type_id=connection.multiplexer_type_id,
    )
