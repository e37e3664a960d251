"""The texts that JavaScript shows, by page: it holds keys, never words.

A page reads them with `words("key")` (static/words.js); "shell" is there on every page.
"""

from typing import Final

from bot.console.case_words import CASE
from bot.console.desk_words import QUEUE
from bot.console.door_words import JOIN, LOGIN, ME, ROSTER, UNLOCK
from bot.i18n.marking import ConsolePhrase

WORDS: Final[dict[str, dict[str, ConsolePhrase]]] = {
    "shell": {
        **UNLOCK,
        "offline": ConsolePhrase("shell", "No connection. What you see may be old."),
        "online": ConsolePhrase("shell", "Connected again."),
        "failed": ConsolePhrase("shell", "The server could not be reached. Nothing is lost; try "
                                "again."),
        "sign_in": ConsolePhrase("login", "Sign in"),
        "locked": ConsolePhrase("shell", "Your keys are locked."),
        "unlocked": ConsolePhrase("shell", "Your keys are open."),
        "no_crypto": ConsolePhrase("shell", "This browser cannot encrypt. Use a current Firefox, "
                                   "Chrome or Safari, over https."),
        "broken": ConsolePhrase("shell", "Something failed in this browser. Nothing was changed; "
                                "try again."),
        "passkey_stopped": ConsolePhrase("shell", "The passkey was not used."),
        "wrong_secret": ConsolePhrase("shell", "That does not open your keys."),
        "roster_no_roster": ConsolePhrase("shell", "No roster has been signed yet."),
        "roster_unsigned": ConsolePhrase("shell", "The roster the server sent is not signed by an "
                                         "administrator this browser trusts. Nothing is opened or "
                                         "sent. Tell the administrator, not by this computer."),
        "roster_rolled_back": ConsolePhrase("shell", "The server sent an older roster than this "
                                            "browser has seen. Nothing is opened or sent. Tell the "
                                            "administrator, not by this computer."),
        "chain_altered": ConsolePhrase("shell", "The record of acts is not the one this browser "
                                       "has seen: it was cut off or rewritten. Tell your "
                                       "supervisor, not by this computer. See My keys."),
        "roster_altered": ConsolePhrase("shell", "The server sent a roster that was altered. "
                                        "Nothing is opened or sent. Tell the administrator, not by "
                                        "this computer."),
    },
    "login": LOGIN,
    "queue": QUEUE,
    "me": {
        **ME,
        "work_waiting": ConsolePhrase("notices", "You have work waiting"),
    },
    "audit": {
        "chain_holds": ConsolePhrase("audit", "Entries {first} to {last} were gone through in this "
                                     "browser: nothing was altered."),
        "chain_same": ConsolePhrase("audit", "Nothing new since entry {number}, and nothing was "
                                    "altered."),
        "chain_broken": ConsolePhrase("audit", "The record does not hold at entry {number}. "
                                      "Change nothing, and tell whoever runs this server."),
        "chain_altered": ConsolePhrase("audit", "The record is not the one this browser has seen "
                                       "up to entry {number}: its end was cut off, or it was "
                                       "rewritten. Change nothing, and tell whoever runs this "
                                       "server."),
    },
    "case": CASE,
    "join": JOIN,
    "roster": ROSTER,
}  # fmt: skip
