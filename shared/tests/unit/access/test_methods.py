"""Which right each method needs."""

from __future__ import annotations

import pytest

from session_sharing.access import Right, is_free, rights_for
from session_sharing.access.methods import COMMON
from session_sharing.wire.generated import administration_pb2, clients_pb2

OWN = {"my.Service"}
COMMON_SERVICES = [
    clients_pb2.DESCRIPTOR.services_by_name["SessionClients"],
    administration_pb2.DESCRIPTOR.services_by_name["SessionAdministration"],
]


def test_table_has_every_method_of_the_common_services_and_no_other():
    """A method that is added to their protos cannot be forgotten, nor one stay that is gone."""
    methods = {
        f"{service.full_name}/{method.name}"
        for service in COMMON_SERVICES
        for method in service.methods
    }
    assert COMMON.keys() == methods
    assert all(COMMON.values()), "each needs a right"


@pytest.mark.parametrize(
    ("method", "rights"),
    [
        ("/my.Service/Anything", {Right.ATTACH}),
        ("my.Service/Anything", {Right.ATTACH}),
        ("/session_sharing.v1.SessionAdministration/ListSessions", {Right.LOOK}),
        ("/grpc.health.v1.Health/Check", set()),
        ("/grpc.channelz.v1.Channelz/GetServers", None),
        ("/session_sharing.v1.SessionAdministration/NewMethod", None),
        ("/my.Service.More/Anything", None),
        ("/other.Service/Anything", None),
        ("/my.Service", None),
        ("", None),
    ],
)
def test_method_needs_what_the_table_says_and_else_nobody_may_call_it(method, rights):
    """What no table names is refused to all: default deny."""
    assert rights_for(method, OWN) == rights
    assert is_free(method) is (rights == set())
