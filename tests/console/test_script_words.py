"""Scripts hold keys, never words: every key they ask for has a text, and no text is left over."""

import re
from pathlib import Path

from bot.console.case_words import CASE
from bot.console.desk_words import QUEUE
from bot.console.words import WORDS

STATIC = Path(__file__).parents[2] / "bot" / "console" / "static"
SCRIPTS = "\n".join(
    file.read_text(encoding="utf-8")
    for file in sorted(STATIC.rglob("*.js"))
    if "vendor" not in file.parts
)
# Chosen by a code: `words(`letter_${state}`)`.
FAMILIES = ("letter_", "note_", "refused_", "outcome_", "primero_", "roster_")


def test_every_key_a_script_asks_for_has_a_text() -> None:
    """A key without a text would be shown as the key."""
    asked = set(re.findall(r"""\bwords\(\s*["']([a-z0-9_]+)["']""", SCRIPTS))
    known = {key for page in WORDS.values() for key in page}
    assert len(asked) > 40
    assert asked - known == set()


def test_no_text_of_queue_and_case_is_left_over() -> None:
    """Translators are not asked for texts that nobody sees."""
    quoted = set(re.findall(r"""["'`]([a-z0-9_]+)["'`]""", SCRIPTS))
    unused = {key for key in QUEUE | CASE if key not in quoted and not key.startswith(FAMILIES)}
    assert unused == set()
