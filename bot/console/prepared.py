"""Prepared replies: sentences a caseworker may begin with, in the language of the person.

They ask nothing that harms when read over a shoulder, promise nothing, and name no number but 911.
"""

from typing import Final

from bot.i18n.marking import ConsolePhrase

PREPARED: Final[dict[str, ConsolePhrase]] = {
    "read": ConsolePhrase("reply", "I have read what you wrote. Thank you for writing. I am a "
                          "person, and I will answer you here."),
    "safe": ConsolePhrase("reply", "Are you safe right now? If not, and if you can do so safely, "
                          "call {emergency}."),
    "times": ConsolePhrase("reply", "At which times is it safe for you to read here? Look only "
                           "when nobody else can see your phone."),
    "choice": ConsolePhrase("reply", "You decide what happens next. I do nothing with what you "
                            "wrote without asking you first."),
    "pass_on": ConsolePhrase("reply", "I know an organisation that may be able to help. May I tell "
                             "it what is needed for that, and nothing more? You can say no; "
                             "nothing changes for us."),
    "more": ConsolePhrase("reply", "If you want to, tell me what would help you most now. You need "
                          "not tell what happened."),
    "waiting": ConsolePhrase("reply", "I have no answer yet. I have not forgotten you; please look "
                             "again in a day or two."),
    "closing": ConsolePhrase("reply", "I am ending our work on this for now. You can write again "
                             "at any time, also without a reason."),
}  # fmt: skip
"""Offered in this order."""
