import pytest

from bot.app.content import FLOWS, LOCALES
from bot.app.faces import faces
from bot.engine.routing import Lexicon
from bot.i18n import catalogues

NAME, ABOUT, DESCRIPTION = 64, 120, 512
"""The most characters that Telegram takes."""


@pytest.fixture(scope="module")
def shown():
    return faces(catalogues.load(LOCALES))


def test_a_face_fits_into_what_telegram_takes(shown):
    """Each of our languages has a face, and none is refused for its length."""
    assert set(shown) == {"", "ar", "en", "ku"}
    for face in shown.values():
        assert 0 < len(face.name) <= NAME
        assert 0 < len(face.short_description) <= ABOUT
        assert 0 < len(face.description) <= DESCRIPTION


def test_a_face_gives_nobody_away(shown):
    """Whoever sees the bot in a list of chats reads nothing of what it is about."""
    lexicon = Lexicon.load(FLOWS / "lexicon")
    for face in shown.values():
        for text in (face.name, face.short_description, face.description):
            for line in text.split("\n"):
                assert lexicon.route(line).topic in {"other", "language", "about"}, line
