"""One short text in all four languages."""

from dataclasses import dataclass

from bot.domain.language import Tag


@dataclass(frozen=True, slots=True)
class Wording:
    """What a thing is called or what is said of it; an empty language falls back to English."""

    en: str
    ar: str
    ckb: str
    kmr: str

    def of(self, tag: Tag) -> str:
        """The text in a language."""
        text: str = getattr(self, tag)
        return text or self.en

    def __bool__(self) -> bool:
        return bool(self.en)
