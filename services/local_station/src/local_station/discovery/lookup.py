"""Looking up services so that no dead one is handed out."""

from __future__ import annotations

import logging

from local_station.discovery.directory import Directory, Registration, Wanted
from local_station.discovery.probing import Health, probe_all
from session_sharing.discovery import ServiceDescriptor

logger = logging.getLogger(__name__)


class Lookup:
    """The directory as those see it who look for services.

    Before an answer, every service that it could name is asked whether it listens, all at once. The
    dead are forgotten: a killed service cannot unregister. The silent are passed over this time,
    but kept. The directory changes between awaits only, so the one event loop guards it.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def resolve(self, wanted: Wanted) -> Registration:
        """Return the one service that is meant, and listens.

        Raises:
            InvalidRequestError: No interface is named.
            NotFoundError: No such service is registered, or none of them answers.
            PreconditionError: Services of several classes match.
        """
        silent = await self._forget_dead(wanted)
        return self._directory.resolve(wanted, avoiding=silent)

    async def enumerate(self, wanted: Wanted) -> tuple[list[ServiceDescriptor], list[str]]:
        """Return a descriptor for each class that is meant, and the classes that are silent."""
        silent = await self._forget_dead(wanted)
        found = self._directory.matching(wanted)
        classes = {instance.descriptor.service_class for instance in found}
        answering = {
            instance.descriptor.service_class
            for instance in found
            if instance.registration_id not in silent
        }
        return self._directory.enumerate(wanted), sorted(classes - answering)

    async def active(self, wanted: Wanted) -> list[Registration]:
        """Return every instance that is meant and listens."""
        silent = await self._forget_dead(wanted)
        return [
            instance
            for instance in self._directory.matching(wanted)
            if instance.registration_id not in silent
        ]

    async def _forget_dead(self, wanted: Wanted) -> set[str]:
        """Forget the dead among those that are meant, and return the ids of the silent."""
        candidates = self._directory.matching(wanted)
        healths = await probe_all(candidates)
        for candidate in candidates:
            if healths[candidate.registration_id] is Health.DEAD:
                self._directory.unregister(candidate.registration_id)
                logger.warning("%s is gone without unregistering; forgotten", candidate)
        return {found for found, health in healths.items() if health is Health.SILENT}
