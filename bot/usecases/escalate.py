"""Ring for cases nobody has taken, rung by rung, and take back those whose owner fell silent."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import structlog

from bot.domain.ladder import LADDERS, Watch, first_due, next_due, watch_at
from bot.domain.roster import Handle, Roster
from bot.domain.rota import watchers
from bot.ports.cases import Alarm, Call, ClockStore, Ringing

_log = structlog.get_logger()

RETRY_SECONDS: Final = 60
"""How long after a call that could not be made it is tried again."""


class LogAlarm:
    """The Alarm that is always there: an event in the log."""

    async def ring(self, call: Call) -> bool:
        """Log the call: counts and enum values only."""
        _log.warning(
            "staff_called",
            rung=call.watch,
            urgency=call.urgency,
            waiting=call.cases,
            count=len(call.handles),
        )
        return True


class Escalate:
    """One step of the escalation clock; call it every few seconds, or when `next_due` says."""

    def __init__(self, clocks: ClockStore, alarms: Sequence[Alarm]) -> None:
        self._clocks = clocks
        self._alarms = alarms

    async def step(self, roster: Roster | None, now: int) -> int:
        """Take back what lapsed or whose owner left, ring what is due; how many calls were made.

        Each rung rings once, whoever else steps and however often the program restarts: only a
        crash between the call and its being written down, or an alarm that failed, repeats one.
        """
        zero, one, two, three = (first_due(urgency, now) for urgency in range(4))
        lapsed = await self._clocks.lapse(now, (zero, one, two, three))
        if lapsed:
            _log.warning("leases_lapsed", count=len(lapsed))
        if roster is not None:
            openers = [member.handle for member in roster.openers()]
            released = await self._clocks.release(openers, now, (zero, one, two, three))
            if released:
                _log.warning("cases_released", count=len(released))
        groups: defaultdict[tuple[int, Watch], list[tuple[Ringing, int]]] = defaultdict(list)
        for ringing in await self._clocks.take_due(now, now + RETRY_SECONDS):
            rung = _rung_with_somebody(roster, ringing, now)
            groups[ringing.urgency, watch_at(ringing.urgency, rung)].append((ringing, rung))
        calls = 0
        for (urgency, watch), due in groups.items():
            call = Call(watch, urgency, len(due), _handles(roster, watch, now))
            reached = await self._ring(call)
            if reached is not None:
                calls += 1
                await self._done(due, now, reached=reached)
        return calls

    async def _ring(self, call: Call) -> bool | None:
        """Pass the call to every alarm: whether one reached somebody, None if all failed."""
        answers: list[bool] = []
        failed = False
        # A line in the log reaches somebody only where nothing better is set up.
        better = any(not isinstance(alarm, LogAlarm) for alarm in self._alarms)
        for alarm in self._alarms:
            try:
                reached = await alarm.ring(call)
            except Exception as error:  # noqa: BLE001 - one broken alarm must not silence the others
                _log.error("alarm_failed", kind=type(error).__name__, urgency=call.urgency)
                failed = True
                continue
            if not (better and isinstance(alarm, LogAlarm)):
                answers.append(reached)
        if failed and not any(answers):
            return None
        return any(answers)

    async def _done(self, due: Sequence[tuple[Ringing, int]], now: int, *, reached: bool) -> None:
        for ringing, rung in due:
            # Counted from now, not from when it was due: after an outage the rungs keep their
            # distance instead of all ringing at once.
            after = next_due(ringing.urgency, rung, now)
            if not reached and rung + 1 < len(LADDERS[ringing.urgency].rungs):
                # Nobody on this rung can be called by any way there is: go up at once.
                _log.error("nobody_reached", urgency=ringing.urgency)
                after = now + RETRY_SECONDS
            await self._clocks.rung_done(ringing, rung + 1, after)


def _rung_with_somebody(roster: Roster | None, ringing: Ringing, now: int) -> int:
    """The rung to call: the one that is due, or the first above it that reaches anybody."""
    last = len(LADDERS[ringing.urgency].rungs) - 1
    rung = ringing.rung
    while rung < last and not _handles(roster, watch_at(ringing.urgency, rung), now):
        rung += 1
    return rung


def _handles(roster: Roster | None, watch: Watch, now: int) -> tuple[Handle, ...]:
    return watchers(roster, watch, now) if roster is not None else ()
