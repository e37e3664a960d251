"""How the bot presents itself on Telegram, where everybody can read it: bland on purpose."""

from typing import TYPE_CHECKING, Final

from bot.domain.language import Tag
from bot.i18n import phrases
from bot.i18n.catalogues import Catalogue
from bot.i18n.marking import Phrase

if TYPE_CHECKING:
    from bot.channels.telegram import Face

SPOKEN: Final[dict[str, tuple[Tag, ...]]] = {
    "": ("en", "ar"),
    "ar": ("ar",),
    "en": ("en",),
    "ku": ("ckb", "kmr"),
}
"""Our languages by Telegram's code of the app's language; its `ku` may be either of ours."""


def faces(catalogue: Catalogue) -> "dict[str, Face]":
    """Name and descriptions by Telegram's language code; "" is for every other language."""
    from bot.channels.telegram import Face  # noqa: PLC0415 - half a second

    def joined(phrase: Phrase, between: str, tags: tuple[Tag, ...]) -> str:
        return between.join(phrases.say(catalogue, tag, phrase) for tag in tags)

    return {
        code: Face(
            name=joined(phrases.BOT_NAME, " · ", tags),
            description=joined(phrases.BOT_DESCRIPTION, "\n\n", tags),
            short_description=joined(phrases.BOT_ABOUT, "\n", tags),
        )
        for code, tags in SPOKEN.items()
    }
