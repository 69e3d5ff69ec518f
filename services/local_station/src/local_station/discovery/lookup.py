"""Looking up services so that no dead one is handed out, and starting those that do not run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence

from local_station.discovery.activation import Activation
from local_station.discovery.catalogue import Catalogue
from local_station.discovery.directory import (
    Directory,
    check_one_class,
    check_resolvable,
    collapsed,
)
from local_station.discovery.model import Registration, Wanted
from local_station.discovery.probing import Health, probe_all
from local_station.discovery.service_files import StaticService
from local_station.discovery.versions import version_key
from session_sharing.discovery import ServiceDescriptor

logger = logging.getLogger(__name__)


class Lookup:
    """The directory as those see it who look for services.

    Before an answer, every service that it could name is asked whether it listens, all at once. The
    dead are forgotten: a killed service cannot unregister. The silent are passed over this time,
    but kept. The directory changes between awaits only, so the one event loop guards it.

    Args:
        directory: What is registered.
        catalogue: What could be started.
        activation: Starts it.
        forgotten: Called with dead services that were forgotten.
    """

    def __init__(
        self,
        directory: Directory,
        catalogue: Catalogue,
        activation: Activation,
        forgotten: Callable[[Sequence[Registration]], None] = lambda dead: None,
    ) -> None:
        self._directory = directory
        self._catalogue = catalogue
        self._activation = activation
        self._forgotten = forgotten

    async def resolve(self, wanted: Wanted) -> Registration:
        """Return the one service that is meant, and listens; start it if it does not run.

        What runs goes before what could be started, also where that has a later version.

        Raises:
            InvalidRequestError: No interface is named.
            NotFoundError: No such service is known, or none that runs answers.
            PreconditionError: Services of several classes match, or it was not to be started, or
                did not register.
        """
        check_resolvable(wanted)
        silent = await self.forget_dead(wanted)
        startable = await self._not_running(wanted, silent)
        if startable is None:
            return self._directory.resolve(wanted, avoiding=silent)
        await self._activation.start(startable, wanted)
        silent = await self.forget_dead(wanted)
        return self._directory.resolve(wanted, avoiding=silent)

    async def enumerate(self, wanted: Wanted) -> tuple[list[ServiceDescriptor], list[str]]:
        """Return a descriptor for each class that is meant, and the classes that are silent.

        What could be started is among the former.
        """
        silent = await self.forget_dead(wanted)
        static = await self._catalogue.matching(wanted)
        found = self._directory.matching(wanted)
        classes = {instance.descriptor.service_class for instance in found}
        answering = {
            instance.descriptor.service_class
            for instance in found
            if instance.registration_id not in silent
        }
        known = [*(one.descriptor for one in static), *(one.descriptor for one in found)]
        return collapsed(known), sorted(classes - answering)

    async def active(self, wanted: Wanted) -> list[Registration]:
        """Return every instance that is meant and listens."""
        silent = await self.forget_dead(wanted)
        return [
            instance
            for instance in self._directory.matching(wanted)
            if instance.registration_id not in silent
        ]

    async def forget_dead(self, wanted: Wanted) -> set[str]:
        """Forget the dead among those that are meant, and return the ids of the silent."""
        candidates = self._directory.matching(wanted)
        healths = await probe_all(candidates)
        dead = [one for one in candidates if healths[one.registration_id] is Health.DEAD]
        for one in dead:
            if self._directory.unregister(one.registration_id):
                logger.warning("%s is gone without unregistering; forgotten", one)
        if dead:
            self._forgotten(dead)
        return {found for found, health in healths.items() if health is Health.SILENT}

    async def _not_running(self, wanted: Wanted, silent: Collection[str]) -> StaticService | None:
        """Return what has to be started; None if something that runs, or nothing, is meant.

        Raises:
            PreconditionError: Services of several classes match, running or not.
        """
        found = self._directory.matching(wanted)
        if found and wanted.service_class:
            return None
        static = await self._catalogue.matching(wanted)
        running = [one.descriptor for one in found if one.registration_id not in silent]
        known = [*running, *(one.descriptor for one in static)]
        check_one_class(wanted, {descriptor.service_class for descriptor in known})
        if self._directory.matching(wanted) or not static:
            return None
        return max(static, key=lambda one: version_key(one.descriptor.versions[0]) or ())
