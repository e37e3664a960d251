"""What a visitor sees on Telegram, checked against the library's own types."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardMarkup, LinkPreviewOptions

from bot.channels.telegram import rendering
from bot.channels.telegram.rendering import RIGHT_TO_LEFT_MARK as RLM
from bot.domain.language import TAGS
from bot.domain.message import Button, Copy, Outgoing
from tests.fakes.echo import screen

CHAT = 7_100_000_001


def sent(message: Outgoing) -> dict[str, Any]:
    (body,) = rendering.send_bodies(CHAT, message)
    return json.loads(body)


def labels(message: Outgoing) -> list[list[str]]:
    return [[button["text"] for button in row] for row in rendering.keyboard(message)]


def buttons(count: int, label: str) -> tuple[Button, ...]:
    return tuple(Button(f"b{at}:1", label, str(at + 1)) for at in range(count))


def test_keyboard_is_what_the_library_calls_one():
    """python-telegram-bot reads our keyboard and our preview options and writes them back alike."""
    body = sent(screen("Is it safe?"))
    markup = InlineKeyboardMarkup.de_json(body["reply_markup"], None)
    assert markup is not None
    assert json.loads(markup.to_json()) == body["reply_markup"]
    assert markup.inline_keyboard[2][0].copy_text.text == "911"
    options = LinkPreviewOptions.de_json(body["link_preview_options"], None)
    assert options is not None
    assert options.is_disabled


def test_message_is_protected_and_plain():
    """A message cannot be forwarded, shows no link preview and is never read as markup."""
    body = sent(screen("<b>*_`not bold</b>"))
    assert body["protect_content"] is True
    assert body["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in body
    assert body["text"] == "<b>*_`not bold</b>"


def test_choices_have_numbers_and_moves_have_none():
    """Choices stand one in a row with their number; copies follow; moves close the keyboard."""
    assert labels(screen("?")) == [["1 · Yes"], ["2 · No"], ["⧉ Number"], ["Back", "Leave"]]


def test_many_short_choices_share_rows():
    """Three or more short choices stand two in a row, long ones never do."""
    short = Outgoing("?", "en", choices=buttons(5, "Erbil"))
    long = Outgoing("?", "en", choices=buttons(5, "A rather long label"))
    assert [len(row) for row in labels(short)] == [2, 2, 1]
    assert [len(row) for row in labels(long)] == [1] * 5


@pytest.mark.parametrize(("label", "rows"), [("Back", [3, 1]), ("Go back a step", [2, 2])])
def test_moves_fill_rows(label, rows):
    """Moves stand three in a row when short and two otherwise."""
    assert [len(row) for row in labels(Outgoing("?", "en", moves=buttons(4, label)))] == rows


@pytest.mark.parametrize(
    ("text", "first"),
    [("سؤال", "س"), ("911 اتصل", RLM), ("ڕێگا", "ڕ"), ("Sanad سند", RLM), ("", RLM)],
)
def test_right_to_left_texts_begin_so(text, first):
    """A text in Arabic or Kurdish begins with a letter that makes Telegram align it right."""
    assert sent(Outgoing(text, "ckb"))["text"][0] == first


def test_left_to_right_text_is_untouched():
    """An English text gets no direction mark, nor do its buttons."""
    body = sent(screen("911"))
    assert body["text"] == "911"
    assert RLM not in json.dumps(body, ensure_ascii=False)


def test_buttons_of_right_to_left_languages_are_marked():
    """A number in front does not turn an Arabic button around."""
    message = Outgoing("؟", "ar", choices=(Button("y:1", "نعم", "1"),))
    assert labels(message) == [[RLM + "1 · نعم"]]


def test_long_text_becomes_several_messages():
    """A text beyond Telegram's limit is cut at paragraphs, loses no word, keyboard at the end."""
    text = "\n\n".join(f"Paragraph {at}. " + "word " * 90 for at in range(30)).strip()
    bodies = [json.loads(body) for body in rendering.send_bodies(CHAT, screen(text))]
    assert len(bodies) > 2
    assert " ".join(body["text"] for body in bodies).split() == text.split()
    assert [body["text"].startswith("Paragraph") for body in bodies] == [True] * len(bodies)
    assert ["reply_markup" in body for body in bodies] == [False] * (len(bodies) - 1) + [True]
    assert rendering.edit_body(CHAT, 5, screen(text)) is None


def test_copy_too_long_for_a_button_is_left_out():
    """A letter of a page is copied from the message, not from a button that would be refused."""
    message = Outgoing("?", "en", copies=(Copy("Letter", "x" * 257), Copy("Code", "x" * 256)))
    assert labels(message) == [["⧉ Code"]]


def test_edit_without_buttons_takes_the_old_ones_away():
    """An edit to a text without buttons names no keyboard, which removes the one there was."""
    body = json.loads(rendering.edit_body(CHAT, 5, Outgoing("Goodbye.", "en")) or b"")
    assert body == {
        "chat_id": CHAT,
        "message_id": 5,
        "text": "Goodbye.",
        "link_preview_options": {"is_disabled": True},
    }


button = st.builds(
    Button,
    token=st.text("abc:019.", min_size=1, max_size=64),
    label=st.text(min_size=1, max_size=48),
    number=st.sampled_from(["", "1", "12", "00", "99", "911"]),
)


@given(
    st.builds(
        Outgoing,
        text=st.text(min_size=1, max_size=30).map(lambda text: text * 400),
        language=st.sampled_from(TAGS),
        choices=st.lists(button, max_size=20).map(tuple),
        moves=st.lists(button, max_size=6).map(tuple),
        copies=st.lists(st.builds(Copy, st.text(max_size=20), st.text(max_size=300))).map(tuple),
    )
)
def test_every_message_fits(message):
    """Whatever is to be said, every message and button keeps to Telegram's limits."""
    for body in map(json.loads, rendering.send_bodies(CHAT, message)):
        assert 1 <= len(body["text"]) <= 4096
        for row in body.get("reply_markup", {}).get("inline_keyboard", []):
            assert 1 <= len(row) <= 3
            for one in row:
                assert one["text"]
                assert ("callback_data" in one) != ("copy_text" in one)


def test_lone_surrogate_is_sent_all_the_same():
    """A character that cannot be sent does not keep the message from being sent."""
    body = sent(Outgoing("code \ud800 here", "en", choices=(Button("a", "\udfff", "1"),)))
    assert body["text"] == "code ? here"
