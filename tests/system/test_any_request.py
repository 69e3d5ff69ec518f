"""Every RPC of every server that the project has, and whatever can be sent to it.

Each round begins as a good client does, and goes on as a bad one: requests drawn from the
descriptors that the server itself tells by reflection, paths out of its folders, bytes that are
no requests. After each the server has to be well, its surroundings untouched, all secrets kept.

That these tests find what they are for was tried by planting defects, which the tests without
`reliability` found each time: a path out of the data folder, a session's name in the log and in an
error, an address with its password in an error, an exception in a servicer of each server, three
seconds of work on the event loop, a request that is kept in memory, a text of a client as it is in
the log.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from session_sharing.testing.any_calls import Round, rounds_of
from session_sharing.testing.fuzzed_server import FuzzedServer
from session_sharing.testing.hostile_client import HostileClient
from tests.system.fuzz_targets import found_targets, promised

GARBAGE = (b"", b"\xff" * 20, b"\x0a\x02\xff\xfe")
"""No fields; no message; text that is none."""

FORGED = "x\n2026-01-01T00:00:00.000Z forged\x1b[2J"
"""What would stand in a log as if the server had said it, and clear a terminal."""

TARGETS = found_targets()

often = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
    # The server goes on from example to example, so none is made smaller by trying it again.
    phases=[Phase.generate],
)


@pytest.fixture(scope="module", params=TARGETS, ids=lambda target: target.module)
def fuzzed(request, tmp_path_factory):
    """Start a server among traps; its end has to be in order too."""
    with FuzzedServer(request.param, tmp_path_factory.mktemp("fuzzed")) as server:
        yield server


@pytest.fixture(scope="module")
def rounds(fuzzed):
    """Make a good client's calls, and draw rounds of calls to what is not refused altogether."""
    fuzzed.run(Round(len(fuzzed.opening), []))
    fuzzed.vital_signs.measure_memory()
    return rounds_of(fuzzed.implemented, fuzzed.target.all_hints(), len(fuzzed.opening))


def test_every_contract_is_found(fuzzed):
    """What the package's protos promise is served and told by reflection: so it is fuzzed."""
    found = {service.full_name for service in fuzzed.services}
    assert promised(fuzzed.target) <= found
    assert {"grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"} <= found


def test_every_rpc_is_reached(fuzzed):
    """Each RPC that the server has answers what is no request at all, and goes on."""
    with HostileClient(fuzzed.address) as client:
        for method in fuzzed.methods.values():
            for data in GARBAGE:
                fuzzed.send(client, method, [data])
    fuzzed.check("garbage")


def test_every_rpc_is_reached_behind_its_checks(fuzzed):
    """Each RPC does what a request asks for that has something in every field; then a bad one."""
    replies = {
        path: fuzzed.load(method, "a", FORGED)[0] for path, method in fuzzed.implemented.items()
    }
    refused = {path: reply.told for path, reply in replies.items() if not reply.is_taken}
    assert not fuzzed.target.opens_names or not refused


def test_no_trap_is_fallen_into(fuzzed):
    """No name leads out of the folders, to what is no file, or makes a password be repeated."""
    if not fuzzed.target.opens_names:
        pytest.skip("it opens nothing by names")
    for trap in fuzzed.target.traps():
        fuzzed.try_trap(trap)


@settings(often, max_examples=12)
@given(st.data())
def test_any_calls(fuzzed, rounds, data):
    """Whatever is sent: a status of the contract, a healthy server, nothing written outside."""
    fuzzed.run(data.draw(rounds))


@pytest.mark.reliability
@pytest.mark.timeout(3600)
@settings(often, max_examples=3000)
@given(st.data())
def test_tens_of_thousands_of_calls(fuzzed, rounds, data):
    """The same for what chance brings seldom, and the memory stays bounded."""
    fuzzed.run(data.draw(rounds))
