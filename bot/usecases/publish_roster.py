"""Put a roster in force that an administrator signed in the browser."""

from collections.abc import Callable

from bot.errors import OldRosterError
from bot.ports.cases import RosterHistory
from bot.usecases.trust_roster import Admins, TrustedRoster, check_roster


async def publish_roster(
    file: bytes, admins: Admins, history: RosterHistory, write: Callable[[bytes], None]
) -> TrustedRoster:
    """Check, write down and remember a roster newer than all; RosterError changes nothing.

    Of two administrators who sign the same version, the second is told and signs again. What is
    remembered is on the disk already: after a crash between the two the file is taken as new. Only
    one call at a time may run.
    """
    trusted = check_roster(file, admins)
    newest = await history.newest_roster()
    if newest is not None and trusted.version <= newest[0]:
        raise OldRosterError(
            f"version {newest[0]} is in force already; look at it, then sign the next version"
        )
    write(file)
    if not await history.keep_roster(trusted.version, file):
        raise OldRosterError("another roster was signed at the same moment; look at it, sign anew")
    return trusted
