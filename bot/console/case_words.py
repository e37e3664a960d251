"""The texts that the scripts of the case page show."""

from typing import Final

from bot.console.desk_words import OPENING, TIMES
from bot.i18n.marking import ConsolePhrase

LETTERS: Final[dict[str, ConsolePhrase]] = {
    # TRANSLATORS: state of a reply: in the mailbox, not seen yet
    "letter_waiting": ConsolePhrase("case", "waiting in the mailbox"),
    # TRANSLATORS: state of a reply that is not shown to the person
    "letter_held": ConsolePhrase("case", "held back: not marked safe to show"),
    "letter_read": ConsolePhrase("case", "read with the code"),
    "letter_withdrawn": ConsolePhrase("case", "taken back"),
    "no_letters": ConsolePhrase("case", "Nothing was written to the person yet."),
    "letter_number": ConsolePhrase("case", "Reply {n}"),
    "take_back": ConsolePhrase("case", "Take it back"),
    "left": ConsolePhrase("case", "{n} characters left"),
    "over": ConsolePhrase("case", "{n} characters too many"),
    "sent": ConsolePhrase("case", "Sealed and put in the mailbox. The person reads it with the "
                          "code."),
    "sent_held": ConsolePhrase("case", "Sealed and held back: the person does not see it."),
    "nothing_written": ConsolePhrase("case", "There is nothing written yet."),
}  # fmt: skip
NOTES: Final[dict[str, ConsolePhrase]] = {
    "no_notes": ConsolePhrase("case", "No notes yet."),
    "note_note": ConsolePhrase("case", "Note"),
    "note_sent": ConsolePhrase("case", "Copy of a reply"),
    "note_referral": ConsolePhrase("case", "Referral"),
    "note_handover": ConsolePhrase("case", "Hand-over"),
    "note_lowering": ConsolePhrase("case", "Urgency"),
    "note_closing": ConsolePhrase("case", "Closing"),
    "note_plan": ConsolePhrase("case", "Case steps"),
    "note_saved": ConsolePhrase("case", "Sealed and kept."),
    "exported": ConsolePhrase("case", "Exported as {kind}."),
    "by_at": ConsolePhrase("case", "{handle}, {time}"),
    "added": ConsolePhrase("case", "Added with the code, {time}"),
    "out_of_order": ConsolePhrase("case", "Its place among the additions is not certain."),
}
STEPS: Final[dict[str, ConsolePhrase]] = {
    "step_done": ConsolePhrase("case", "Done."),
    "confirm_hand_back": ConsolePhrase(
        "case", "Give the case back? Its clock starts anew, and somebody else takes it."
    ),
    "confirm_duplicate": ConsolePhrase("case", "Mark it as the same as another case?"),
    "confirm_reopen": ConsolePhrase(
        "case", "Reopen the case? It goes back to the queue with its clock."
    ),
    "lowering_by": ConsolePhrase("case", "{handle} asks to lower it to {level}."),
    "own_wish": ConsolePhrase("case", "You asked for it. Somebody else decides."),
    "open_first": ConsolePhrase("case", "Only its owner lowers a case, after opening it."),
    "needs_reason": ConsolePhrase("case", "Write the reason first."),
    "needs_member": ConsolePhrase("case", "Choose who takes it."),
    "near": ConsolePhrase(
        "case", "You declared a conflict with this governorate. Consider giving the case back."
    ),
    "checklist_open": ConsolePhrase("case", "Tick every line of the checklist first."),
}
REFERRALS: Final[dict[str, ConsolePhrase]] = {
    "no_referrals": ConsolePhrase("case", "Nothing was passed on."),
    "consent_missing": ConsolePhrase("case", "The person did not agree to this. Ask first; without "
                                     "a yes in the report nothing is passed on."),
    "supervisor_needed": ConsolePhrase("case", "Police and security are a supervisor's decision: "
                                       "escalate the case to one."),
    "confirmed_needed": ConsolePhrase("case", "Confirm that the person said yes again, to you."),
    "fields_needed": ConsolePhrase("case", "Name the organisation, the purpose, until when, and "
                                   "tick at least one line to pass on."),
    "expiry_past": ConsolePhrase("case", "The last day must be today or later, at most a year "
                                 "ahead."),
    "referral_line": ConsolePhrase("case", "{service}: {organisation}, until {date}"),
    "purpose": ConsolePhrase("case", "Purpose: {purpose}"),
    "passed_on": ConsolePhrase("case", "Passed on: {fields}"),
    "outcome": ConsolePhrase("case", "Outcome: {outcome}"),
    "no_outcome": ConsolePhrase("case", "Outcome not known yet"),
    "record_outcome": ConsolePhrase("case", "Keep the outcome"),
    "counted": ConsolePhrase("case", "Kept. Kind of help and outcome were counted, without the "
                             "case: the person agreed to statistics."),
    "not_counted": ConsolePhrase("case", "Kept, and not counted: the person did not agree to "
                                 "statistics."),
    "referral_kept": ConsolePhrase("case", "Kept. Below is what to pass on; it is not sent by this "
                                   "program."),
    "outcome_referred": ConsolePhrase("case", "referred"),
    "outcome_service_provided_by_your_agency": ConsolePhrase("case", "helped by our own "
                                                             "organisation"),
    "outcome_services_already_received_from_another_agency": ConsolePhrase("case", "helped already "
                                                                           "by another one"),
    "outcome_service_not_applicable": ConsolePhrase("case", "not applicable"),
    "outcome_referral_declined_by_survivor": ConsolePhrase("case", "declined by the person"),
    "outcome_service_unavailable": ConsolePhrase("case", "not available"),
}  # fmt: skip
EXPORTS: Final[dict[str, ConsolePhrase]] = {
    "export_consent": ConsolePhrase("case", "Tick that the person agreed to what you export."),
    "export_key": ConsolePhrase("case", "Choose a colleague, or paste a key that begins with "
                                "age1pq1."),
    "export_done": ConsolePhrase("case", "The file was made here and is in your downloads. Who "
                                 "exported is on record."),
    "primero_sent": ConsolePhrase("case", "Primero has it."),
    "primero_there": ConsolePhrase("case", "It was in Primero already; nothing was sent twice."),
    "primero_login": ConsolePhrase("case", "Primero does not accept this name and password."),
    "primero_refused": ConsolePhrase("case", "Primero refused the case: {why}"),
    "primero_away": ConsolePhrase("case", "Primero could not be reached from this browser. Nothing "
                                  "was sent."),
    "copied": ConsolePhrase("case", "Copied."),
}  # fmt: skip
CASE: Final[dict[str, ConsolePhrase]] = {
    **TIMES,
    **OPENING,
    **LETTERS,
    **NOTES,
    **STEPS,
    **REFERRALS,
    **EXPORTS,
    "last_seen": ConsolePhrase("queue", "What you see is of {time}."),
}
