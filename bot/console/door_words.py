"""What the scripts of signing in, joining, one's own keys and the roster say."""

from typing import Final

from bot.console.labels import DAYS, GENDERS, GOVERNORATES, ROLES
from bot.i18n.marking import ConsolePhrase

LOGIN: Final[dict[str, ConsolePhrase]] = {
    "code_digits": ConsolePhrase("login", "The one-time code has six digits."),
    "recovery_groups": ConsolePhrase("login", "Look again at these groups of the code: {groups}"),
}
JOIN: Final[dict[str, ConsolePhrase]] = {
    "no_invitation": ConsolePhrase(
        "join",
        "This address holds no invitation. Open the whole link that the administrator gave you.",
    ),
    "passphrase_differs": ConsolePhrase("join", "That is not the passphrase above."),
    "recovery_differs": ConsolePhrase("join", "That is not the first group of the recovery code."),
    "code_digits": ConsolePhrase("login", "The one-time code has six digits."),
    "begin_again": ConsolePhrase(
        "join",
        "Your new keys were wiped because nobody was here for "
        "a while. Reload this page from the link and begin again; "
        "nothing was sent.",
    ),
    "passkey_opens": ConsolePhrase("me", "The passkey signs you in and opens your keys."),
    "passkey_signs": ConsolePhrase(
        "me",
        "The passkey signs you in. This device cannot open your keys with it; the passphrase does.",
    ),
    **{f"role_{role}": phrase for role, phrase in ROLES.items()},
}
UNLOCK: Final[dict[str, ConsolePhrase]] = {
    "unlock_title": ConsolePhrase("unlock", "Open your keys"),
    "unlock_passphrase": ConsolePhrase("unlock", "Passphrase"),
    "unlock_recovery": ConsolePhrase("unlock", "Recovery code"),
    "unlock_open": ConsolePhrase("unlock", "Open"),
    "unlock_passkey": ConsolePhrase("unlock", "Open with a passkey"),
    "unlock_with_code": ConsolePhrase("unlock", "Use the recovery code instead"),
    "unlock_cancel": ConsolePhrase("unlock", "Not now"),
}
"""The dialog that opens one's keys, on every page."""
ME: Final[dict[str, ConsolePhrase]] = {
    "passkey_opens": JOIN["passkey_opens"],
    "passkey_signs": JOIN["passkey_signs"],
    "passkey_needs_keys": ConsolePhrase(
        "me", "Open your keys first: the passkey is to open them, too."
    ),
    "new_passphrase": ConsolePhrase("me", "Your new passphrase"),
    "new_recovery": ConsolePhrase("me", "Your new recovery code: print it or write it down"),
    "i_have_them": ConsolePhrase("me", "I have both: put them in force"),
    "rotate_sure": ConsolePhrase(
        "me", "Your old keys stay in your hands for what was sealed to them. Make new ones?"
    ),
    "ended": ConsolePhrase("me", "Signed out everywhere else."),
    "print": ConsolePhrase("me", "Print"),
    "notices_on": ConsolePhrase("me", "Wake this browser when work waits"),
    "notices_off": ConsolePhrase("me", "Do not wake this browser any more"),
    "notices_none": ConsolePhrase("me", "This browser cannot be woken."),
    "notices_refused": ConsolePhrase("me", "The browser was told not to allow it."),
}
ROSTER: Final[dict[str, ConsolePhrase]] = {
    "signature_holds": ConsolePhrase(
        "roster",
        "Version {version}: this browser has checked the administrator's signature, and it holds.",
    ),
    "role": ConsolePhrase("roster", "Role"),
    "languages": ConsolePhrase("roster", "Languages"),
    "gender": ConsolePhrase("roster", "Woman or man, for people who ask"),
    "child_trained": ConsolePhrase("roster", "Trained to work with children"),
    "conflicts": ConsolePhrase("roster", "Governorates to stay away from"),
    "backup": ConsolePhrase("roster", "Backup: called second"),
    "on_call": ConsolePhrase("roster", "On call: called when the backup does not answer"),
    "shifts": ConsolePhrase("roster", "Shifts"),
    "days": ConsolePhrase("roster", "Days"),
    "from": ConsolePhrase("roster", "From"),
    "until": ConsolePhrase("roster", "Until"),
    "add_shift": ConsolePhrase("roster", "Add a shift"),
    "remove_shift": ConsolePhrase("roster", "Remove the shift"),
    "leave": ConsolePhrase("roster", "Leave"),
    "first_day": ConsolePhrase("roster", "First day"),
    "last_day": ConsolePhrase("roster", "Last day"),
    "add_leave": ConsolePhrase("roster", "Add leave"),
    "remove_leave": ConsolePhrase("roster", "Remove the leave"),
    "remove": ConsolePhrase("roster", "Take out of the roster"),
    "no_account": ConsolePhrase(
        "roster", "No account here: works in the terminal, or has not joined yet."
    ),
    "is_revoked": ConsolePhrase(
        "roster",
        "The account was ended. Take them out and sign: until "
        "then new cases are still sealed to their key.",
    ),
    "keys_differ": ConsolePhrase(
        "roster",
        "The account has other keys than the roster. Have these "
        "words read to you by a voice you know, before you take them:",
    ),
    "take_keys": ConsolePhrase("roster", "I heard these words: take the new keys"),
    "break_glass": ConsolePhrase("roster", "Last-resort key"),
    "break_glass_help": ConsolePhrase(
        "roster", "A public key whose private half lies in a safe. Every case is sealed to it, too."
    ),
    "check": ConsolePhrase("roster", "See what would be missing"),
    "no_gaps": ConsolePhrase("roster", "Nothing would be missing in the next seven days."),
    "faults_first": ConsolePhrase("roster", "First mend what is listed above."),
    "sign_version": ConsolePhrase("roster", "Sign version {version}"),
    "fault_language": ConsolePhrase("roster", "{handle} speaks no language here."),
    "fault_key": ConsolePhrase("roster", "{handle} has no key."),
    "fault_days": ConsolePhrase("roster", "A shift of {handle} has no day."),
    "fault_time": ConsolePhrase("roster", "A shift of {handle} has no times."),
    "fault_leave": ConsolePhrase(
        "roster", "A leave of {handle} has no days, or ends before it begins."
    ),
    "fault_nobody": ConsolePhrase("roster", "Nobody could open a case."),
    "not_trusted": ConsolePhrase(
        "roster",
        "Your key is not one that this installation takes "
        "rosters from. Whoever runs the server pins it: sanad console "
        "pin.",
    ),
    "revoked": ConsolePhrase("roster", "ended"),
    "revoke": ConsolePhrase("roster", "End the account now"),
    "revoke_sure": ConsolePhrase(
        "roster",
        "End the account of {handle} now? All windows are signed "
        "out and open cases go back into the queue. What was opened "
        "before cannot be taken back.",
    ),
    "revoke_done": ConsolePhrase(
        "roster",
        "Ended. Cases back in the queue: {cases}. Now take them out of the roster and sign.",
    ),
    "compare": ConsolePhrase(
        "roster",
        "Joined, and not in the roster yet. Have these words read to you by a voice you know:",
    ),
    "accept": ConsolePhrase("roster", "I heard these words: accept"),
    "accepted": ConsolePhrase("roster", "{handle} is in the draft. Say when they work, then sign."),
    "withdraw": ConsolePhrase("roster", "Withdraw"),
    "invitation_open": ConsolePhrase("roster", "invited, {hours} hours left"),
    "invitation_over": ConsolePhrase("roster", "invited, but not in time"),
    **{f"role_{role}": phrase for role, phrase in ROLES.items()},
    **{f"day_{day}": phrase for day, phrase in DAYS.items()},
    **{f"gender_{gender or 'none'}": phrase for gender, phrase in GENDERS.items()},
    **{f"place_{code}": phrase for code, phrase in GOVERNORATES.items()},
    "language_ar": ConsolePhrase("roster", "Arabic"),
    "language_ckb": ConsolePhrase("roster", "Sorani"),
    "language_kmr": ConsolePhrase("roster", "Badini"),
    "language_en": ConsolePhrase("roster", "English"),
}
