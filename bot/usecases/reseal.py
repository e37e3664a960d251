"""Have what waits sealed again when other people may open it: by a colleague's browser."""

from collections.abc import Callable, Sequence
from typing import Final

from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.roster import Member
from bot.errors import CaseError, RosterError
from bot.ports.cases import RosterHistory
from bot.ports.casework import CaseworkStore, Resealed, Stale
from bot.usecases.check_sealed import NOTE_SIZE, REPORT_SIZE, sealed_for
from bot.usecases.trust_roster import Admins, TrustedRoster, check_roster

AT_ONCE: Final = 10
"""Parts given to one browser at a time."""


class Resealing:
    """Open cases whose parts other keys open than those of the roster in force.

    What was sealed for a roster with the same keys is left alone. Which those are is worked out
    once a version: a signed roster never changes.
    """

    def __init__(
        self, store: CaseworkStore, history: RosterHistory, admins: Callable[[], Admins]
    ) -> None:
        self._store = store
        self._history = history
        self._admins = admins
        self._keys: dict[int, frozenset[str]] = {}

    async def waiting(self, roster: TrustedRoster, skip: int = 0) -> tuple[Stale, ...]:
        """The next parts to seal again, the most urgent case first.

        `skip` passes over the first: those that a browser could not open, and another may.
        """
        return await self._store.stale(await self.stale_versions(roster), AT_ONCE, skip)

    async def count(self, roster: TrustedRoster) -> int:
        """How many parts are still to be sealed again."""
        return await self._store.stale_count(await self.stale_versions(roster))

    async def put(
        self, parts: Sequence[Resealed], member: Member, roster: TrustedRoster, now: int
    ) -> int:
        """Exchange the parts a member's browser sealed again; how many were still wanted.

        CaseError if one is not for exactly the readers of the roster in force. What those may open
        already is nobody's to exchange: whoever could, could destroy any case.
        """
        limits = {"entry": REPORT_SIZE, "note": NOTE_SIZE}
        readers = len(roster.recipients)
        for part in parts:
            fits = part.sealed_for == roster.version
            if not fits or not sealed_for(part.sealed, readers, limits[part.part]):
                raise CaseError(
                    "a part is not sealed to exactly the people of the roster in force; reload",
                    "bad_note",
                )
        note = Note(hour_of(now), member.handle, "reseal", b"")
        return await self._store.reseal(parts, await self.stale_versions(roster), note)

    async def stale_versions(self, roster: TrustedRoster) -> tuple[int, ...]:
        """Versions that seal to other keys than `roster`; 0 stands for parts of unknown age."""
        now = frozenset(roster.roster.recipients())
        older = [
            version for version in range(1, roster.version) if await self._keys_of(version) != now
        ]
        return (0, *older)

    async def _keys_of(self, version: int) -> frozenset[str]:
        if version not in self._keys:
            file = await self._history.roster_file(version)
            try:
                found = check_roster(file, self._admins()).roster.recipients() if file else ()
            except RosterError:
                found = ()
            self._keys[version] = frozenset(found)
        return self._keys[version]
