"""People who talk to the bot on Telegram and WhatsApp: they read a screen and choose on it.

Screens are recognised by the texts and buttons of the book itself, in whatever language: what a
translator writes changes no test.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence

from bot.domain import contexts
from bot.engine.flow import MOVE_NUMBERS, Book
from bot.i18n.direction import without_controls
from bot.prove.providers.telegram import Call, FakeTelegram
from bot.prove.providers.twilio import FakeTwilio

PLACEHOLDER = re.compile(r"\{\w+\}")
CODE = re.compile(r"\d{5} \d{5} \d{5} \d{5}")
PATIENCE_SECONDS = 20.0

Step = tuple[str, str]
"""(the screen one must be on, the value of the choice or "!move" to take there)."""

BEGIN: tuple[Step, ...] = (("entry.safe", "yes"), ("entry.limits", "go"))
CONSENT: tuple[Step, ...] = (
    ("report.consent_who", "on"),
    ("report.consent_seen", "on"),
    ("report.consent_limits", "on"),
    ("report.consent_times", "yes"),
)
SHORT: tuple[Step, ...] = (
    ("menu.menu", "report"),
    *CONSENT,
    ("report.length", "short"),
    ("report.role", "self"),
    ("report.danger_now", "no"),
    ("report.topics", "!done"),
)
"""From the menu to the question for one's own words."""
LONG: tuple[Step, ...] = (
    ("menu.menu", "report"),
    *CONSENT,
    ("report.length", "long"),
    ("report.role", "self"),
    ("report.danger_now", "no"),
    ("report.age_band", "26_40"),
    ("report.sex", "female"),
    ("report.ability", "!skip"),
    ("report.displacement", "idp"),
    ("report.topics", "trafficking_labour"),
    ("report.topics", "!done"),
    ("report.exchange", "!skip"),
)
"""The beginning of the long form; what follows differs by answers and is taken by `finish`."""


def plain(text: str) -> str:
    """Without isolates and direction marks: what the eye reads."""
    return without_controls(text)


def _pattern(line: str) -> str:
    """A line of a template, with anything in the place of its placeholders."""
    return ".+".join(
        re.escape(piece) for piece in PLACEHOLDER.split(without_controls(line.strip()))
    )


class LostError(AssertionError):
    """A person does not see what the flows promise."""


class Person(ABC):
    """Somebody with a phone; `tag` is the language they chose."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.tag = "en"

    # -- what the channel provides
    @abstractmethod
    async def write(self, text: str) -> str:
        """Write, and read the answer."""

    @abstractmethod
    async def pick(self, screen: str, value: str) -> str:
        """Take a choice or move of a screen, and read the answer."""

    @abstractmethod
    async def leave(self) -> str:
        """The way out, by its button or number."""

    @property
    @abstractmethod
    def text(self) -> str:
        """What the newest answer says."""

    # -- what people do
    def sees(self, screen: str) -> bool:
        """Whether the newest answer is (also) this screen."""
        lines = self.book.text(self.tag, contexts.text(screen)).split("\n")
        fixed = [_pattern(line) for line in lines if PLACEHOLDER.sub("", line).strip()]
        return bool(fixed) and all(re.search(line, plain(self.text)) for line in fixed)

    def at(self, screen: str) -> None:
        """Make sure that the newest answer is this screen."""
        if not self.sees(screen):
            raise LostError(f"not at {screen}: {plain(self.text)}")

    async def choose(self, screen: str, value: str) -> str:
        """The same, on a screen one must be on ("" for any)."""
        if screen:
            self.at(screen)
        return await self.pick(screen, value)

    async def take(self, *steps: Step) -> str:
        """Several choices, one after the other; what the last one led to."""
        for screen, value in steps:
            await self.choose(screen, value)
        return self.text

    async def begin(self, tag: str = "en") -> None:
        """From the first hello to the menu."""
        await self.write("hello")
        await self.choose("entry.language", tag)
        self.tag = tag
        await self.take(*BEGIN)
        self.at("menu.menu")

    async def report(self, words: str, *, secret: str = "", route: Sequence[Step] = SHORT) -> str:
        """From the menu to a code that was read back; the code as it was shown."""
        await self.take(*route)
        if self.sees(route[-1][0]):
            raise LostError(f"still at {route[-1][0]}: {plain(self.text)}")
        while not self.sees("report.narrative"):
            await self.choose("", "!skip")
        await self.write(words)
        while not self.sees("report.secret_word"):
            await self.choose("", "!skip")
        await self.choose("report.secret_word", "word" if secret else "!skip")
        if secret:
            await self.write(secret)
        if self.sees("report.share_gate"):
            await self.choose("report.share_gate", "no")
            await self.choose("report.statistics", "!skip")
        await self.take(("report.review", "send"))
        self.at("report.sent")
        code = self.code()
        await self.write(code)
        self.at("report.correct")
        self.at("report.goodbye")
        return code

    def code(self) -> str:
        """The code that stands on the screen."""
        (found,) = CODE.findall(plain(self.text))
        return str(found)

    async def come_back(self, code: str, word: str = "") -> str:
        """From the menu with a code to whatever waits."""
        await self.take(("menu.menu", "code"))
        self.at("code.enter")
        await self.write(code)
        self.at("code.word")
        return await (self.write(word) if word else self.choose("code.word", "!skip"))


class OnTelegram(Person):
    """A person in a private chat of the fake Telegram."""

    def __init__(self, book: Book, telegram: FakeTelegram, chat: int) -> None:
        super().__init__(book)
        self.telegram = telegram
        self.chat = chat
        self._seen = 0

    async def write(self, text: str) -> str:
        """Write, and read the answer."""
        return await self._answered(lambda: self.telegram.write(self.chat, text))

    async def arrives(self, screen: str, seconds: float = PATIENCE_SECONDS) -> bool:
        """Whether the newest message is this screen, now or soon, whatever came before it."""

        def there() -> bool:
            self._seen = max(0, len(self._said()) - 1)
            return self.sees(screen)

        try:
            await self.telegram.until(there, seconds)
        except TimeoutError:
            return False
        return True

    async def send(self, **content: object) -> str:
        """Send any other message, and read the answer."""
        return await self._answered(lambda: self.telegram.send(self.chat, **content))

    async def pick(self, screen: str, value: str) -> str:  # noqa: ARG002 - a button needs none
        """Press a button, and read the answer."""
        return await self._answered(lambda: self.press(value))

    async def leave(self) -> str:
        """The way out, by its button."""
        return await self._answered(lambda: self.press("!exit"), buttons=False)

    async def press(self, value: str) -> None:
        """Press the button with this value on the newest message that has buttons."""
        reference, token = self.button(value)
        await self.telegram.press_token(self.chat, reference, token)

    def button(self, value: str) -> tuple[int, str]:
        """(message, token) of a button on the newest keyboard."""
        for shown in reversed(self.telegram.screen(self.chat)):
            tokens = [
                button["callback_data"]
                for row in shown.keyboard
                for button in row
                if "callback_data" in button
            ]
            for token in tokens:
                if token.partition(":")[2] == value:
                    return shown.reference, token
            if tokens:
                raise LostError(f"no {value!r} among {tokens} below: {plain(shown.text)}")
        raise LostError(f"no buttons at all: {plain(self.text)}")

    @property
    def text(self) -> str:
        """Every text the newest answer brought, also those that replaced an older one."""
        return "\n".join(self._said()[self._seen :])

    def _said(self) -> list[str]:
        """Texts sent to or edited in this chat, in order."""
        return [str(call.params.get("text")) for call in self._shown()]

    def _shown(self) -> list[Call]:
        return self.telegram.shown_to(self.chat)

    async def _answered(self, act: Callable[[], Awaitable[object]], *, buttons: bool = True) -> str:
        """Do something and wait for the answer; its buttons stand on the last of its messages."""
        before = self._seen = len(self._shown())
        await act()
        await self.telegram.until(
            lambda: any(
                not buttons or "reply_markup" in call.params for call in self._shown()[before:]
            ),
            PATIENCE_SECONDS,
        )
        return self.text


class OnWhatsApp(Person):
    """A person with an (invented) number at the fake Twilio; answers by typing numbers."""

    def __init__(self, book: Book, twilio: FakeTwilio, number: str) -> None:
        super().__init__(book)
        self.twilio = twilio
        self.number = number

    async def write(self, text: str) -> str:
        """Write, and read the answer."""
        await self._posted(text)
        return await self.read()

    async def _posted(self, text: str) -> None:
        status = await self.twilio.write(self.number, text)
        if status != 200:
            raise LostError(f"the webhook answers {status}")

    async def read(self) -> str:
        """The whole answer: of several messages the last has the way out, below or to tap."""
        await self.twilio.until(
            lambda: (
                self.twilio.screen(self.number).kind
                or any(line.startswith("0 ") for line in plain(self.text).splitlines())
            ),
            PATIENCE_SECONDS,
        )
        return self.text

    async def pick(self, screen: str, value: str) -> str:
        """Type the number of a choice, and read the answer."""
        return await self.write(self._typed(screen, value))

    async def leave(self) -> str:
        """The way out, by its number."""
        await self._posted("0")
        await self.twilio.wait(self.number, seconds=PATIENCE_SECONDS)
        return self.text

    def _typed(self, screen: str, value: str) -> str:
        if value.startswith("!") and value != "!done":
            return next(number for move, number in MOVE_NUMBERS.items() if f"!{move}" == value)
        values = [choice.value for choice in self.book.nodes[screen].choices]
        return str(len(values) + 1 if value == "!done" else values.index(value) + 1)

    @property
    def text(self) -> str:
        """What the phone shows."""
        return self.twilio.screen(self.number).text
