"""The console's texts in one language, for templates and for refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date as Date  # noqa: N812 -- `date` is the name of a kind of parameter
from typing import Self

from bot.domain.language import LANGUAGES, Tag
from bot.i18n.catalogues import Catalogue
from bot.i18n.marking import ConsolePhrase
from bot.i18n.rendering import Param, date, name, number, render


@dataclass(frozen=True, slots=True)
class Texts:
    """Looks texts up and fills them in; values keep their own direction.

    `facts` are the numbers and addresses any text may name, such as `{emergency}`.
    """

    catalogue: Catalogue
    tag: Tag
    facts: Mapping[str, Param] = field(default_factory=dict)

    @property
    def direction(self) -> str:
        """The HTML `dir` of this language."""
        return LANGUAGES[self.tag].direction

    def in_language(self, tag: Tag) -> Self:
        """The same for somebody who reads another language."""
        return replace(self, tag=tag)

    def pgettext(self, context: str, english: str, **values: object) -> str:
        """The text of a page in this language."""
        text = self.catalogue.text(self.tag, context, english)
        return render(text, {**self.facts, **_params(values)}, self.tag)

    def npgettext(self, context: str, singular: str, plural: str, n: int, **values: object) -> str:
        """The text in the form for `n`, which stands at `{n}`."""
        text = self.catalogue.plural(self.tag, context, singular, plural, n)
        return render(text, {**self.facts, **_params({"n": n, **values})}, self.tag)

    def say(self, phrase: ConsolePhrase, **values: object) -> str:
        """A phrase of the program."""
        return self.pgettext(phrase.context, phrase.text, **values)


def _params(values: Mapping[str, object]) -> dict[str, Param]:
    return {key: _param(value) for key, value in values.items()}


def _param(value: object) -> Param:
    if isinstance(value, Param):
        return value
    if isinstance(value, int):
        return number(value)
    if isinstance(value, Date):
        return date(value)
    return name(str(value))
