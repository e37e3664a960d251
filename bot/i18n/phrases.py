"""What the program itself says outside the flows: joins, progress, dates, counts, buttons."""

from collections.abc import Mapping, Sequence
from datetime import date as Date  # noqa: N812 -- beside the parameter kind `date`
from datetime import datetime
from functools import reduce
from typing import Final

from bot.domain.language import Tag
from bot.i18n.catalogues import Catalogue
from bot.i18n.marking import CountedPhrase, Phrase
from bot.i18n.rendering import Param, date, number, render, rendered

# TRANSLATORS: which question of how many, e.g. 3 of 12
PROGRESS: Final = Phrase("program.progress", "{n} of {total}")
# TRANSLATORS: below a service: the day somebody made sure that it is right
CHECKED: Final = Phrase("program.checked", "Checked on {date}")
# TRANSLATORS: puts two parts of a list together; mind the comma of your script
LIST_MIDDLE: Final = Phrase("program.list.middle", "{first}, {second}")
# TRANSLATORS: puts the last part of a list to the others
LIST_LAST: Final = Phrase("program.list.last", "{first} and {second}")
# TRANSLATORS: a day and a time of day, e.g. Saturday 2026-11-28, 08:00
MOMENT: Final = Phrase("program.moment", "{weekday} {date}, {time}")

# TRANSLATORS: above numbered answers, where there are no buttons
NUMBERED: Final = Phrase("program.numbered", "Write the number of your answer.")
# TRANSLATORS: button that opens the list of answers; at most 20 characters
CHOOSE: Final = Phrase("program.choose", "Choose")
# TRANSLATORS: button that shows further answers; at most 20 characters
MORE: Final = Phrase("program.more", "More")
# TRANSLATORS: button that shows the answers before these; at most 20 characters
EARLIER: Final = Phrase("program.earlier", "Earlier")
# TRANSLATORS: button after ticking several answers; at most 20 characters
DONE: Final = Phrase("program.done", "Done")
# TRANSLATORS: button that copies a telephone number; at most 20 characters
COPY_NUMBER: Final = Phrase("program.copy.number", "Copy the number")
# TRANSLATORS: button that copies an e-mail address; at most 20 characters
COPY_ADDRESS: Final = Phrase("program.copy.address", "Copy the address")
# TRANSLATORS: button that copies a code of digits; at most 20 characters
COPY_CODE: Final = Phrase("program.copy.code", "Copy the code")
# TRANSLATORS: button that copies a text to send it elsewhere; at most 20 characters
COPY_TEXT: Final = Phrase("program.copy.text", "Copy the text")

# TRANSLATORS: the bot's name on Telegram; says nothing about violence; at most 30 characters
BOT_NAME: Final = Phrase("program.bot.name", "Information line")
# TRANSLATORS: about the bot on Telegram, where everybody can read it; at most 120 characters
BOT_ABOUT: Final = Phrase("program.bot.about", "An automatic information line.")
# TRANSLATORS: before the first message to the bot; everybody can read it; at most 200 characters
BOT_DESCRIPTION: Final = Phrase(
    "program.bot.description",
    "An automatic information line in four languages. Press Start to choose your language.",
)

MINUTES: Final = CountedPhrase("program.minutes", "{n} minute", "{n} minutes")
HOURS: Final = CountedPhrase("program.hours", "{n} hour", "{n} hours")
DAYS: Final = CountedPhrase("program.days", "{n} day", "{n} days")

WEEKDAYS: Final = (
    Phrase("program.weekday.monday", "Monday"),
    Phrase("program.weekday.tuesday", "Tuesday"),
    Phrase("program.weekday.wednesday", "Wednesday"),
    Phrase("program.weekday.thursday", "Thursday"),
    Phrase("program.weekday.friday", "Friday"),
    Phrase("program.weekday.saturday", "Saturday"),
    Phrase("program.weekday.sunday", "Sunday"),
)
"""In the order of `date.weekday()`."""


def say(
    catalogue: Catalogue, tag: Tag, phrase: Phrase, params: Mapping[str, Param] | None = None
) -> str:
    """A phrase in a language, filled in."""
    return render(catalogue.text(tag, phrase.context, phrase.text), params or {}, tag)


def counted(catalogue: Catalogue, tag: Tag, phrase: CountedPhrase, count: int) -> str:
    """A phrase in the plural form of `count`, with the number in it."""
    text = catalogue.plural(tag, phrase.context, phrase.singular, phrase.plural, count)
    return render(text, {"n": number(count)}, tag)


def progress(catalogue: Catalogue, tag: Tag, done: int, total: int) -> str:
    """Which question of how many: "3 of 12"."""
    return say(catalogue, tag, PROGRESS, {"n": number(done), "total": number(total)})


def checked_on(catalogue: Catalogue, tag: Tag, day: Date | str) -> str:
    """When a service was last checked: "Checked on 2026-11-23"."""
    return say(catalogue, tag, CHECKED, {"date": date(day)})


def moment(catalogue: Catalogue, tag: Tag, when: datetime) -> str:
    """A day and a time as they stand in `when`, which is already in the reader's time zone."""
    weekday = say(catalogue, tag, WEEKDAYS[when.weekday()])
    return say(
        catalogue,
        tag,
        MOMENT,
        {
            "weekday": rendered(weekday),
            "date": date(when.date()),
            "time": date(when.strftime("%H:%M")),
        },
    )


def join(catalogue: Catalogue, tag: Tag, items: Sequence[str]) -> str:
    """Texts that are already rendered, as one list: "a, b and c"."""
    if not items:
        return ""
    *others, last = items
    if not others:
        return last

    def pair(phrase: Phrase, first: str, second: str) -> str:
        return say(catalogue, tag, phrase, {"first": rendered(first), "second": rendered(second)})

    start = reduce(lambda first, second: pair(LIST_MIDDLE, first, second), others)
    return pair(LIST_LAST, start, last)
