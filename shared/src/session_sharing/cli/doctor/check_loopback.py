"""Whether programs on this machine reach each other: loopback families and proxies."""

from __future__ import annotations

from collections.abc import Iterator

from session_sharing.cli.doctor.facts import Facts, Listener
from session_sharing.cli.doctor.findings import Finding, error, warning

_PROXIES = ("grpc_proxy", "https_proxy", "http_proxy")
_EXCEPTIONS = ("no_grpc_proxy", "no_proxy")


def localhost_leads_to_nobody(facts: Facts) -> Iterator[Finding]:
    """Find who listens, but only where the name `localhost` does not lead."""
    for listener in facts.listeners:
        if not _only_unreached(listener, facts.machine.localhost):
            continue
        meaning = ", ".join(sorted(facts.machine.localhost))
        kind, who = error, "who connects by that name does not reach it"
        if listener.reached:
            kind = warning
            who = f"gRPC reaches it, but a program that connects to {meaning} alone does not"
        yield kind(
            "localhost",
            f"{listener.name} at {listener.address} listens on {_on(listener)} alone, but "
            f"`localhost` stands for {meaning} here: {who}.",
            f"Add the line `{_on(listener)} localhost` to the hosts file (/etc/hosts, or "
            r"C:\Windows\System32\drivers\etc\hosts).",
        )


def one_family_answers(facts: Facts) -> Iterator[Finding]:
    """Find who should listen on both loopback families, and is on one only."""
    for listener in facts.listeners:
        missing = ", ".join(address for address, takes in listener.takes.items() if not takes)
        if not listener.on_all or not missing or not any(listener.takes.values()):
            continue
        if _only_unreached(listener, facts.machine.localhost):
            continue  # It is told already, and worse.
        yield warning(
            "one-loopback-family",
            f"{listener.name} at {listener.address} listens on {_on(listener)}, but not on "
            f"{missing}: programs that connect there find nobody, or somebody else.",
            f"Restart {listener.name}: it takes both families at its start. If that does not help, "
            f"another program has port {listener.address.rpartition(':')[2]} on {missing}: end it.",
        )


def proxy_comes_between(facts: Facts) -> Iterator[Finding]:
    """Find proxy variables that send calls of NI's clients on this machine to a proxy.

    The first of gRPC's variables that is set counts, even if it is empty, and only proxies of the
    kind `http` are used. Exceptions are endings of the host's name; `*` means nothing to gRPC.
    """
    environment = facts.machine.environment
    proxy = next((name for name in _PROXIES if name in environment), None)
    if proxy is None or not environment[proxy].lower().startswith("http://"):
        return
    exceptions = next((environment[name] for name in _EXCEPTIONS if name in environment), "")
    endings = [entry.strip().lower() for entry in exceptions.split(",")]
    if any(ending and "localhost".endswith(ending) for ending in endings):
        return
    variable = next((name for name in _EXCEPTIONS if name in environment), "no_proxy")
    yield warning(
        "proxy",
        f"{proxy} is set, and {variable} does not except localhost: programs that use NI's clients "
        "send calls between programs of this machine to the proxy, which does not know them.",
        f"Set {variable}={','.join(filter(None, [exceptions, 'localhost,127.0.0.1,::1']))} (`*` "
        "does not help with gRPC), in the environment of all programs.",
    )


CHECKS = (localhost_leads_to_nobody, one_family_answers, proxy_comes_between)


def _on(listener: Listener) -> str:
    return ", ".join(address for address, takes in listener.takes.items() if takes)


def _only_unreached(listener: Listener, localhost: frozenset[str]) -> bool:
    """Tell whether it listens, but on no address of `localhost`."""
    listening = {address for address, takes in listener.takes.items() if takes}
    return bool(listening) and bool(localhost) and not listening & localhost
