"""The closed lists of the case page in words: steps, checklist, reasons."""

from typing import Final

from bot.domain.tallies import OUTCOMES
from bot.i18n.marking import ConsolePhrase

PLAN: Final[dict[str, ConsolePhrase]] = {
    "engaged": ConsolePhrase("case", "Introduced myself; consent again, by my own words"),
    "assessed": ConsolePhrase("case", "Assessed: safety, needs, wishes"),
    "planned": ConsolePhrase("case", "Made a plan together"),
    "acted": ConsolePhrase("case", "Carried it out"),
    "followed": ConsolePhrase("case", "Followed up"),
    "ended": ConsolePhrase("case", "Prepared the closing together"),
}
"""The six steps of GBV case management; the bot serves only the first contact."""
CHECKLIST: Final[dict[str, ConsolePhrase]] = {
    "safety": ConsolePhrase("case", "The safety plan was reviewed"),
    "return": ConsolePhrase("case", "The person knows that they can write again at any time"),
    "supervisor": ConsolePhrase("case", "A supervisor agrees"),
}
CLOSINGS: Final[dict[str, ConsolePhrase]] = {
    "needs_met": ConsolePhrase("case", "Needs met to the extent possible"),
    "no_contact": ConsolePhrase("case", "No contact for a set period"),
    "survivor_asked": ConsolePhrase("case", "The survivor asked for it"),
    "left_area": ConsolePhrase("case", "Left the area"),
    "transferred": ConsolePhrase("case", "Transferred to another organisation"),
    "funding": ConsolePhrase("case", "Funding constraints"),
}
ESCALATIONS: Final[dict[str, ConsolePhrase]] = {
    "risk": ConsolePhrase("case", "The risk is high or rises"),
    "child": ConsolePhrase("case", "A child is concerned"),
    "official": ConsolePhrase("case", "An official is involved"),
    "conflict": ConsolePhrase("case", "A caseworker has a conflict"),
    "own_safety": ConsolePhrase("case", "My own safety"),
    "security": ConsolePhrase("case", "The person asks for police or security"),
    "other": ConsolePhrase("case", "Something else"),
}
RESULTS: Final = OUTCOMES
