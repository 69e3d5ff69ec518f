"""The story of services that fall under load and come back, told with all that came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import TypeVar

from session_sharing.discovery import DiscoveryConnection
from session_sharing.testing.processes import ServerProcess, running_station
from tests.system.leftovers import until
from tests.system.restart_aftermath import Aftermath, Sessions, by_resource, let_reboot, stored
from tests.system.restart_cast import HOWS, Program, Service
from tests.system.restart_program import CLIENTS

PROGRAMS = 4
RECOVERY_GRACE = 3.0
MODULES = tuple(CLIENTS)

R = TypeVar("R")


class Story:
    """Plays it, in the caller's thread; services do in threads of their own what they do at once.

    Args:
        folder: For all data.
        seed: Of all choices.
        stack: Ends everything, should it go wrong.
    """

    def __init__(self, folder: Path, seed: str, stack: ExitStack) -> None:
        self._random = Random(seed)
        self._home = folder / "station"
        self._environment = {"LOCAL_STATION_HOME": str(self._home)}
        self._stack = stack
        self._pool = stack.enter_context(ThreadPoolExecutor(len(MODULES) + 1, "service"))
        self._station = self._start_station()
        moving = self._random.choice(MODULES)
        services = self._pool.map(lambda each: self._service(folder, each, moving), MODULES)
        self.end = Aftermath({service.module: service for service in services})

    def play(self, rounds: int) -> Aftermath:
        """Play it.

        Args:
            rounds: How often each service falls; many bring every way to fall.
        """
        hows = HOWS if rounds > len(HOWS) else HOWS[:2]
        firsts = {module: self._random.randrange(len(hows)) for module in MODULES}
        self.end.shared = self._all(self._share)
        self._lose_station()  # The next one knows of no service, unless they tell it.
        self._station = self._start_station()
        self.end.programs = [self._program(number) for number in range(PROGRAMS)]
        for number in range(rounds):
            self._go_on()
            ways = {module: hows[(firsts[module] + number) % len(hows)] for module in MODULES}
            self._fall(ways, loses_station=number % 5 == 1, is_last=number == rounds - 1)
        self._lose_the_victim()
        self._go_on()
        self.end.exit_codes = list(self._pool.map(Program.end, self.end.programs[:-1]))
        self._look_back()
        self._reboot()
        return self.end

    # Who takes part

    def _lose_station(self) -> None:
        """Kill discovery, with all that it would know again."""
        self._station.kill()
        for kept in self._home.glob("DiscoveryService.*"):
            kept.unlink()

    def _start_station(self) -> ServerProcess:
        return self._stack.enter_context(running_station(self._home, "--port", "0"))

    def _service(self, folder: Path, module: str, moving: str) -> Service:
        grace = ["--recovery-grace", str(RECOVERY_GRACE)]
        service = Service(
            module, folder / module, self._environment, *grace, moves=module == moving
        )
        self._stack.callback(service.process_ends)
        return service

    def _program(self, number: int) -> Program:
        """Start a program; those of even number know the address of a service that stays."""
        places = {
            module: "" if service.moves or number % 2 else service.address
            for module, service in self.end.services.items()
        }
        program = Program(f"program{number}", places, self._environment)
        self._stack.callback(program.kill)
        return program

    def _share(self, service: Service) -> str:
        """Open what all share, and leave it open; return the session's name."""
        resource = f"shared.{service.ending}"
        with CLIENTS[service.module](resource, 3, address=service.address) as client:
            return client.session_name

    def _all(self, do: Callable[[Service], R]) -> dict[str, R]:
        """Do something with all services at once."""
        services = self.end.services
        return dict(zip(services, self._pool.map(do, services.values()), strict=True))

    # What happens

    def _go_on(self) -> None:
        """Wait until each program that is there has used each service anew."""
        began = time.monotonic()
        alive = [program for program in self.end.programs if program.process.poll() is None]
        before = [program.steps for program in alive]

        def gone_on() -> bool:
            return all(
                program.steps[module] >= steps[module] + 2
                for program, steps in zip(alive, before, strict=True)
                for module in MODULES
            )

        until(gone_on, f"each program goes on with each service, from {before}")
        self.end.pauses.append(time.monotonic() - began)
        self._note_public_ids()

    def _note_public_ids(self) -> None:
        for module, sessions in self._all(by_resource).items():
            shared = sessions[f"shared.{self.end.services[module].ending}"]
            self.end.public_ids.setdefault(module, set()).add(shared.public_id)

    def _fall(self, ways: dict[str, str], *, loses_station: bool, is_last: bool) -> None:
        """Let all services fall, and start them again."""
        if loses_station:
            self._lose_station()
            self._go_on()
        self.end.ways.append(ways)
        seeds = {module: str(self._random.random()) for module in MODULES}

        def fall(service: Service) -> None:
            service.fall(ways[service.module], Random(seeds[service.module]))

        self._all(fall)
        if is_last:
            self.end.victim.kill()
        began = time.monotonic()
        station = self._pool.submit(self._start_station) if loses_station else None
        self._all(Service.start)
        if station:
            self._station = station.result()
        if is_last:
            self.end.held = self._all(self._held_by_victim)
            self._began = began

    def _held_by_victim(self, service: Service) -> Sessions:
        process_id = self.end.victim.process.pid
        return {
            resource: session
            for resource, session in by_resource(service).items()
            if any(held.holder.process_id == process_id for held in session.attachments)
        }

    def _lose_the_victim(self) -> None:
        """Wait until nothing is held by the program that does not come back."""

        def lose(service: Service) -> float:
            until(lambda: not self._held_by_victim(service), "it is released")
            return time.monotonic() - self._began

        self.end.released_after = self._all(lose)

    def _look_back(self) -> None:
        """See what is left, and where discovery finds it; then read all that is stored."""
        self.end.left = self._all(by_resource)
        self.end.registered = self._all(self._found)
        self._all(lambda service: service.process.kill())
        self.end.stored = self._all(stored)

    def _found(self, service: Service) -> bool:
        client = CLIENTS[service.module]
        with DiscoveryConnection(self._station.address) as discovery:
            place = discovery.resolve(client.PROVIDED_INTERFACE, client.SERVICE_CLASS)
        return place.insecure_address == service.address

    def _reboot(self) -> None:
        """Start the logger again, as after a reboot."""
        service = self.end.services["json_logger"]
        (journal,) = service.folder.glob("*.journal")
        let_reboot(journal)
        service.start()
        self.end.after_reboot = by_resource(service)
        service.process.kill()
