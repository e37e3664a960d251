"""The acts of the audit chain in words."""

from collections.abc import Mapping
from typing import Final

from bot.i18n.marking import ConsolePhrase

ACTS: Final[Mapping[str, ConsolePhrase]] = {
    "submit": ConsolePhrase("audit", "Report came in"),
    "add": ConsolePhrase("audit", "Person added something"),
    "withdraw": ConsolePhrase("audit", "Person withdrew the report"),
    "claim": ConsolePhrase("audit", "Claimed"),
    "open": ConsolePhrase("audit", "Opened"),
    "contact": ConsolePhrase("audit", "Replied"),
    "note": ConsolePhrase("audit", "Wrote a note"),
    "plan": ConsolePhrase("audit", "Changed the plan"),
    "refer": ConsolePhrase("audit", "Referred"),
    "hand_back": ConsolePhrase("audit", "Handed back"),
    "hand_over": ConsolePhrase("audit", "Handed over"),
    "lapse": ConsolePhrase("audit", "Claim lapsed"),
    "release": ConsolePhrase("audit", "Taken back: the owner left"),
    "escalate": ConsolePhrase("audit", "Escalated"),
    "close": ConsolePhrase("audit", "Closed"),
    "reopen": ConsolePhrase("audit", "Reopened"),
    "mark_duplicate": ConsolePhrase("audit", "Marked as a duplicate"),
    "withdraw_letter": ConsolePhrase("audit", "Took a reply back"),
    "raise": ConsolePhrase("audit", "Raised the urgency"),
    "wish_lower": ConsolePhrase("audit", "Asked to lower the urgency"),
    "lower": ConsolePhrase("audit", "Lowered the urgency"),
    "refuse_lower": ConsolePhrase("audit", "Refused to lower the urgency"),
    "reseal": ConsolePhrase("audit", "Sealed again"),
    "destroyed": ConsolePhrase("audit", "Destroyed after its time"),
}
