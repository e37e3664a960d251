import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.folding import ali_k, clean, digits, fold, folds, number, sounds

ANY_TEXT = st.text(
    alphabet=st.characters(codec=None, categories=None) | st.sampled_from("ئءوويىەەة3'\u200c")
)


@given(ANY_TEXT)
def test_folding_never_raises_and_is_settled_after_once(text):
    """Any string folds, and folding what is folded changes nothing."""
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip()
    assert folds(text)[0] == once
    assert digits(text).isascii()
    assert number(text) is None or number(text) >= 0


@given(ANY_TEXT)
def test_what_is_kept_encodes_and_is_settled_after_once(text):
    """A cleaned text encodes as UTF-8, has no controls, and cleaning it changes nothing."""
    kept = clean(text)
    kept.encode()
    assert clean(kept) == kept
    assert all(
        unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co"}
        for letter in kept
        if letter != "\n"
    )


def test_clean_drops_what_can_hide_or_turn_text():
    """NUL, surrogates, bidi marks and zero width go; letters, emoji and line ends stay."""
    assert clean("a\x00b\ud800c\u202ed\u2066e\u200bf\u200cg\ufeff") == "abcdefg"
    assert clean("سطر\r\nثان\u2028ثالث\tهنا 🛑") == "سطر\nثان\nثالث هنا 🛑"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("إلى", "الي"),
        ("مُسَاعَدَة", "مساعده"),
        ("خـــروج", "خروج"),
        ("ساعدوووووني", "ساعدوني"),
        ("کوردی", "كوردي"),
        ("دەرچوون", "دهرچون"),
        ("دەر\u200cچوون", "دەرچوون"),
        ("ئێستا", "ێستا"),
        ("هەڵۆ", "ههلو"),
        ("پێویست", "بيويست"),
        ("EXIT!!", "exit"),
        ("Alîkarî", "alikari"),
        ("don’t", "dont"),
        ("خروج؟!", "خروج"),
        ("يضربني", "يظربني"),
        ("ﻻ", "لا"),
    ],
)
def test_different_spellings_of_one_word_fold_alike(one, other):
    """Spelling, keyboard and emphasis do not decide whether somebody is understood."""
    assert fold(one) == fold(other)


def test_the_old_kurdish_encoding_is_read_a_second_time():
    """Text in the Ali-K encoding gives the reading of its Unicode spelling."""
    assert fold("پەیوەندی دگەل") in folds("ثةيوةندى دطةل")
    assert fold(ali_k("فريام بكةون")) == fold("فریام بکەون")


@pytest.mark.parametrize("word", ["yithrubni", "yedhrubni", "yidrobni", "yidruubni"])
def test_arabic_in_latin_letters_sounds_alike(word):
    """Latin spellings by ear meet in one form."""
    assert sounds(word) == sounds("yidrubni")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3), ("٣", 3), ("۳", 3), ("3️⃣", 3), ("1️⃣2️⃣", 12), ("🔟", 10), ("③", 3), ("३", 3),
        (" 4.", 4), ("٩١١", 911), ("00", 0), ("", None), ("three", None), ("1 2", None),
        ("3a", None), ("9" * 40, None), ("½", None), ("\u202e7\u202c", 7),
    ],
)  # fmt: skip
def test_a_number_is_read_in_any_digits(text, value):
    """A message that is just a number is that number, in any script or emoji."""
    assert number(text) == value


def test_a_code_is_read_through_marks_and_scripts():
    """Digits are taken in order, whatever stands between them."""
    assert digits("١٢٣ ۴۵-6️⃣ (٧)\u2069") == "1234567"


def test_folding_is_quick():
    """A short text folds in far less time than a person could notice."""
    texts = ["زوجي يضربني هسه", "تکایە فریام کەون", "he is beating me"]
    for text in texts:
        fold(text)
    started = time.perf_counter()
    for _ in range(1000):
        for text in texts:
            fold(text)
    assert (time.perf_counter() - started) / 3000 < 0.0005
