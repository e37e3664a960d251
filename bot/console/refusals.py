"""Everything the console may refuse: a code, a status and one plain sentence each.

JSON: `{"error": CODE, "message": SENTENCE}`. A refusal never repeats what was sent.
"""

from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.i18n.marking import ConsolePhrase

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to be refused."""

    status: int
    sentence: ConsolePhrase


REFUSALS: Final[dict[str, Kind]] = {
    "bad_request": Kind(
        400, ConsolePhrase("refusals", "This page sent something unexpected. Reload it, then try "
                           "again.")
    ),
    "too_large": Kind(413, ConsolePhrase("refusals", "That is too long to be taken.")),
    "too_fast": Kind(429, ConsolePhrase("refusals", "Too many at once. Wait a moment, then try "
                                        "again.")),
    "signed_out": Kind(
        401, ConsolePhrase("refusals", "You are signed out. Sign in again; what you typed stays on "
                           "this page.")
    ),
    "forgery": Kind(
        403, ConsolePhrase("refusals", "This page is out of date. Reload it, then try again.")
    ),
    "not_yours": Kind(403, ConsolePhrase("refusals", "Your role does not do this.")),
    "not_found": Kind(404, ConsolePhrase("refusals", "There is nothing here.")),
    "wrong_place": Kind(421, ConsolePhrase("refusals", "The console has another address.")),
    "database_away": Kind(
        503, ConsolePhrase("refusals", "The database does not answer. Nothing is lost; try again "
                           "in a minute.")
    ),
    "broken": Kind(
        500, ConsolePhrase("refusals", "Something failed here. Nothing was changed; try again.")
    ),
    # Signing in
    "wrong_credentials": Kind(
        403, ConsolePhrase("refusals", "The name, the passphrase or the code is not right.")
    ),
    "wrong_recovery": Kind(
        403, ConsolePhrase("refusals", "The name or the recovery code is not right.")
    ),
    "wrong_passkey": Kind(
        403, ConsolePhrase("refusals", "This passkey does not sign in here. Use the passphrase.")
    ),
    "code_used": Kind(
        403, ConsolePhrase("refusals", "This one-time code was used already. Wait for the next.")
    ),
    "slow_down": Kind(
        429, ConsolePhrase("refusals", "Too many wrong tries. Try again in {n} seconds.")
    ),
    # Joining
    "invitation_unknown": Kind(
        404, ConsolePhrase("refusals", "This invitation is not of this installation, or it was "
                           "withdrawn. Ask the administrator for a new one.")
    ),
    "invitation_expired": Kind(
        410, ConsolePhrase("refusals", "This invitation is over: it held for three days. Ask the "
                           "administrator for a new one.")
    ),
    "invitation_used": Kind(
        410, ConsolePhrase("refusals", "This invitation was used already. If it was not you, tell "
                           "the administrator at once.")
    ),
    "handle_taken": Kind(
        409, ConsolePhrase("refusals", "That name has an account or an invitation already.")
    ),
    "wrong_code": Kind(
        403, ConsolePhrase("refusals", "The one-time code is not right. Look at your "
                           "authenticator again.")
    ),
    "wrong_proof": Kind(
        400, ConsolePhrase("refusals", "The new keys do not fit together. Reload the page and "
                           "begin again.")
    ),
    "keys_changed": Kind(
        409, ConsolePhrase("refusals", "Your keys were changed in another window. Reload the page.")
    ),
    # The roster
    "roster_newer": Kind(
        409, ConsolePhrase("refusals", "Somebody signed another version meanwhile. Your changes "
                           "are kept on this page; look at theirs, then sign again.")
    ),
    "roster_unsigned": Kind(
        403, ConsolePhrase("refusals", "This roster is not signed by an administrator trusted "
                           "here.")
    ),
    "roster_incomplete": Kind(
        422, ConsolePhrase("refusals", "The roster is incomplete: everybody who opens cases needs "
                           "a key and a language, and every shift its days and times.")
    ),
    "no_roster": Kind(404, ConsolePhrase("refusals", "No roster has been signed yet.")),
    "last_admin": Kind(
        409, ConsolePhrase("refusals", "You cannot end your own account. Another administrator "
                           "does that.")
    ),
    # The queue and the cases
    "not_in_roster": Kind(
        403, ConsolePhrase("refusals", "You are not in the signed roster yet. The administrator "
                           "signs the next version; then this page works.")
    ),
    "taken": Kind(
        409, ConsolePhrase("refusals", "Somebody else was quicker. Take another case.")
    ),
    "nothing_waits": Kind(
        404, ConsolePhrase("refusals", "Nothing waits that you could take.")
    ),
    "for_supervisor": Kind(
        403, ConsolePhrase("refusals", "This case was escalated: a supervisor takes it.")
    ),
    "does_not_fit": Kind(
        409, ConsolePhrase("refusals", "This case asks for another language, a woman or training "
                           "to work with children. Leave it, or claim it if nobody fits.")
    ),
    "not_your_case": Kind(
        403, ConsolePhrase("refusals", "Only its owner does this. The case may have been handed "
                           "over, or its lease may have ended.")
    ),
    "case_changed": Kind(
        409, ConsolePhrase("refusals", "The case has changed in the meantime. Look at it again; "
                           "what you typed is still here.")
    ),
    "case_gone": Kind(
        410, ConsolePhrase("refusals", "The person has withdrawn this case. Its content is "
                           "destroyed, and nothing of it may be kept.")
    ),
    "step_refused": Kind(
        409, ConsolePhrase("refusals", "This step is not possible in the state the case is in.")
    ),
    "second_person": Kind(
        403, ConsolePhrase("refusals", "A second person decides this: not who asked for it.")
    ),
    "mailbox_not_ready": Kind(
        409, ConsolePhrase("refusals", "The person's mailbox is not ready yet. Try again in a "
                           "minute; your reply is still here.")
    ),
    "already_read": Kind(
        409, ConsolePhrase("refusals", "This reply was read already and cannot be taken back.")
    ),
    "member_unknown": Kind(
        404, ConsolePhrase("refusals", "Nobody of that name opens cases by the signed roster.")
    ),
    "bad_letter": Kind(
        422, ConsolePhrase("refusals", "This reply is too long, or was not sealed to the person's "
                           "mailbox. It is still on this page.")
    ),
    "bad_level": Kind(
        409, ConsolePhrase("refusals", "That is not a change: look at the urgency again.")
    ),
    "waits_already": Kind(
        409, ConsolePhrase("refusals", "A wish to lower it waits for a second person already.")
    ),
    "not_sealed_to_next": Kind(
        409, ConsolePhrase("refusals", "Parts of the case are not sealed to this colleague yet. "
                           "Your browser seals them now; try again in a minute.")
    ),
    "roster_old": Kind(
        409, ConsolePhrase("refusals", "A newer roster is in force. Reload the page, then try "
                           "again; copy what you typed first.")
    ),
    # Being called
    "not_a_push_service": Kind(
        422, ConsolePhrase("refusals", "This browser's notices come from a service that is not "
                           "known here.")
    ),
}  # fmt: skip
"""The closed list. Pages add theirs here, with the texts of their page."""


@dataclass(slots=True)
class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Ends a request with one of REFUSALS; `values` fill the sentence in."""

    code: str
    values: dict[str, object] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.code not in REFUSALS:
            raise ValueError(f"{self.code} is no refusal of the console")


def unexpected(error: Exception) -> Refusal:
    """The refusal that an error nobody foresaw becomes; only its kind is logged."""
    names = {kind.__name__ for kind in type(error).__mro__}
    away = {"StoreError", "OperationalError", "InterfaceError"}
    # aiosqlite says ValueError("no active connection") once its database is gone.
    closed = isinstance(error, ValueError) and "connection" in str(error)
    code = "database_away" if names & away or closed else "broken"
    _log.error("console_failed", kind=type(error).__name__, reason=code)
    return Refusal(code)
