"""People whose bot dies again and again: they look at the newest screen and do what it asks for."""

import itertools
from typing import Final

from bot.prove.people import BEGIN, CODE, SHORT, LostError, OnTelegram, OnWhatsApp, plain
from bot.prove.providers.telegram import Call

ROUTE: Final = {
    "entry.language": "en", **dict(BEGIN), **dict(SHORT),
    "report.secret_word": "!skip", "report.review": "send",
}  # fmt: skip
"""What is chosen on each screen on the way to a code."""
SCREENS: Final = (
    *tuple(ROUTE)[:-2], "report.narrative", *tuple(ROUTE)[-2:], "report.read_back",
    "report.goodbye",
)  # fmt: skip
"""In the order in which they come."""
LOOKS: Final = 60
LOOK_SECONDS: Final = 0.5


class Patient(OnTelegram):
    """Somebody on Telegram who goes on however often a screen comes.

    When everything they did has reached the bot and still no answer comes, they send a sticker:
    that changes nothing and shows them where they are.
    """

    tag = "en"
    looked = 0
    nudges = 0
    pressed = ""
    """The last token pressed: a screen that comes again is not answered again."""

    async def to_the_code(self, words: str) -> str:
        """From hello to a code on the screen; the code."""
        wrote = False
        await self.telegram.write(self.chat, "hello")
        while True:
            screen = await self.news()
            if screen == "report.read_back":
                return str(CODE.findall(plain("\n".join(self._said())))[-1])
            if screen == "report.narrative" and not wrote:
                wrote = True
                await self.telegram.write(self.chat, words)
            elif screen in ROUTE and self.button(ROUTE[screen])[1] != self.pressed:
                self.pressed = self.button(ROUTE[screen])[1]
                await self.press(ROUTE[screen])

    async def until(self, wanted: str) -> None:
        """Look until this screen is there."""
        while await self.news() != wanted:
            pass

    async def read_back(self, code: str) -> None:
        """Type the code once, and see that it was right."""
        await self.telegram.write(self.chat, code)
        await self.until("report.goodbye")

    async def news(self) -> str:
        """The screen that comes next, after a nudge if nothing comes."""
        for _ in range(LOOKS):
            try:
                await self.telegram.until(lambda: len(self.screens()) > self.looked, LOOK_SECONDS)
            except TimeoutError:
                if not self.telegram.delivering and not self.telegram.unconfirmed:
                    self.nudges += 1
                    self.pressed = ""
                    await self.telegram.send(self.chat, sticker={"emoji": "?"})
                continue
            self.looked = len(self.screens())
            return self.where()
        raise LostError("nobody answers any more")

    @property
    def repeats(self) -> int:
        """How often a screen came that stood there already."""
        shown = [(call.params.get("text"), str(call.params["reply_markup"])) for call in
                 self.screens()]  # fmt: skip
        return sum(one == other for one, other in itertools.pairwise(shown))

    def screens(self) -> list[Call]:
        """Everything with buttons that was sent to this person or edited."""
        return [call for call in self._shown() if "reply_markup" in call.params]

    def where(self) -> str:
        """The screen one is on, "" for any other."""
        self._seen = self._shown().index(self.screens()[-1])
        return next((name for name in SCREENS if self.sees(name)), "")

    def button(self, value: str) -> tuple[int, str]:
        """(0, token) of a button on the newest screen; 0 since answers need not be edited in."""
        rows = self.screens()[-1].params["reply_markup"]["inline_keyboard"]
        tokens = [one["callback_data"] for row in rows for one in row if "callback_data" in one]
        found = [token for token in tokens if token.partition(":")[2] == value]
        if not found:
            raise LostError(f"no {value} among {tokens}")
        return 0, found[0]


class PatientOnWhatsApp(OnWhatsApp):
    """Somebody on WhatsApp whose messages may reach nobody for a while: Twilio keeps them."""

    tag = "en"

    async def to_the_code(self, words: str) -> str:
        """From hello to a code on the screen; the code."""
        answered = ""
        await self.write("hello")
        for _ in range(LOOKS):
            screen = self.furthest()
            if screen == "report.read_back":
                return self.code()
            if screen == answered:
                await self._news()  # it came again, or its answer is not here yet
                continue
            answered = screen
            if screen == "report.narrative":
                await self.write(words)
            elif screen in ROUTE:
                await self.pick(screen, ROUTE[screen])
            else:
                raise LostError(f"not on the way: {plain(self.text)[:80]}")
        raise LostError("the way has no end")

    def furthest(self) -> str:
        """Of the screens that came since one last wrote, the one furthest on the way."""
        return next((name for name in reversed(SCREENS) if self.sees(name)), "")

    async def _news(self) -> None:
        before = self.text
        try:
            await self.twilio.until(lambda: self.text != before, LOOK_SECONDS)
        except TimeoutError:
            return

    async def _posted(self, text: str) -> None:
        await self.twilio.write(self.number, text)  # nobody there: it stays on record at Twilio
