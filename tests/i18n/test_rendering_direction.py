"""Filling texts in, and how they look on a screen that reads from right to left."""

import timeit
from datetime import date as day

import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.language import LANGUAGES, TAGS
from bot.i18n import rendering
from bot.i18n.direction import CONTROLS, isolate_tokens, without_controls
from bot.i18n.rendering import Param, render

ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
CODE = "7431 2518 9036 4427"
RIGHT_TO_LEFT = [tag for tag in TAGS if LANGUAGES[tag].right_to_left]
LINES = {"ar": "رمزكم هو {value}، احفظوه.", "ckb": "کۆدەکەت {value}، هەڵیبگرە.",
         "kmr": "کۆدێ هەوە {value}، بپارێزن."}  # fmt: skip
ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from("{}%\n\u2069\u202e"))
PARAMS = {
    "number": rendering.number, "code": rendering.code, "email": rendering.email,
    "date": rendering.date, "name": rendering.name, "prose": rendering.prose,
}  # fmt: skip


def on_screen(text, base="R"):
    """The characters of each line from left to right, without the invisible ones."""
    return "\n".join(
        CONTROLS.sub("", get_display(line, base_dir=base)) for line in text.split("\n")
    )


@pytest.mark.parametrize("tag", RIGHT_TO_LEFT)
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("code", CODE),
        ("number", "+10000000001"),
        ("number", "+1 000 000 0001"),
        ("number", "743-251"),
        ("number", 911),
        ("email", "human-ts@moi.gov.iq"),
        ("date", "2026-11-23"),
        ("date", "08:00"),
        ("name", "Help (Basra) 24"),
    ],
)
def test_a_value_reads_the_same_in_a_right_to_left_line(tag, kind, value):
    """A code, number, address or date is shown in its own order in Arabic and Kurdish lines."""
    shown = on_screen(render(LINES[tag], {"value": PARAMS[kind](value)}, tag))
    assert str(value) in shown


@pytest.mark.parametrize("digits", ["٧٤٣١ ٢٥١٨", "۷۴۳۱ ۲۵۱۸", "7431 2518"])
@pytest.mark.parametrize("kind", ["code", "number", "prose"])
def test_groups_of_any_digits_keep_their_order(digits, kind):
    """Eastern digits, whose groups swap even inside an isolate, are shown as 0-9."""
    assert "7431 2518" in on_screen(render(LINES["ar"], {"value": PARAMS[kind](digits)}, "ar"))


def test_without_isolates_the_code_would_be_wrong():
    """The screen of these tests really does swap groups when nothing holds them together."""
    assert "743-251" not in on_screen("رمزكم هو 743-251، احفظوه.")


def test_an_english_line_is_safe_on_an_arabic_phone():
    """A code alone on its line keeps its order where the phone's own direction is from right."""
    assert on_screen(render("{value}", {"value": rendering.code(CODE)}, "en")) == CODE


def test_an_arabic_name_in_an_english_line_keeps_its_neighbours():
    """What follows a right-to-left name stays behind it in an English line."""
    params = {"name": rendering.name("منظمة ٤"), "n": rendering.number(12)}
    shown = on_screen(render("{name} ({n} people)", params, "en"), base="L")
    assert shown.endswith("(12 people)")


@pytest.mark.parametrize("tag", RIGHT_TO_LEFT)
@pytest.mark.parametrize("template", ["{n} أيام", "WhatsApp: نعم", "• نعم", "(نعم)", "12 نعم"])
def test_a_right_to_left_text_begins_from_the_right(tag, template):
    """A line that does not begin with its own letters gets a mark, so that no client turns it."""
    shown = render(f"نعم\n{template}", {"n": rendering.number(3)}, tag)
    assert shown.split("\n")[1].startswith("\u200f")
    assert render(template, {"n": rendering.number(3)}, tag).startswith("\u200f")


def test_a_line_that_is_right_already_gets_nothing():
    """Plain texts are shown as they are written, in every language."""
    assert render("نعم\n\nلا", {}, "ar") == "نعم\n\nلا"
    assert render("Yes {", {}, "en") == "Yes {"


@given(ANY_TEXT, st.sampled_from(sorted(PARAMS)), st.sampled_from(TAGS))
def test_no_value_steers_the_line_around_it(value, kind, tag):
    """Whatever a value holds, isolates stay balanced in each line and nothing of it is a field."""
    params = {"value": PARAMS[kind](value), "secret": rendering.code("inside")}
    shown = render("نعم {value} لا", params, tag)
    assert "inside" not in shown
    for line in shown.split("\n"):
        assert line.count("\u2066") + line.count("\u2068") == line.count("\u2069")
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u061c\u200e\u2067")


@given(ANY_TEXT)
def test_prose_keeps_its_words(value):
    """A caseworker's reply is shown whole: only controls and the form of digits may change."""
    shown = render("{reply}", {"reply": rendering.prose(value)}, "ar")
    assert without_controls(shown).translate(ASCII) == without_controls(value).translate(ASCII)


def test_numbers_inside_prose_are_isolated():
    """A telephone number or address in a reply is shown in its own order too."""
    reply = "اتصلوا على +1 000 000 0001 أو a.b@example.org من 8:00 إلى 14:30.\n+1 000 000 0001"
    shown = on_screen(render("{reply}", {"reply": rendering.prose(reply)}, "ar"))
    for token in ("+1 000 000 0001", "a.b@example.org", "14:30"):
        assert token in shown
    assert isolate_tokens("no numbers") == "no numbers"


@pytest.mark.parametrize("line", ["12 نعم", "+1 000 000 0001", "• نعم", "(نعم)"])
def test_each_line_of_a_reply_begins_from_the_right(line):
    """A line of a reply that begins with a number or a mark is not turned around."""
    shown = render("{reply}", {"reply": rendering.prose(f"نعم\n{line}")}, "ar")
    assert shown.split("\n")[1].startswith("\u200f")


def test_an_english_reply_keeps_its_direction():
    """A reply in English inside an Arabic talk is not forced to begin from the right."""
    assert render("{reply}", {"reply": rendering.prose("Come at noon.")}, "ar") == "Come at noon."


def test_what_was_rendered_is_not_touched_again():
    """A list that was rendered before keeps its isolates when it is put into a message."""
    inner = render("{n} نعم", {"n": rendering.number(2)}, "ar")
    assert render("{services}", {"services": rendering.rendered(inner)}, "ar") == inner


def test_a_missing_value_does_not_silence_the_text():
    """A fault of a flow's author never keeps the rest of a text from a person in danger."""
    shown = render("Call {emergency} or {other}.", {"emergency": rendering.number("911")}, "en")
    assert shown == "Call \u2066911\u2069 or …."


def test_values_that_are_empty_or_broken_over_lines():
    """An empty value leaves nothing behind, and a line end cannot break out of an isolate."""
    assert render("a{x}b", {"x": rendering.name("")}, "en") == "ab"
    assert render("{x}", {"x": rendering.name("a\nb\u2029c")}, "en") == "\u2068a b c\u2069"


def test_a_date_is_shown_in_digits():
    """Days are written 2026-11-23 in every language: Babel knows no Badini months."""
    assert Param("date", "2026-11-23") == rendering.date(day(2026, 11, 23))


def test_rendering_costs_microseconds():
    """Filling in a text is far below the cost of anything else in a turn (processor time)."""
    params = {"emergency": rendering.number("911")}
    text = "يمكنكم الاتصال بالرقم {emergency} في أي مكان في العراق."
    timer = timeit.Timer(lambda: render(text, params, "ar"))
    assert min(timer.repeat(5, 2000)) / 2000 < 50e-6
