"""What the console works with, wired once by bot.app.compose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from bot.domain.language import Tag
from bot.domain.retention import Retention
from bot.domain.roster import Handle
from bot.i18n.catalogues import Catalogue
from bot.i18n.rendering import Param
from bot.ports.cases import AuditLog, RosterHistory
from bot.ports.casework import CaseworkStore
from bot.ports.runtime import Clock, Entropy
from bot.ports.staff import StaffStore
from bot.ports.tallies import TallyStore
from bot.usecases.case_file import CaseFile
from bot.usecases.trust_roster import TrustedRoster


class RosterBook(Protocol):
    """The roster in force, the keys that may sign one, and the way to put a new one in force."""

    def __call__(self) -> TrustedRoster | None:
        """The roster in force; None when there is none."""
        ...

    def admins(self) -> tuple[bytes, ...]:
        """The administrators' keys this installation trusts."""
        ...

    async def publish(self, file: bytes) -> TrustedRoster:
        """Put a signed file in force; RosterError if it is unsigned, old or a second of its kind.

        Nothing is in force that is not on disk.
        """
        ...


@dataclass(frozen=True, slots=True)
class Cost:
    """What a try at a passphrase costs in a browser: Argon2id's memory (KiB) and passes."""

    memory: int = 65_536
    passes: int = 3


@dataclass(frozen=True, slots=True)
class DemoSheet:
    """The demo's own people: handle → passphrase of a sample person. Never in `serve`."""

    people: Mapping[Handle, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConsoleDesk:
    """Every part the pages use; `url` is where staff reach the console, without a slash at its end.

    `seed` is a secret of this host: what new accounts' one-time codes and the salts of names nobody
    has are made of. `primero` is where a browser may send a case, "" if nowhere.
    `push_key` is what browsers subscribe with to be woken (bot.sealing.vapid.push_public).
    """

    url: str
    name: Mapping[Tag, str]
    texts: Catalogue
    clock: Clock
    entropy: Entropy
    rosters: RosterBook
    history: RosterHistory
    staff: StaffStore
    cases: CaseFile
    casework: CaseworkStore
    tallies: TallyStore
    audit: AuditLog
    retention: Retention
    seed: bytes = field(repr=False)
    primero: str = ""
    push_key: str = ""
    demo: DemoSheet | None = None
    cost: Cost = Cost()
    facts: Mapping[str, Param] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The only `Host` the console answers to."""
        return urlsplit(self.url).netloc

    @property
    def secure(self) -> bool:
        """Whether the console is reached over https."""
        return self.url.startswith("https://")

    @property
    def relying_party(self) -> str:
        """The name passkeys are bound to."""
        return urlsplit(self.url).hostname or ""
