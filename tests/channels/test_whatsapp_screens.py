"""How screens look on WhatsApp: numbered text, quick replies, list pickers, and their limits."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from typer.testing import CliRunner

from bot.channels.whatsapp import PushError, push
from bot.channels.whatsapp import content as contents_file
from bot.channels.whatsapp.client import TwilioApi, content_base
from bot.channels.whatsapp.layout import arrange, units
from bot.channels.whatsapp.push import resource
from bot.channels.whatsapp.render import BODY_LIMIT, compose, numbered, split
from bot.cli.channel import PushPlan, channel_app
from bot.domain.message import Button, Copy
from bot.engine.matching import parse_press
from bot.errors import ConfigurationError
from bot.prove.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, FakeTwilio
from tests.channels.whatsapp_stage import AMAL, Talk, running, screen

OPENERS = {"ar": "اختر", "ckb": "هەڵبژێرە", "kmr": "هەلبژێرە", "en": "Choose"}


def test_numbered_text_shows_choices_then_moves():
    """Every choice and move stands on a line of its own behind its isolated number."""
    (text,) = numbered(screen(choices=2, moves=3))
    assert text == (
        "Is it so?\n\n"
        "\u20661\u2069 Choice 1\n\u20662\u2069 Choice 2\n\n"
        "\u20660\u2069 Leave\n\u206600\u2069 Back\n\u2066911\u2069 Police"
    )


@pytest.mark.parametrize("language", ["ar", "ckb", "kmr"])
def test_right_to_left_lines_begin_with_a_direction_mark(language):
    """In the three right-to-left languages no line can be turned round by its number."""
    (text,) = numbered(replace(screen(), language=language))
    assert numbered(replace(screen(text="\u200fIs it so?"), language=language)) == (text,)
    assert all(line.startswith("\u200f") for line in text.split("\n") if line)


def test_a_description_stands_behind_its_label():
    """A choice that needs explaining is explained in plain text too."""
    choice = Button("7:a", "Shelter", "1", "A safe place to sleep")
    assert "Shelter – A safe place to sleep" in compose(screen(), (choice,))


def test_a_move_without_a_number_is_still_offered():
    """Language has no number; it stands in the list as a word to type."""
    text = compose(screen(), moves=(Button("7:!language", "Language", ""),))
    assert text.endswith("\n\n• Language")


def test_what_is_worth_copying_is_shown_once():
    """WhatsApp has no copy button: a value the text lacks gets a line, one it has does not."""
    copies = (Copy("Number", "911"), Copy("E-mail", "human-ts@moi.gov.iq"))
    text = compose(replace(screen(text="Call \u2066911\u2069."), copies=copies))
    assert text == "Call \u2066911\u2069.\n\nE-mail: \u2066human-ts@moi.gov.iq\u2069"


def test_what_http_cannot_carry_is_left_out():
    """NUL, lone surrogates and control characters never stop a message."""
    assert compose(replace(screen(), text="a\x00b\ud800c\x1b\n\td")) == "abc\n\td"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=6000))
def test_long_texts_are_split_without_losing_a_word(text):
    """Every piece fits one message, and together they hold all that was written."""
    pieces = split(text)
    assert all(units(piece) <= BODY_LIMIT for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_long_texts_are_split_between_paragraphs():
    """A paragraph stays whole when it can."""
    paragraphs = ["ا" * 900, "ب" * 600, "ج" * 900]
    assert split("\n\n".join(paragraphs)) == (
        "\n\n".join(paragraphs[:2]),
        paragraphs[2],
    )


@pytest.mark.parametrize(
    ("choices", "moves", "kind", "items", "below"),
    [
        (1, 2, "twilio/quick-reply", 3, 0),
        (2, 3, "twilio/quick-reply", 2, 3),
        (3, 3, "twilio/quick-reply", 3, 3),
        (4, 3, "twilio/list-picker", 7, 3),
        (7, 3, "twilio/list-picker", 10, 3),
        (9, 3, "twilio/list-picker", 9, 3),
    ],
)
def test_the_richest_form_that_fits_is_taken(choices, moves, kind, items, below):
    """Up to three taps are buttons, up to ten a list; beside a list the moves stay in sight."""
    layout = arrange(screen(choices=choices, moves=moves))
    assert layout is not None
    assert (layout.kind, len(layout.items), len(layout.below)) == (kind, items, below)


@pytest.mark.parametrize(
    "outgoing",
    [
        screen(choices=11),
        screen(choices=0),
        replace(screen(), screen=""),
        replace(screen(), choices=(Button("7:a", "A" * 25, "1"),)),
        replace(screen(), choices=(Button("7:a", "Same", "1"), Button("7:b", "Same", "2"))),
        replace(screen(), choices=(Button("bare", "No value", "1"),)),
        replace(screen(), screen="s" * 200),
    ],
)
def test_what_fits_no_form_is_numbered_text(outgoing):
    """Too many, too long, equal or unnamed choices are never squeezed into buttons."""
    assert arrange(outgoing) is None


def test_a_label_too_long_for_a_button_makes_a_list():
    """Twenty-four characters fit a list row and not a quick reply."""
    outgoing = replace(screen(), choices=(Button("7:a", "ب" * 24, "1"),))
    layout = arrange(outgoing)
    assert layout is not None
    assert layout.kind == "twilio/list-picker"


def test_an_item_means_the_same_in_every_talk():
    """The id names screen and value, not the turn, and the engine reads it as an answer there."""
    early, late = screen(), replace(screen(), choices=(Button("99:value1", "Choice 1", "1"),))
    first, second = arrange(early), arrange(late)
    assert first is not None
    assert second is not None
    assert first.items[0] == second.items[0]
    press = parse_press(first.items[0].identifier)
    assert press is not None
    assert (press.prompt, press.screen, press.value, press.move) == (
        None,
        "sample.question",
        "value1",
        False,
    )


def test_a_changed_label_is_another_resource():
    """A resource pushed for older words is never shown for newer ones."""
    layout = arrange(screen(choices=2))
    other = arrange(
        replace(screen(), choices=(Button("7:value1", "New", "1"), screen().choices[1]))
    )
    assert layout is not None
    assert other is not None
    assert layout.key("sample.question", "en") != other.key("sample.question", "en")


def test_resources_have_twilios_form():
    """A list picker and a quick reply as Twilio documents them, the whole body one variable."""
    listed, tapped = screen(choices=4), screen(choices=2)
    described = replace(listed.choices[0], description="More")
    listed = replace(listed, choices=(described, *listed.choices[1:]))
    layout = arrange(listed)
    assert layout is not None
    made = resource("name", layout, "ckb", OPENERS["ckb"])
    assert (made["friendly_name"], made["language"], made["variables"]) == (
        "name",
        "ku",
        {"1": "-"},
    )
    picker = made["types"]["twilio/list-picker"]
    assert (picker["body"], picker["button"]) == ("{{1}}", "هەڵبژێرە")
    assert picker["items"][0] == {
        "id": "=sample.question/value1",
        "item": "Choice 1",
        "description": "More",
    }
    assert picker["items"][-1] == {"id": "=sample.question/!back", "item": "Back"}
    layout = arrange(tapped)
    assert layout is not None
    assert resource("name", layout, "en", "Choose")["types"]["twilio/quick-reply"]["actions"][
        0
    ] == {
        "type": "QUICK_REPLY",
        "id": "=sample.question/value1",
        "title": "Choice 1",
    }


async def pushed(twilio: FakeTwilio, path, screens):
    api = TwilioApi(ACCOUNT_SID, AUTH_TOKEN, twilio.url)
    await api.open()
    try:
        return await push(api, screens, OPENERS, path)
    finally:
        await api.close()


async def test_a_push_is_repeated_without_harm(tmp_path):
    """A second push makes nothing new, also on another machine; a refusal is counted."""
    screens = [replace(screen(choices=n), language=tag) for n in (2, 5, 20) for tag in OPENERS]
    async with FakeTwilio() as twilio:
        twilio.page_limit = 3
        first = await pushed(twilio, tmp_path / "content.json", screens)
        again = await pushed(twilio, tmp_path / "elsewhere" / "content.json", screens)
        assert (first.created, first.kept, first.as_text, first.refused) == (8, 0, 4, 0)
        assert (again.created, again.kept) == (0, 8)
        kinds = [kind for operation, kind, _ in twilio.requests if operation == "content"]
        assert kinds == ["application/json"] * 8
        twilio.trouble("content", status=400, code=92001)
        third = await pushed(twilio, tmp_path / "content.json", [screen(choices=3)])
        assert (third.created, third.refused) == (0, 1)


async def test_a_push_without_twilio_says_what_to_check(tmp_path):
    """An account Twilio does not know ends in a sentence with cause and remedy."""
    async with FakeTwilio() as twilio:
        twilio.trouble("list", status=401)
        with pytest.raises(PushError, match="SANAD_TWILIO_AUTH_TOKEN"):
            await pushed(twilio, tmp_path / "content.json", [screen()])


async def test_a_kurdish_label_twilio_refuses_is_pushed_as_english(tmp_path):
    """The language of a resource is a label: when Kurdish is not on Twilio's list, it gives."""
    async with FakeTwilio() as twilio:
        twilio.trouble("content", status=400)
        kurdish = replace(screen(choices=3), language="kmr")
        result = await pushed(twilio, tmp_path / "content.json", [kurdish])
        assert result.created == 1
        assert [made["language"] for made in twilio.contents.values()] == ["en"]


@pytest.mark.parametrize(("choices", "label"), [(2, "Choice 2"), (5, "Choice 5"), (5, "Leave")])
async def test_a_tap_comes_back_as_the_answer(tmp_path, choices, label):
    """Pushed once, a screen is sent with buttons or a list, and a tap is a press of that value."""
    path = tmp_path / "content.json"
    question = screen(choices=choices)
    async with FakeTwilio() as twilio:
        await pushed(twilio, path, [question])
        talk = Talk(say=lambda _: (question,))
        async with running(twilio, talk, content=path):
            await twilio.write(AMAL, "hello")
            shown = await twilio.wait(AMAL)
            assert shown.buttons
            assert shown.texts[0].startswith("Is it so?")
            await twilio.choose(AMAL, label)
            await twilio.wait(AMAL)
        value = "!exit" if label == "Leave" else f"value{label[-1]}"
        assert talk.taken[-1].press == f"=sample.question/{value}"
        assert talk.taken[-1].text == ""


async def test_a_refused_resource_falls_back_to_text(tmp_path):
    """A resource deleted at Twilio, or a body too long for it, still reaches the person as text."""
    path = tmp_path / "content.json"
    async with FakeTwilio() as twilio:
        await pushed(twilio, path, [screen()])
        twilio.contents.clear()
        talk = Talk(say=lambda inbound: (screen(text=inbound.text),))
        async with running(twilio, talk, content=path):
            await twilio.write(AMAL, "short")
            shown = await twilio.wait(AMAL)
            assert (shown.buttons, shown.kind) == ((), "")
            assert "\u20661\u2069 Choice 1" in shown.text
            await twilio.write(AMAL, "long " * 250)
            assert "\u20661\u2069 Choice 1" in (await twilio.wait(AMAL)).text
        assert twilio.calls["create"] == 3  # the long one was not even tried as a list


@pytest.mark.parametrize(
    "damage",
    ["", "[]", '{"version": 2, "contents": {}}', '{"version": 1, "contents": {"a": "../x"}}'],
)
def test_a_damaged_file_of_resources_stops_the_start(tmp_path, damage):
    """The error names the file and the remedy; no file at all is fine."""
    path = tmp_path / "content.json"
    assert len(contents_file.read(path)) == 0
    path.write_text(damage, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"content\.json .*sanad channel push"):
        contents_file.read(path)


def test_the_file_of_resources_holds_names_and_ids_only(tmp_path):
    """What is written is what is read, and it names no person."""
    path = tmp_path / "content.json"
    contents_file.write(path, {"sanad a.b en 0": "HX" + "0" * 32})
    assert json.loads(path.read_text(encoding="utf-8"))["version"] == 1
    assert contents_file.read(path).find("sanad a.b en 0") == "HX" + "0" * 32
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("api", "content"),
    [
        ("https://api.twilio.com", "https://content.twilio.com"),
        ("https://api.dublin.ie1.twilio.com", "https://content.dublin.ie1.twilio.com"),
        ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
    ],
)
def test_the_content_api_stands_beside_the_api(api, content):
    """One setting moves both."""
    assert content_base(api) == content


def test_the_command_says_what_it_could_not_do(tmp_path):
    """Without Twilio the command ends with 1 and a sentence, not a traceback."""
    plan = PushPlan(
        ACCOUNT_SID, AUTH_TOKEN, "http://127.0.0.1:9", [], OPENERS, tmp_path / "content.json"
    )
    result = CliRunner().invoke(channel_app(lambda: plan), ["push"])
    assert result.exit_code == 1
    assert "TWILIO_ACCOUNT_SID" in result.output
    assert AUTH_TOKEN not in result.output + repr(plan)
