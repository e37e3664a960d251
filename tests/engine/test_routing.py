import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.routing import TOPICS, Lexicon
from bot.errors import FlowError

FLOWS = Path(__file__).parents[2] / "flows"
CORPUS = yaml.safe_load(Path(__file__).with_name("routing_corpus.yaml").read_text("utf-8"))
DANGERS = {"danger_now", "self_harm"}
ANY_TEXT = st.text(alphabet=st.characters(codec=None, categories=None), max_size=300)
WORDS = [
    "راح",
    "يقتلني",
    "دا",
    "ما",
    "من",
    "kill",
    "me",
    "not",
    "help",
    "دەمکوژێت",
    "لێم",
    "ثةز",
    "🆘",
]
SHORT_WORDS = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon.load(FLOWS / "lexicon")


def texts(part, *, danger):
    return [
        (topic, text)
        for topic, group in CORPUS[part].items()
        for text in group
        if (topic in DANGERS) is danger
    ]


def rate(lexicon, part, *, danger):
    """Share of the texts whose danger is seen (or wrongly seen)."""
    pairs = texts(part, danger=danger)
    return sum(lexicon.route(text).danger for _, text in pairs) / max(1, len(pairs))


@pytest.mark.parametrize(
    ("part", "least", "most"),
    [
        ("tuning", 0.99, 0.03),
        ("held_out", 0.97, 0.04),
        ("harder", 0.98, 0.05),
        ("later", 0.97, 0.08),
        ("arabic", 0.98, 0.04),
        ("scenes", 0.87, 0.08),
        ("everyday", 0.0, 0.1),
        ("plain", 0.9, 0.06),
        ("strangers", 0.98, 0.04),
    ],
)
def test_danger_is_seen_and_idioms_are_not_danger(lexicon, part, least, most):
    """Cries for help are understood in every spelling, and figures of speech are let pass."""
    assert rate(lexicon, part, danger=True) >= least
    assert rate(lexicon, part, danger=False) <= most


@pytest.mark.parametrize(("part", "least"), [("tuning", 0.96), ("held_out", 0.92)])
def test_topics_are_mostly_right(lexicon, part, least):
    """A text leads to the conversation that its writer would look for."""
    pairs = [
        pair
        for danger in (True, False)
        for pair in texts(part, danger=danger)
        if pair[0] != "benign"
    ]
    right = sum(lexicon.route(text).topic == topic for topic, text in pairs)
    assert right / len(pairs) >= least


def test_the_corpus_is_large_and_mixed():
    """The bars above stand on many texts, a third of them harmless."""
    groups = [pair for part in CORPUS for d in (True, False) for pair in texts(part, danger=d)]
    harmless = sum(topic not in DANGERS for topic, _ in groups)
    assert len(groups) >= 1400
    assert harmless >= len(groups) / 3
    assert sum(topic == "benign" for topic, _ in groups) >= 400


@pytest.mark.parametrize(
    "text",
    [
        "help me",
        "النجدة",
        "الحقوني",
        "ساعدوني بسرعة",
        "فریام بکەون",
        "هاوار",
        "🆘",
        "Hlp me",
        "hawar",
    ],
)
def test_a_bare_cry_is_danger(lexicon, text):
    """Somebody who can write only one or two words is understood."""
    assert lexicon.route(text).danger


@pytest.mark.parametrize("text", ["help", "مساعدة", "یارمەتی", "هاریکاری", "Yarmati"])
def test_the_word_help_is_the_help_command(lexicon, text):
    """The plain word opens the choices of help and is no alarm."""
    assert lexicon.command(text) == "help"
    assert not lexicon.route(text).danger


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("exit", "exit"), ("EXIT!!!", "exit"), ("خروووج", "exit"), ("دەرچوون", "exit"),
        ("ده‌رچوون", "exit"), ("0", "exit"), ("٠", "exit"), ("۰", "exit"), ("0️⃣", "exit"),
        ("x", "exit"), ("X", "exit"), ("🛑", "exit"), ("🛑🛑🛑", "exit"), ("✋🏽", "exit"),
        ("clear", "exit"), ("/exit", "exit"), ("/exit@SomeBot", "exit"), ("/start", "start"),
        ("/start abc", "start"), ("/stop", "stop"), ("توقف", "stop"), ("911", "emergency"),
        ("٩١١", "emergency"), ("طوارئ", "emergency"), ("00", "back"), ("رجوع", "back"),
        ("99", "skip"), ("تخطي", "skip"), ("دیڤدا", "skip"), ("اللغة", "language"),
        ("زمان", "language"), ("menu", "menu"), ("نعم", "yes"), ("بەڵێ", "yes"), ("بەلێ", "yes"),
        ("لا", "no"), ("نەخێر", "no"), ("تەواو", "done"), ("/unknown", None), ("", None),
        ("  ", None), ("exit the army", None), ("...", None), ("x" * 5000, None),
    ],
)  # fmt: skip
def test_a_command_is_known_in_every_language_at_once(lexicon, text, command):
    """The way out and its kin are one message away in any script."""
    assert lexicon.command(text) == command


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("this homework is killing me", False),
        ("this homework is killing me and my husband is killing me", True),
        ("قتلني التعب", False),
        ("قتلني التعب وزوجي راح يقتلني", True),
        ("بۆت دەمرم", False),
        ("بۆت دەمرم بەڵام باوکم دەمکوژێت", True),
        ("he will beat me up", True),
        ("he does not hit me", False),
        ("he wont stop hitting me", True),
        ("my father is going to kill me", True),
        ("my feet are killing me. someone is trying to get inside", True),
        ("i am not in danger", False),
        ("ما يضربني", False),
        ("دا يضربني", True),
    ],
)
def test_only_what_lies_inside_an_idiom_is_let_pass(lexicon, text, danger):
    """A figure of speech hides itself and nothing beside it; a denial denies only beating."""
    assert lexicon.route(text).danger is danger


def test_priority_decides_between_topics(lexicon):
    """When several topics match, the earlier one of the list stands."""
    assert lexicon.route("my husband hits me and hacked my account").topic == "dv"
    assert lexicon.route("im 14 and my husband hits me").topic == "child"
    assert lexicon.route("i want to die and he is beating me now").topic == "danger_now"
    assert TOPICS[:3] == ("danger_now", "self_harm", "child")


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT | SHORT_WORDS)
def test_no_text_raises_and_nothing_typed_comes_back(lexicon, text):
    """Whatever is typed gets a route whose words are the lexicon's own."""
    route = lexicon.route(text)
    assert route.topic in TOPICS
    assert route.danger is (route.topic in DANGERS)
    assert route.matched is None or route.matched in lexicon.entries
    assert set(route.as_dict()) == {"topic", "danger", "matched"}
    lexicon.command(text)


@pytest.mark.parametrize(
    "text",
    [
        "kill me " * 512, "a " * 2048, "و" * 4096, "." * 4096, "راح يقتلني " * 370,
        "راحيقتلنيالليلة " * 256, "ab" * 2048, "ئە" * 2048, "he will not " * 340,
    ],
)  # fmt: skip
def test_no_text_holds_a_turn_up(lexicon, text):
    """The longest and most repetitive message is read in a fraction of what a person notices."""
    started = time.process_time()
    lexicon.route(text)
    assert time.process_time() - started < 0.25


def broken(tmp_path, text):
    (tmp_path / "words.yaml").write_text(text, "utf-8")
    with pytest.raises(FlowError) as caught:
        Lexicon.load(tmp_path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("concepts:\n  hit:\n    xx: [a]\n", "words.yaml:3", "unknown kind"),
        ("topic: nothing\n", "words.yaml:1", "unknown topic"),
        ("wrong: 1\n", "words.yaml:1", "unknown section"),
        ("phrases:\n  en: [a]\n", "words.yaml:1", "topic"),
        ("topic: dv\nrules:\n  one: hit + me\n", "words.yaml:3", "unknown concept 'hit'"),
        ("topic: dv\nrules:\n  one: A b\n", "words.yaml:3", "not a concept"),
        ("topic: dv\nconcepts: {a: {en: [a]}}\nrules:\n  b: a ~99\n", "words.yaml:4", "window"),
        ("topic: dv\nphrases:\n  en: [\n    one two|_]\n", "words.yaml:4", "at least two"),
        ("commands:\n  fly: {en: [a]}\n", "words.yaml:2", "unknown command"),
        ("commands:\n  exit: {en: [a]}\n  stop:\n    en: [a]\n", "words.yaml:4", "already means"),
        ("concepts: [\n", "words.yaml:2", "not YAML"),
        ("", "words.yaml:1", "mapping"),
        ("concepts:\n  a: {en: [x]}\n  a: {en: [y]}\n", "words.yaml:3", "twice"),
    ],
)
def test_a_mistake_in_the_lexicon_is_named_with_its_place(tmp_path, text, place, says):
    """Loading stops at the first mistake with file, line and what to do."""
    error = broken(tmp_path, text)
    assert error.startswith(place + ":")
    assert says in error


def test_an_empty_folder_is_refused(tmp_path):
    """A bot that understands no cry for help does not start."""
    with pytest.raises(FlowError, match="no lexicon files"):
        Lexicon.load(tmp_path)


def test_no_number_or_address_hides_in_the_lexicon():
    """Words only: a contact in a word list would escape the review of contacts."""
    for file in (FLOWS / "lexicon").glob("*.yaml"):
        assert not re.search(r"\d{4,}|@\w+\.", file.read_text("utf-8")), file.name
