"""Errors that reach a person; each text names cause and remedy and carries no personal data."""

from typing import Literal

CaseReason = Literal[
    "not_now",  # the table of steps does not know this step from this state
    "not_yours",  # somebody else's case
    "not_your_role",
    "changed",  # the case is not as it was read
    "taken",  # somebody was quicker
    "mismatch",  # the case asks for somebody else
    "unknown",  # no such case
    "no_mailbox",  # the person's mailbox is not derived yet, or never will be
    "bad_letter",  # a reply too long or empty, or not sealed to the mailbox and to nobody else
    "bad_note",  # a note not sealed to exactly the roster in force
    "bad_number",  # a letter or note that is not the next of its case
    "bad_reason",  # no closing reason of the list
    "bad_level",  # no urgency, or not in this direction
    "second_person",  # somebody else must agree
    "no_wish",  # nothing waits for a second person
    "waits_already",  # a wish waits already
    "needs_supervisor",
    "bad_next",  # nobody a case can be handed to
    "not_sealed_to_next",  # the next person could not open all of it
    "letter_gone",  # a reply that was read or withdrawn
]


class SanadError(Exception):
    """Something a person can put right; `str(error)` is the sentence shown to them."""


class ConfigurationError(SanadError):
    """A setting is missing, contradictory or a placeholder; names the setting and the remedy."""


class FlowError(SanadError):
    """A flow file cannot be used; the text starts with file:line:column."""


class StoreError(SanadError):
    """The database could not do what was asked; nothing was changed."""


class SealError(SanadError):
    """A report cannot be sealed (no recipients, a refused roster, a key of the wrong form)."""


class OpenError(SanadError):
    """A sealed file, session or code does not open: wrong key, altered, or not for this purpose."""


class RosterError(SanadError):
    """The roster is unsigned, rolled back, altered or incomplete."""


class UnsignedRosterError(RosterError):
    """No administrator trusted here signed the roster, or it was altered."""


class OldRosterError(RosterError):
    """The roster is older than one that was in force, or another has its version."""


class CaseError(SanadError):
    """A step the case does not allow now, or one somebody else was quicker to take.

    `reason` is a word of a closed list, for who says it in another language.
    """

    def __init__(self, sentence: str, reason: CaseReason = "not_now") -> None:
        super().__init__(sentence)
        self.reason = reason


class AuditError(SanadError):
    """The chain of acts does not hold, or a head of it cannot be trusted."""
