"""Tables, values and marks of the numbers page in words."""

from collections.abc import Mapping
from typing import Final

from bot.console.report_labels import SHARES
from bot.console.report_values import VALUES
from bot.domain.publication import REST
from bot.domain.tallies import LATER, NOT_SAID, Table
from bot.i18n.marking import ConsolePhrase

TITLES: Final[Mapping[Table, ConsolePhrase]] = {
    "urgency": ConsolePhrase("numbers", "Reports by urgency"),
    "topic": ConsolePhrase("numbers", "Reports by topic"),
    "governorate": ConsolePhrase("numbers", "Reports by governorate"),
    "need": ConsolePhrase("numbers", "Needs named in reports"),
    "returns": ConsolePhrase("numbers", "People who came back with their code"),
    "topic_governorate": ConsolePhrase("numbers", "Topics by governorate"),
    "age_topic": ConsolePhrase("numbers", "Age bands by topic"),
    "outcome": ConsolePhrase("numbers", "Referrals and how they ended"),
    "answer": ConsolePhrase("numbers", "Time to the first answer, by urgency"),
}
OTHERS: Final[Mapping[str, ConsolePhrase]] = {
    "T0": ConsolePhrase("numbers", "T0, now"),
    "T1": ConsolePhrase("numbers", "T1, high"),
    "T2": ConsolePhrase("numbers", "T2, medium"),
    "T3": ConsolePhrase("numbers", "T3, low"),
    "returns": ConsolePhrase("numbers", "Came back"),
    "1h": ConsolePhrase("numbers", "Within an hour"),
    "4h": ConsolePhrase("numbers", "Within 4 hours"),
    "24h": ConsolePhrase("numbers", "Within 24 hours"),
    "72h": ConsolePhrase("numbers", "Within 72 hours"),
    "7d": ConsolePhrase("numbers", "Within 7 days"),
    LATER: ConsolePhrase("numbers", "Later"),
    "referred": ConsolePhrase("numbers", "Referred"),
    "service_provided_by_your_agency": ConsolePhrase("numbers", "Provided by us"),
    "services_already_received_from_another_agency": ConsolePhrase(
        "numbers", "Received elsewhere already"
    ),
    "service_not_applicable": ConsolePhrase("numbers", "Not applicable"),
    "referral_declined_by_survivor": ConsolePhrase("numbers", "Declined by the person"),
    "service_unavailable": ConsolePhrase("numbers", "Not available (unmet need)"),
    NOT_SAID: ConsolePhrase("numbers", "Not said"),
    REST: ConsolePhrase("numbers", "Other, put together"),
}
NUMBER: Final = ConsolePhrase("numbers", "Reports")
HIDDEN: Final = ConsolePhrase("numbers", "not shown")


def label(name: Table, value: str) -> ConsolePhrase:
    """A row's or column's value in words."""
    if name == "outcome" and value in SHARES:
        return SHARES[value]
    return OTHERS.get(value) or VALUES[value]
