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
    "withdraw_letter": ConsolePhrase("audit", "Took a reply back"),
    "note": ConsolePhrase("audit", "Wrote a note"),
    "refer": ConsolePhrase("audit", "Referred"),
    "hand_back": ConsolePhrase("audit", "Handed back"),
    "hand_over": ConsolePhrase("audit", "Handed over"),
    "take_over": ConsolePhrase("audit", "Took over"),
    "lapse": ConsolePhrase("audit", "Claim lapsed"),
    "release": ConsolePhrase("audit", "Taken back: the owner left"),
    "escalate": ConsolePhrase("audit", "Escalated"),
    "raise": ConsolePhrase("audit", "Raised the urgency"),
    "lower": ConsolePhrase("audit", "Lowered the urgency, or asked to"),
    "agree_lower": ConsolePhrase("audit", "Agreed to lower the urgency"),
    "refuse_lower": ConsolePhrase("audit", "Refused to lower the urgency"),
    "close": ConsolePhrase("audit", "Closed"),
    "reopen": ConsolePhrase("audit", "Reopened"),
    "mark_duplicate": ConsolePhrase("audit", "Marked as a duplicate"),
    "reseal": ConsolePhrase("audit", "Sealed again"),
    "destroyed": ConsolePhrase("audit", "Destroyed after its time"),
    "invite": ConsolePhrase("audit", "Invited somebody"),
    "withdraw_invitation": ConsolePhrase("audit", "Withdrew an invitation"),
    "join": ConsolePhrase("audit", "Joined"),
    "sign_in": ConsolePhrase("audit", "Signed in with the passphrase"),
    "sign_in_passkey": ConsolePhrase("audit", "Signed in with a passkey"),
    "sign_in_recovery": ConsolePhrase("audit", "Signed in with the recovery code"),
    "change_passphrase": ConsolePhrase("audit", "Made a new passphrase"),
    "change_keys": ConsolePhrase("audit", "Made new keys"),
    "add_passkey": ConsolePhrase("audit", "Added a passkey"),
    "drop_passkey": ConsolePhrase("audit", "Removed a passkey"),
    "revoke": ConsolePhrase("audit", "Ended an account"),
    "sign_roster": ConsolePhrase("audit", "Signed the roster"),
    "accept_record": ConsolePhrase("audit", "Accepted a changed record of acts"),
}
