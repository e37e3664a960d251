"""Start the ways in which staff are called beside the log: e-mail and their own browsers."""

from collections.abc import Callable
from typing import Final

from bot.app.organisation import Organisation
from bot.app.reach import Reach
from bot.app.settings import Settings
from bot.channels.staff import MailAlarm, MailServer, Notice, Post, PushAlarm
from bot.domain.language import TAGS, Tag
from bot.domain.roster import Handle
from bot.errors import ConfigurationError
from bot.i18n.catalogues import Catalogue
from bot.i18n.marking import ConsolePhrase
from bot.ports.cases import Call
from bot.ports.runtime import Clock
from bot.ports.staff import StaffStore
from bot.sealing.vapid import authorization
from bot.usecases.trust_roster import TrustedRoster

SUBJECT: Final = ConsolePhrase("notices", "Work is waiting")
TEXT: Final = ConsolePhrase("notices", "You have work waiting. Please look at the queue.")


def start_mail(
    settings: Settings,
    organisation: Organisation,
    roster: Callable[[], TrustedRoster | None],
    catalogue: Catalogue,
    reach: Reach,
) -> None:
    """Call staff by e-mail if a server is set and the organisation's file has addresses."""
    if settings.smtp_url is None:
        if organisation.keepers:
            raise ConfigurationError(
                "audit_keepers are named but SANAD_SMTP_URL is not set: heads could not be sent"
            )
        return
    if not organisation.mail:
        raise ConfigurationError(
            "SANAD_SMTP_URL is set but nobody could be written to: give the organisation's file a "
            'table [mail] with lines like handle = "name@host"'
        )
    post = Post(MailServer.parse(settings.smtp_url.get_secret_value()), settings.smtp_from)

    def notice(handle: Handle, call: Call) -> Notice:
        tags = _languages(roster(), handle)
        texts = dict.fromkeys(catalogue.text(tag, TEXT.context, TEXT.text) for tag in tags)
        subject = catalogue.text(tags[0], SUBJECT.context, SUBJECT.text)
        return Notice(subject, "\n\n".join([*texts, f"T{call.urgency} · {call.cases}\n"]))

    reach.alarms.append(MailAlarm(post, organisation.mail, notice))
    reach.told.append("staff by e-mail")


def start_push(staff: StaffStore, seed: bytes, contact: str, clock: Clock, reach: Reach) -> None:
    """Wake the browsers that staff have asked it for."""

    def authorize(audience: str, now: int) -> str:
        return authorization(seed, audience, contact, now)

    reach.alarms.append(PushAlarm(staff, authorize, clock))


def _languages(trusted: TrustedRoster | None, handle: Handle) -> tuple[Tag, ...]:
    """What somebody reads, by the roster; everything where it does not say."""
    member = trusted.roster.member(handle) if trusted else None
    return (member.languages if member else ()) or TAGS
