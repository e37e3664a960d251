"""Golden transcripts: recorded talks are said again, word for word, in four languages."""

from pathlib import Path

import pytest
import yaml

from bot.app.content import Content, read_content
from bot.app.transcripts import replay
from bot.domain.language import TAGS

FOLDER = Path(__file__).parent / "transcripts"
TALKS = sorted(FOLDER.glob("*.yaml"))


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content(sample=True)


@pytest.mark.parametrize("talk", TALKS, ids=lambda path: path.stem)
async def test_a_recorded_talk_is_said_again_word_for_word(talk: Path, content: Content) -> None:
    """Every screen of a recording is shown again; the session is sealed and opened between turns.

    After a wished change: `./run sanad flow test --update`, and read the difference.
    """
    assert await replay(talk, content) == []


def test_every_language_has_the_same_talks() -> None:
    """What is recorded in one language is recorded in all four."""
    cases = {tag: {path.stem.partition("_")[2] for path in TALKS
                   if path.stem.startswith(f"{tag}_")} for tag in TAGS}  # fmt: skip
    assert cases["en"]
    assert len({frozenset(names) for names in cases.values()}) == 1


async def test_a_changed_word_is_noticed(tmp_path: Path, content: Content) -> None:
    """A recording that differs in one word of one screen fails."""
    recorded = yaml.safe_load(TALKS[0].read_text(encoding="utf-8"))
    recorded["turns"][1]["shows"][0]["text"] += "!"
    changed = tmp_path / TALKS[0].name
    changed.write_text(yaml.safe_dump(recorded, allow_unicode=True), encoding="utf-8")
    assert len(await replay(changed, content)) == 1
