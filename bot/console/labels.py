"""What closed values of the roster are called: roles, days, genders, what is missing in an hour."""

from collections.abc import Mapping
from typing import Final

from bot.console.report_values import VALUES
from bot.domain.baghdad import Weekday
from bot.domain.report import GOVERNORATES as CODES
from bot.domain.roster import Role
from bot.i18n.marking import ConsolePhrase

ROLES: Final[Mapping[Role, ConsolePhrase]] = {
    "caseworker": ConsolePhrase("roster", "Caseworker"),
    "supervisor": ConsolePhrase("roster", "Supervisor"),
    "manager": ConsolePhrase("roster", "Manager"),
    "admin": ConsolePhrase("roster", "Administrator"),
}
DAYS: Final[Mapping[Weekday, ConsolePhrase]] = {
    "sat": ConsolePhrase("roster", "Saturday"),
    "sun": ConsolePhrase("roster", "Sunday"),
    "mon": ConsolePhrase("roster", "Monday"),
    "tue": ConsolePhrase("roster", "Tuesday"),
    "wed": ConsolePhrase("roster", "Wednesday"),
    "thu": ConsolePhrase("roster", "Thursday"),
    "fri": ConsolePhrase("roster", "Friday"),
}
GENDERS: Final[Mapping[str, ConsolePhrase]] = {
    "female": ConsolePhrase("roster", "Woman"),
    "male": ConsolePhrase("roster", "Man"),
    "": ConsolePhrase("roster", "Not said"),
}
MISSING: Final[Mapping[str, ConsolePhrase]] = {
    "anybody": ConsolePhrase("roster", "Nobody at all"),
    "ar": ConsolePhrase("roster", "Nobody who speaks Arabic"),
    "ckb": ConsolePhrase("roster", "Nobody who speaks Sorani"),
    "kmr": ConsolePhrase("roster", "Nobody who speaks Badini"),
    "en": ConsolePhrase("roster", "Nobody who speaks English"),
    "woman": ConsolePhrase("roster", "No woman"),
    "child_trained": ConsolePhrase("roster", "Nobody trained to work with children"),
}
"""By bot.domain.rota.Gap.missing."""
GOVERNORATES: Final[Mapping[str, ConsolePhrase]] = {code: VALUES[code] for code in CODES}
