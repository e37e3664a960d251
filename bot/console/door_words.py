"""What the scripts of signing in, joining, one's own keys and the roster say."""

from typing import Final

from bot.console.labels import ROLES
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
    "renewed": ConsolePhrase(
        "me",
        "Done. The old passphrase, the old recovery code and your "
        "passkeys open nothing any more; add the passkeys again.",
    ),
    "i_have_them": ConsolePhrase("me", "I have both: put them in force"),
    "rotate_sure": ConsolePhrase(
        "me", "Your old keys stay in your hands for what was sealed to them. Make new ones?"
    ),
    "rotated": ConsolePhrase("me", "Done. Read your new words to the administrator."),
    "imported": ConsolePhrase("me", "Done. These are your keys now."),
    "ended": ConsolePhrase("me", "Signed out everywhere else."),
    "print": ConsolePhrase("me", "Print"),
    "notices_on": ConsolePhrase("me", "Wake this browser when work waits"),
    "notices_off": ConsolePhrase("me", "Do not wake this browser any more"),
    "notices_none": ConsolePhrase("me", "This browser cannot be woken."),
    "notices_refused": ConsolePhrase("me", "The browser was told not to allow it."),
}
ROSTER: Final[dict[str, ConsolePhrase]] = {}
