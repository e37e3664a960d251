"""The gate: what a translation may not be."""

import pytest

from bot.i18n.checks import check_entries, check_source
from bot.i18n.letters import FORBIDDEN, trigger_in_first_line
from bot.i18n.po import Entry
from bot.i18n.units import Unit


def codes(text, tag="ar", english="Some English", context="menu.a", comments=(), **more):
    entry = Entry(context, english, strings=(text,), comments=comments, **more)
    return [finding.code for finding in check_entries([entry], tag, "x.po")]


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("ar", "نعم، يمكنكم ذلك."),
        ("ckb", "بەڵێ، دەتوانیت. پەناگەهـ"),
        ("kmr", "بەلێ، هوین دشێن ڤێ بکەن."),
        ("en", "Yes, you can."),
        ("en", ""),
    ],
)
def test_a_good_translation_has_no_finding(tag, text):
    """Simple texts in the right letters pass."""
    assert codes(text, tag) == []


@pytest.mark.parametrize(
    ("code", "tag", "text"),
    [
        ("I001", "ar", ""),
        ("I003", "ar", "اتصلوا {emergency}"),
        ("I003", "ar", "نعم {Name}"),
        ("I003", "ar", "نعم }"),
        ("I004", "ar", "اتصلوا 911"),
        ("I004", "ar", "اتصلوا ٩١١"),
        ("I004", "ckb", "٧٢ - ١٢٠"),
        ("I004", "ar", "24/7 نعم"),
        ("I004", "ar", "a@b"),
        ("I005", "ar", "\u200fنعم"),
        ("I006", "ar", "ن" * 1025),
        ("I007", "ar", "کەس"),
        ("I007", "ar", "نعم?"),
        ("I007", "ar", "نعـم"),
        ("I007", "ckb", "كوردی"),
        ("I007", "ckb", "کوردي"),
        ("I007", "kmr", "پەناگة"),
        ("I007", "ckb", "خانه"),
        ("I007", "ckb", "ه\u200cن"),
        ("I007", "kmr", "دطەل"),
        ("I007", "ckb", "بەڵێ, نا"),
        ("I010", "kmr", "Some English"),
    ],
)
def test_each_fault_is_found(code, tag, text):
    """Every code of the table is raised by a text that deserves it."""
    assert code in codes(text, tag)


def test_a_missing_placeholder_is_found():
    """A translation that lost the number of the emergency service stops the build."""
    assert codes("اتصلوا", english="Call {emergency}") == ["I003"]
    assert codes("اتصلوا {emergency}", english="Call {emergency}") == []


def test_fuzzy_is_found_even_in_english():
    """A text whose English changed stops the build in every language."""
    assert codes("نعم", fuzzy=True) == ["I002"]
    assert codes("Yes", "en", fuzzy=True) == ["I002"]


def test_limits_count_composed_characters():
    """A label is measured after composition, against the limit in its comment."""
    limit = ("At most 24 characters.",)
    decomposed = "آ" * 24
    assert codes(decomposed.replace("آ", "ا\u0653"), context="a.b.choice.c", comments=limit) == []
    assert codes("ا" * 25, context="a.b.choice.c", comments=limit) == ["I006"]
    assert codes("ا" * 49, context="a.b.choice.c") == ["I006"]
    assert codes("ا" * 21, comments=("button; at most 20 characters",)) == ["I006"]


def test_a_placeholder_counts_as_what_it_will_hold():
    """The room of an address is counted, not the length of the placeholder's name."""
    text = "ا" * 1010 + " {directorate_email}"
    assert codes(text, english="{directorate_email}") == ["I006"]


def test_plural_forms_are_complete_and_may_say_one_number_by_word():
    """Six Arabic forms are needed; “يومان” needs no number, “أيام” does."""

    def found(*strings):
        entry = Entry("program.d", "{n} day", "{n} days", strings)
        return [finding.code for finding in check_entries([entry], "ar", "x.po")]

    assert found("لا أيام", "يوم", "يومان", "{n} أيام", "{n} يومًا", "{n} يوم") == []
    assert found("لا أيام", "يوم", "يومان", "أيام", "{n} يومًا", "{n} يوم") == ["I003"]
    assert found("يوم", "أيام") == ["I009"]
    assert found("لا أيام", "يوم", "يومان", "{n} أيام", "{n} يومًا", "") == ["I001"]


@pytest.mark.parametrize(
    ("tag", "text"),
    [("en", "About violence"), ("ar", "عن العنف"), ("ckb", "توندوتیژی"), ("kmr", "گەف")],
)
def test_bland_flows_begin_bland(tag, text):
    """Entry, exit and resume say nothing in their first line; later lines and flows may."""
    english = "x {n}" if tag != "en" else text
    assert "I008" in codes(text, tag, english, context="entry.safe")
    assert "I008" not in codes(f".\n{text}", tag, english, context="entry.safe")
    assert "I008" not in codes(text, tag, english, context="entry.safe.choice.danger")
    assert "I008" not in codes(text, tag, english, context="menu.menu")
    assert trigger_in_first_line(text, tag)
    assert not trigger_in_first_line("Essex", "en")


def test_the_names_of_the_languages_stand_in_every_catalogue():
    """A text that is not English in the source may keep its letters and stay as it is."""
    for name in ("کوردی (سۆرانی)", "العربية"):
        for tag in ("ar", "ckb", "kmr"):
            assert codes(name, tag, name, context="entry.language.choice.x") == []
    assert codes("English", "ar", "English") == []


def test_the_source_is_checked_too():
    """A raw number in a flow is found where it is written, with file and line."""
    unit = Unit("a.b", "Call 911", source="flows/a.yaml", line=7)
    (finding,) = check_source([unit])
    assert str(finding).startswith("flows/a.yaml:7  I004  en a.b: a number of three digits")


def test_no_letter_is_forbidden_in_both_scripts_it_belongs_to():
    """The tables never forbid a letter and recommend it for the same language."""
    for tag, table in FORBIDDEN.items():
        for letter, instead in table.items():
            assert letter not in instead, tag
