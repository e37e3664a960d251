"""Talks without a channel, a disk or real keys: for authors, tests and recordings."""

import hashlib
from dataclasses import dataclass, field
from typing import Final

from bot.app.content import DEMO, Content, make_finder, make_presenter, read_content
from bot.app.organisation import load_organisation
from bot.domain.baghdad import WEEK
from bot.domain.language import TAGS
from bot.domain.message import Button, Inbound, Outgoing, Reply
from bot.domain.roster import Member, Roster, Shift
from bot.domain.visitor import Visitor
from bot.ports.runtime import Entropy
from bot.sealing import keys
from bot.sealing.receipt import Cost
from bot.stores.memory_cases import MemoryCases
from bot.stores.memory_sessions import MemorySessions
from bot.usecases.converse import Converse
from bot.usecases.perform import Desk, Perform
from bot.usecases.receipts import Receipts
from bot.usecases.trust_roster import TrustedRoster

BEGINNING: Final = 1_795_651_200
"""A Monday noon in Baghdad (2026-11-23 09:00 UTC) at which every recording begins."""
CHEAP: Final = Cost(memory=64, passes=1)
"""Simulated mailboxes guard nothing."""
SEED: Final = b"simulated talk"


class StillClock:
    """Time that moves only when told."""

    def __init__(self, now: int = BEGINNING) -> None:
        self.seconds = now

    def now(self) -> int:
        """Seconds since 1970 UTC."""
        return self.seconds

    def monotonic(self) -> float:
        """The same, as a monotonic clock."""
        return float(self.seconds)


class SeededEntropy:
    """The same "randomness" every time: never for anything real."""

    def __init__(self, seed: bytes = SEED) -> None:
        self._seed = seed
        self._drawn = 0

    def random_bytes(self, count: int) -> bytes:
        """The next `count` bytes of a SHAKE stream."""
        self._drawn += 1
        material = self._seed + self._drawn.to_bytes(8)
        return hashlib.shake_256(material).digest(count)


class StillEpochs:
    """One epoch key that lives as long as the simulation."""

    def __init__(self, entropy: Entropy, clock: StillClock) -> None:
        self._key = entropy.random_bytes(32)
        self._clock = clock

    def current(self) -> tuple[int, bytes]:
        """See Epochs.current."""
        return self._clock.now() // 86_400, self._key

    def living(self) -> tuple[tuple[int, bytes], ...]:
        """See Epochs.living."""
        return (self.current(),)


@dataclass(slots=True)
class Simulation:
    """One whole bot in memory, frozen in time; `seed` opens what it sealed."""

    converse: Converse
    cases: MemoryCases
    sessions: MemorySessions
    clock: StillClock
    roster: TrustedRoster | None
    receipts: Receipts
    seed: bytes = field(repr=False)


def simulated_roster(seed: bytes) -> TrustedRoster:
    """A roster of one caseworker who is always on duty; nobody signed it."""
    recipient = keys.recipient_of(seed)
    roster = Roster(
        version=1,
        members=(
            Member(
                handle="sample-1",
                role="caseworker",
                recipient=str(recipient),
                languages=TAGS,
                gender="female",
                child_trained=True,
            ),
        ),
        shifts=(Shift(handle="sample-1", days=WEEK, start="00:00", end="00:00"),),
    )
    return TrustedRoster(roster, (recipient,))


def simulate(content: Content | None = None, *, with_roster: bool = True) -> Simulation:
    """A fresh simulation of the project's flows."""
    content = content or read_content(sample=True)
    clock, entropy = StillClock(), SeededEntropy()
    epochs = StillEpochs(entropy, clock)
    cases = MemoryCases()
    sessions = MemorySessions(clock, cases)
    seed = entropy.random_bytes(32)
    roster = simulated_roster(seed) if with_roster else None
    receipts = Receipts(
        salt=entropy.random_bytes(16),
        pepper=entropy.random_bytes(32),
        entropy=entropy,
        epochs=epochs,
        cost=CHEAP,
    )
    converse = Converse(
        library=content.shelf,
        understanding=content.lexicon,
        places=content.gazetteer,
        presenter=make_presenter(content, load_organisation(DEMO / "organisation.toml")),
        acts=Perform(
            Desk(
                roster=lambda: roster,
                receipts=receipts,
                mailboxes=cases,
                find=make_finder(content),
                places=content.gazetteer,
                catalogue=content.catalogue,
                entropy=entropy,
            )
        ),
        store=sessions,
        epochs=epochs,
        clock=clock,
        entropy=entropy,
    )
    return Simulation(converse, cases, sessions, clock, roster, receipts, seed)


@dataclass(slots=True)
class Talk:
    """One visitor of a simulation: write, press, read."""

    simulation: Simulation
    visitor: Visitor = field(default_factory=lambda: Visitor("terminal", "author"))
    turns: int = 0
    last: tuple[Outgoing, ...] = ()

    async def write(self, text: str) -> Reply:
        """Write a text; staged codes are settled first, as they would be within seconds."""
        return await self._take(Inbound(self._next(), text=text))

    async def press(self, value: str) -> Reply:
        """Press the button whose token ends in `:value` (a choice, or !move)."""
        for button in self.buttons():
            if button.token.partition(":")[2] == value:
                return await self._take(Inbound(self._next(), press=button.token))
        shown = ", ".join(button.token.partition(":")[2] for button in self.buttons())
        raise LookupError(f"no button {value!r} here; there are {shown}")

    def buttons(self) -> tuple[Button, ...]:
        """Every button on the screen."""
        return tuple(
            button for message in self.last[-1:] for button in (*message.choices, *message.moves)
        )

    @property
    def screen(self) -> str:
        """The node the talk waits at."""
        return self.last[-1].screen if self.last else ""

    def _next(self) -> int:
        self.turns += 1
        return self.turns

    async def _take(self, inbound: Inbound) -> Reply:
        await self.simulation.receipts.settle(self.simulation.cases)
        reply = await self.simulation.converse.answer(self.visitor, inbound)
        if reply.messages:
            self.last = reply.messages
        return reply
