"""The texts that the scripts of the queue and the case page show."""

from typing import Final

from bot.i18n.marking import ConsolePhrase

TIMES: Final[dict[str, ConsolePhrase]] = {
    # TRANSLATORS: minutes, short
    "minutes": ConsolePhrase("queue", "{n} min"),
    # TRANSLATORS: hours, short
    "hours": ConsolePhrase("queue", "{n} h"),
    # TRANSLATORS: hours and minutes, short
    "hours_minutes": ConsolePhrase("queue", "{h} h {m} min"),
    # TRANSLATORS: days, short
    "days": ConsolePhrase("queue", "{n} d"),
    "less_than_hour": ConsolePhrase("queue", "less than 1 h"),
    # TRANSLATORS: how long ago something began
    "since": ConsolePhrase("queue", "for {span}"),
    # TRANSLATORS: how long until something ends
    "in": ConsolePhrase("queue", "in {span}"),
    # TRANSLATORS: a moment that is now
    "at_once": ConsolePhrase("queue", "right now"),
    "overdue": ConsolePhrase("queue", "over by {span}"),
    # TRANSLATORS: between the items of a list
    "comma": ConsolePhrase("queue", ", "),
}
OPENING: Final[dict[str, ConsolePhrase]] = {
    "sealed": ConsolePhrase("queue", "sealed"),
    "refused_elsewhere": ConsolePhrase("queue", "This file belongs to another place. Somebody may "
                                       "have swapped files in the database: tell the "
                                       "administrator, not by this computer."),
    "refused_unknown_roster": ConsolePhrase("queue", "This was sealed by a roster this browser "
                                            "does not know. Reload the page."),
    "refused_other_readers": ConsolePhrase("queue", "This was not sealed to exactly the people of "
                                           "the signed roster. Tell the administrator, not by "
                                           "this computer."),
    "refused_not_for_you": ConsolePhrase("queue", "This was not sealed for your keys. A "
                                         "colleague's browser seals it anew when they work."),
    "refused_damaged": ConsolePhrase("queue", "This file is damaged and does not open. Tell the "
                                     "administrator."),
    "refused_forged": ConsolePhrase("queue", "The signature on this does not hold. Tell the "
                                    "administrator, not by this computer."),
    "refused_failed": ConsolePhrase("queue", "This does not open in your version of the program. "
                                    "Reload the page."),
    "resealing": ConsolePhrase("queue", "Sealing open cases for the new roster: {n} parts left."),
}  # fmt: skip
QUEUE: Final[dict[str, ConsolePhrase]] = {
    **TIMES,
    **OPENING,
    "first_sight": ConsolePhrase("queue", "This browser keeps the administrator's key from now on "
                                 "and refuses rosters signed by another. If you have worked in "
                                 "this browser before, ask the administrator, not by this "
                                 "computer."),
    "looked": ConsolePhrase("queue", "Looked at {time}."),
    "last_seen": ConsolePhrase("queue", "What you see is of {time}."),
    "claim_anyway": ConsolePhrase("queue", "This case asks for another language, a woman or "
                                  "training to work with children. Being answered comes first: "
                                  "claim it only if nobody who fits can take it."),
}  # fmt: skip
