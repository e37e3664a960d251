"""The WhatsApp channel over Twilio, put together."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.channels.whatsapp import content as contents_file
from bot.channels.whatsapp.client import TwilioApi
from bot.channels.whatsapp.eraser import Eraser
from bot.channels.whatsapp.intake import Intake
from bot.channels.whatsapp.outbox import Outbox
from bot.channels.whatsapp.pace import Pace
from bot.channels.whatsapp.reconcile import Reconciler
from bot.channels.whatsapp.signature import OVERRIDES, PATH, SignatureCheck
from bot.channels.whatsapp.webhook import Webhook
from bot.errors import ConfigurationError
from bot.ports.conversation import Conversation

DEFAULT_PACE: Final = Pace()


class WhatsAppChannel:
    """Twilio's webhook in, Twilio's REST API out, and nothing left at Twilio afterwards.

    `sender` is our own address at Twilio ("whatsapp:+…"), `public_url` the root under which
    Twilio reaches us, `mark` a keyed hash of a MessageSid into 63 bits (the same for at least a
    day), `content` the file that `sanad channel push` writes, `since` the second of the
    first start: what the sender got or sent before is not ours and stays untouched. Every later
    message that Twilio still lists is answered if it is younger than a day, and erased.
    """

    def __init__(  # noqa: PLR0917 - one per setting, in the order of the settings
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        public_url: str,
        api_base: str,
        conversation: Conversation,
        *,
        mark: Callable[[str], int],
        since: float,
        content: Path | None = None,
        pace: Pace = DEFAULT_PACE,
        now: Callable[[], float] = time.time,
    ) -> None:
        check_settings(sender, public_url, api_base)
        self._public_url = public_url.rstrip("/")
        self._pace = pace
        self._contents = contents_file.read(content)
        self._api = TwilioApi(account_sid, auth_token, api_base, timeout=pace.request_timeout)
        self._eraser = Eraser(self._api, pace)
        self._intake = Intake(conversation, self._eraser, pace)
        self._outbox = Outbox(self._api, sender, self._contents, self._intake.sent, pace)
        self._intake.connect(self._outbox)
        self._reconciler = Reconciler(
            self._api,
            sender,
            self._intake,
            self._eraser,
            mark=mark,
            since=since,
            now=now,
            pace=pace,
        )
        self._reconciling: asyncio.Task[None] | None = None
        self.webhook = Webhook(SignatureCheck(auth_token, public_url), self._intake, mark)

    async def start(self) -> None:
        """Open the connections, answer what came while nobody was here, and go on."""
        await self._api.open()
        self._eraser.start()
        self._reconciling = asyncio.create_task(self._reconciler.run())

    async def stop(self) -> None:
        """Send what is ready to go, within the grace, then close."""
        if self._reconciling is not None:
            self._reconciling.cancel()
            await asyncio.gather(self._reconciling, return_exceptions=True)
        await self._outbox.settle(self._pace.stop_grace)
        await self._outbox.stop()
        await self._eraser.stop()
        await self._api.close()

    def describe(self) -> str:
        """One line for the operator: what is on, and which address to enter at Twilio."""
        shown = f"{len(self._contents)} screens with lists or buttons"
        if not len(self._contents):
            shown = "numbered text (`sanad channel push` makes lists and buttons)"
        return f"WhatsApp: webhook {self._public_url}{PATH}{OVERRIDES}; {shown}"

    def waiting(self) -> dict[str, int]:
        """How many replies wait to be sent and messages to be erased, for health pages."""
        return {"to_send": len(self._outbox), "to_erase": len(self._eraser)}


def check_settings(sender: str, public_url: str, api_base: str) -> None:
    """Raise ConfigurationError for settings with which nothing could ever work."""
    if not sender.startswith("whatsapp:"):
        raise ConfigurationError(
            "SANAD_TWILIO_SENDER must begin with `whatsapp:`, as Twilio shows the sender."
        )
    for name, value in (
        ("SANAD_PUBLIC_URL", public_url),
        ("SANAD_TWILIO_API_BASE", api_base),
    ):
        if not value.startswith(("https://", "http://")):
            raise ConfigurationError(f"{name} must begin with https://.")
