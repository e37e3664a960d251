"""Nodes the program goes to by itself, and the rules of the talk as numbers and lists."""

from typing import Final

ENTRY: Final = "entry.language"
EXIT: Final = "exit.bye"
DANGER: Final = "danger.card"
SELF_HARM: Final = "self_harm.ask"
MENU: Final = "menu.menu"
HELP: Final = "menu.help"
STOPPED: Final = "menu.stopped"
CONFIRM: Final = "repair.confirm"
AGAIN: Final = "repair.again"
LOST: Final = "repair.lost"
ODD: Final = "odd.media"
EDITED: Final = "odd.edited"
CUT: Final = "odd.cut"
TOO_LONG: Final = "odd.long"
ADDED: Final = "odd.added"
GATE: Final = "resume.gate"

SAFE: Final = "entry.safe"
LATER: Final = "entry.later"
UNSPOKEN_FLOWS: Final = frozenset({"entry", "exit", "odd", "outage", "resume"})
FETCHED_AGAIN: Final = frozenset({"find_services", "look_up", "read_reply", "letter", "duty"})
"""Acts that change nothing for the person, so that their outcome may be fetched again."""
SECRET_ANSWERS: Final = ("code", "word", "addition", "typed_code", "secret_word")
CARRIED: Final = frozenset({"topic", "self_harm", "organ_arranged", "marriage_soon"})
"""What guidance has learnt that a report begins with (besides the danger questions, dv_…)."""
FORKS: Final = frozenset({"age_band", "reporter_role"})
"""Answers that decide which consent is asked for: amending one walks on from there."""
ONE_LINE: Final = 80
"""A text answer with a smaller limit is asked for again rather than cut."""
SHORT_TEXT: Final = 6
"""Words of a text in which 911 stands for the number and not for something counted."""
URGENT_FLOWS: Final = frozenset({"danger", "self_harm"})

GATE_MINUTES: Final = 10
"""After this long a question is not simply asked again: somebody else may hold the phone."""
FORGET_MINUTES: Final = 30
"""After this long the draft and the session are gone."""
KEEP_REFERENCES_MINUTES: Final = 48 * 60
"""Telegram lets a bot erase messages for 48 hours."""
HOPS: Final = 60
"""A flow may say this much in one turn; the linter forbids circles without a question."""
MISSES_BEFORE_LOST: Final = 2
