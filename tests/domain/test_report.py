import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import report as model
from bot.domain.report import from_answers, from_dict
from bot.domain.scrub import find_identifiers, scrub, tidy
from bot.errors import OpenError

DAY = date(2026, 11, 23)
TABLES = {**model.REQUIRED_ONE, **model.OPTIONAL_ONE, **model.MANY}
FLOWS = Path(__file__).parents[2] / "flows"


def made(**answers):
    return from_answers(answers, language="ckb", channel="telegram", day=DAY)


NAMES = (
    *model.REQUIRED_ONE, *model.OPTIONAL_ONE, *model.MANY, *model.TEXTS,
    "topic", "sign_debt", "dv_choking", "name", "phone", "chat_id", "gps", "credibility",
)  # fmt: skip
WORDS = sorted(
    {
        value
        for table in (model.REQUIRED_ONE, model.OPTIONAL_ONE, model.MANY)
        for v in table.values()
        for value in v
    }
)
VALUES = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=60),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=9)), max_size=6),
    st.none(),
    st.integers(),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_only_what_the_model_knows_is_in_a_report(answers):
    """Whatever a draft holds, a report has only names and values of the model, as plain JSON."""
    written = made(**answers).to_dict()
    assert json.loads(json.dumps(written, ensure_ascii=False).encode()) == written
    for name, value in written.items():
        if name in model.MANY:
            assert value
            assert set(value) <= set(model.MANY[name])
        elif name in model.TEXTS:
            assert 0 < len(value) <= model.TEXTS[name]
            assert not find_identifiers(value)
        elif name not in {"schema", "language", "channel", "day"}:
            allowed = {**model.REQUIRED_ONE, **model.OPTIONAL_ONE}[name]
            assert value in (*allowed, model.PREFER_NOT)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_a_report_reads_back_as_it_was_written(answers):
    """Writing a report and reading it again gives the same report."""
    report = made(**answers)
    assert from_dict(report.to_dict()) == report


def test_topics_fall_back_to_the_one_read_about_and_then_to_other():
    """Named topics win over the last guidance read, and a report never has none."""
    assert made(topics=["dv"], topic="child").many("topics") == ("dv",)
    assert made(topic="child").many("topics") == ("child",)
    assert made(topics=["nonsense"]).many("topics") == ("other",)


def test_consents_are_no_unless_yes_was_said():
    """Sharing and statistics default to no; the consent to services is never assumed."""
    report = made(share_legal="yes", share_health="maybe")
    assert report.one("share_legal") == "yes"
    assert report.one("share_health") == report.one("consent_reporting") == "no"
    assert report.one("consent_services") == ""
    assert made(alert="t0").one("consent_services") == ""


def test_questions_asked_one_by_one_gather_into_one_list():
    """`sign_debt: yes` and `dv_choking: yes` count as ticks of their lists, `no` does not."""
    report = made(sign_debt="yes", sign_hurt="no", dv_choking="yes", signs=["no_rest"])
    assert report.many("signs") == ("debt", "no_rest")
    assert report.many("danger_signs") == ("choking",)


def test_a_list_asked_in_two_parts_is_one():
    """Needs are asked on two screens and read as one list, in the model's order."""
    report = made(needs=["just_talk", "health"], needs_more=["police"])
    assert report.many("needs") == ("health", "police", "just_talk")


def test_every_choice_of_the_flows_is_known_to_the_model():
    """What a person can choose in a report flow is never dropped as unknown, but for gates."""
    gates = {"more", "misunderstood", "adult"}
    for file in sorted(FLOWS.glob("*.yaml")):
        # Every scalar is text: a flow's `yes` is no boolean.
        loaded = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
        nodes = loaded.get("nodes", {})
        for node in nodes.values():
            allowed = {*TABLES.get(node.get("save", ""), ()), model.PREFER_NOT, *gates}
            if node.get("save") in TABLES:
                assert set(node.get("choices", {})) <= allowed, (file.name, node["save"])


def test_an_unknown_channel_counts_as_simulated():
    """Preview, terminal and tests are told apart from real messengers."""
    assert from_answers({}, language="en", channel="preview", day=DAY).channel == "sim"


@pytest.mark.parametrize("change", [{"schema": "report/2"}, {"day": "soon"}, {"language": "ku"}])
def test_a_report_of_another_shape_is_refused(change):
    """A report of another version, or without its frame, is not half read."""
    with pytest.raises(OpenError):
        from_dict({**made().to_dict(), **change})


@pytest.mark.parametrize(
    "text",
    [
        "call 0000000 now",
        "۰۰۰۰ ۰۰۰ ۰۰۰۰",
        "٠٠٠-٠٠٠-٠٠٠٠",
        "+1 000 000 0001",
        "0.0.0.0.0.0.0",
        "0\u200f0\u20660\u206900000",
        "0️⃣0️⃣0️⃣0️⃣0️⃣0️⃣0️⃣",
        "write to someone@example.org please",
        "I am @someone",
        "someone＠example",
    ],
)
def test_numbers_and_addresses_are_found_and_taken_out(text):
    """Seven digits in any script and spelling, and anything with an @, do not survive."""
    assert find_identifiers(text)
    assert not find_identifiers(scrub(text))
    assert scrub(scrub(text)) == scrub(text)


@pytest.mark.parametrize("text", ["he is 34, I am 27", "911", "in 2024 and 2025", "120 hours"])
def test_ordinary_numbers_stay(text):
    """Ages, years and 911 are no identifiers."""
    assert scrub(text) == text


@pytest.mark.parametrize("field", sorted(model.TEXTS))
def test_free_text_enters_a_report_scrubbed(field):
    """No number or address that was typed into any free text is sealed with it."""
    assert made(**{field: "call 0000000000 or a@b"}).one(field) == "call […] or […]"


@given(st.text(max_size=300))
def test_scrubbing_leaves_nothing_to_find(text):
    """After one pass there is nothing left to scrub, whatever the text."""
    cleaned = scrub(tidy(text, 200))
    assert not find_identifiers(cleaned)


@given(st.text(alphabet=st.characters(codec=None), max_size=50))
def test_tidy_text_is_always_utf8_and_visible(text):
    """Lone surrogates, controls and direction marks never reach a caseworker's screen."""
    cleaned = tidy(text, 40)
    assert len(cleaned.encode()) <= 4 * 40
    assert tidy(cleaned, 40) == cleaned
    assert not set(cleaned) & set("\x00\x1b\u202e\u2066\u200f")


def test_a_thousand_characters_without_an_address_take_no_time():
    """Scrubbing stays linear: a megabyte of one word is done at once."""
    assert scrub("a" * 1_000_000 + "@b") == "[…]"
