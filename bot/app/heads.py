"""The audit chain's head of every day: kept, and sent to those outside who keep it too."""

from collections.abc import Awaitable, Callable

from bot.app.organisation import Organisation
from bot.app.settings import Settings
from bot.channels.staff import MailServer, Notice, Post
from bot.ports.cases import AuditLog, Head
from bot.ports.runtime import Clock
from bot.sealing.checkpoint import write_note
from bot.sealing.keys import signing_public
from bot.usecases.keep_head import checkpoint_of, keep_head


def daily_head(
    log: AuditLog, settings: Settings, organisation: Organisation, *, seed: bytes, clock: Clock
) -> Callable[[], Awaitable[None]]:
    """The job that signs a day's head once.

    A head that could not be sent is not sent later: tomorrow's covers everything before it.
    """
    post = None
    if settings.smtp_url is not None and organisation.keepers:
        server = MailServer.parse(settings.smtp_url.get_secret_value())
        post = Post(server, settings.smtp_from)

    async def step() -> None:
        head = await keep_head(log, seed, clock.now())
        if head is not None and post is not None:
            await post.send(dict.fromkeys(organisation.keepers, _letter(head, seed)))

    return step


def _letter(head: Head, seed: bytes) -> Notice:
    checkpoint = checkpoint_of(head)
    note = write_note(checkpoint, signing_public(seed), head.signature)
    return Notice(f"sanad/audit {checkpoint.day.isoformat()}", note)
