"""Looking texts up, plural forms, and what happens when a text is missing."""

import time

import pytest
from babel.messages.plurals import get_plural

from bot.domain.language import TAGS
from bot.i18n import catalogues, po
from bot.i18n.plurals import EXPRESSIONS, FORMS, form

ARABIC = {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 4, 99: 4, 100: 5, 101: 5, 102: 5, 103: 3, 111: 4}


@pytest.fixture
def locales(tmp_path):
    def write(tag, *entries):
        po.write(catalogues.file_of(tmp_path, tag), entries, tag)

    write(
        "ar",
        po.Entry("a.b", "Yes", strings=("نعم",)),
        po.Entry("a.c", "{n} day", "{n} days", ("٠", "يوم", "يومان", "أيام", "يوما", "يوم")),
    )
    write("ckb", po.Entry("a.b", "Yes", strings=("بەڵێ",)))
    write("kmr", po.Entry("a.b", "Yes", strings=("بەلێ",), fuzzy=True))
    write("en", po.Entry("a.b", "Yes"), po.Entry("a.d", "Colour", strings=("Color",)))
    return tmp_path  # fmt: skip


@pytest.mark.parametrize(("number", "expected"), ARABIC.items())
def test_arabic_has_six_forms(number, expected):
    """Arabic takes zero, one, two, few, many or other as its grammar wants."""
    assert form("ar", number) == expected
    assert form("ar", -number) == expected


@pytest.mark.parametrize("tag", ["ckb", "kmr", "en"])
def test_kurdish_and_english_have_two_forms(tag):
    """Sorani, Badini and English tell one from everything else, nought included."""
    assert [form(tag, number) for number in (0, 1, 2, 3, 10, 11, 99, 100, 101, 102)] == [
        1, 0, 1, 1, 1, 1, 1, 1, 1, 1,
    ]  # fmt: skip


def test_our_rules_and_the_headers_say_the_same():
    """The rule in the .po header, as C reads it, gives our form for every number up to 1,000."""
    for tag in TAGS:
        expression = EXPRESSIONS[tag].replace("&&", " and ")
        for number in range(1001):
            assert evaluate(expression, number) == form(tag, number)
        assert 0 <= form(tag, 7) < len(FORMS[tag])
    assert get_plural("ar").num_plurals == len(FORMS["ar"])


def evaluate(expression, number):
    """A chain `condition ? value : …` of C, by hand."""
    while "?" in expression:
        condition, rest = expression.split("?", 1)
        value, expression = rest.split(":", 1)
        if eval(condition, {"n": number}):  # noqa: S307 -- our own constant
            return int(value)
    return int(eval(expression, {"n": number}))  # noqa: S307


def test_a_text_is_found_in_its_language(locales):
    """Each language gives its own text, and English itself may be corrected without new keys."""
    catalogue = catalogues.load(locales)
    assert [catalogue.text(tag, "a.b", "Yes") for tag in ("ar", "ckb", "en")] == [
        "نعم", "بەڵێ", "Yes",
    ]  # fmt: skip
    assert catalogue.text("en", "a.d", "Colour") == "Color"
    assert not catalogue.missing


def test_a_missing_or_fuzzy_text_is_english_and_counted(locales):
    """Nobody is shown another language than they chose or English, and the gap is counted."""
    catalogue = catalogues.load(locales)
    assert catalogue.text("kmr", "a.b", "Yes") == "Yes"
    assert catalogue.text("ckb", "a.d", "Colour") == "Colour"
    assert catalogue.plural("ckb", "a.c", "{n} day", "{n} days", 1) == "{n} day"
    assert catalogue.plural("ckb", "a.c", "{n} day", "{n} days", 2) == "{n} days"
    assert catalogue.missing == {"kmr": 1, "ckb": 3}


def test_the_plural_of_a_number_is_found(locales):
    """The form that is shown is that of the number."""
    catalogue = catalogues.load(locales)
    shown = [catalogue.plural("ar", "a.c", "{n} day", "{n} days", n) for n in (1, 2, 3, 11, 100)]
    assert shown == ["يوم", "يومان", "أيام", "يوما", "يوم"]


def test_a_label_may_be_typed_in_any_language(locales):
    """All versions of a label are known at once, English included, without repetition."""
    assert catalogues.load(locales).every("a.b", "Yes") == ("نعم", "بەڵێ", "Yes")


def test_translations_are_keyed_for_the_book(locales):
    """What the flow loader receives is context and English to text, without empty ones."""
    catalogue = catalogues.load(locales)
    assert catalogue.translations("ckb") == {("a.b", "Yes"): "بەڵێ"}
    assert catalogue.translations("en") == {("a.d", "Colour"): "Color"}


def test_a_thousand_texts_in_four_languages_load_at_once(tmp_path):
    """Reading the catalogues takes a small part of a two-second start (processor time)."""
    for tag in TAGS:
        entries = [
            po.Entry(f"a.n{i}", f"Some text\nof two lines {i}", strings=(f"نص\nمن سطرين {i}",))
            for i in range(1000)
        ]
        po.write(catalogues.file_of(tmp_path, tag), entries, tag)
    start = time.process_time()
    catalogues.load(tmp_path)
    assert time.process_time() - start < 0.6
