"""The receipt code: slips are named by group, and the mailbox needs code, word and pepper."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sealing import receipt, words
from bot.sealing.receipt import Cost

CHEAP = Cost(memory=64, passes=1)
SALT, PEPPER = b"s" * 16, b"p" * 32
SCRIPTS = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９", "०१२३४५६७८९")

codes = st.binary(min_size=16, max_size=16).map(receipt.new_code)


@given(code=codes)
def test_a_new_code_reads_back(code: str) -> None:
    """Twenty digits, read back from the way they are shown."""
    assert len(code) == 20
    assert receipt.parse(receipt.grouped(code)) == receipt.Parsed(code, (), 20)


@given(
    code=codes,
    digits=st.sampled_from(SCRIPTS),
    gap=st.sampled_from(["", " ", "-", "\u200f—", "\n"]),
)
def test_any_script_and_marks_are_read(code: str, digits: str, gap: str) -> None:
    """Digits of any script, with spaces, hyphens, isolates or words around, mean the same."""
    typed = gap.join(code[start : start + 3] for start in range(0, 20, 3))
    typed = typed.translate(str.maketrans("0123456789", digits))
    assert receipt.parse(f"code: \u2066{typed}\u2069.").code == code


def test_emoji_digits_are_read() -> None:
    """Keycap emoji are digits too."""
    code = receipt.new_code(bytes(range(16)))
    assert receipt.parse("".join(f"{digit}\ufe0f\u20e3" for digit in code)).code == code


@given(code=codes, place=st.integers(0, 19), digit=st.sampled_from("0123456789"))
def test_a_wrong_digit_is_named_by_its_group(code: str, place: int, digit: str) -> None:
    """One mistyped digit anywhere is noticed and its group is named."""
    typed = code[:place] + digit + code[place + 1 :]
    if typed != code:
        assert receipt.parse(typed) == receipt.Parsed("", (place // 5 + 1,), 20)


@given(code=codes, place=st.integers(0, 18))
def test_exchanged_neighbours_are_named_by_group(code: str, place: int) -> None:
    """Two exchanged digits of one group are noticed and named; across groups, nothing is read."""
    typed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if typed != code:
        parsed = receipt.parse(typed)
        assert parsed.code == ""
        if place // 5 == (place + 1) // 5:
            assert parsed.wrong == (place // 5 + 1,)


@given(code=codes, order=st.permutations(range(4)))
def test_exchanged_groups_are_noticed(code: str, order: list[int]) -> None:
    """A whole group in another's place is named, whatever its digits."""
    groups = [code[start : start + 5] for start in range(0, 20, 5)]
    parsed = receipt.parse(" ".join(groups[place] for place in order))
    moved = tuple(now + 1 for now, place in enumerate(order) if now != place)
    assert parsed.wrong == moved
    assert bool(parsed.code) == (not moved)


@given(code=codes, place=st.integers(0, 19))
def test_a_lost_or_doubled_digit_is_named_by_its_group(code: str, place: int) -> None:
    """With the groups kept apart, the one with a digit too few or too many is named."""
    groups = receipt.grouped(code).split()
    group, inside = divmod(place, 5)
    whole = groups[group]
    for broken in (whole[:inside] + whole[inside + 1 :], whole[:inside] + "7" + whole[inside:]):
        groups[group] = broken
        parsed = receipt.parse(" ".join(groups))
        assert parsed.wrong == (group + 1,)
        assert parsed.code == ""


@given(code=codes, kept=st.integers(0, 19))
def test_a_code_cut_off_names_where_it_ends(code: str, kept: int) -> None:
    """Of a code that ends too early, typed without spaces, the first missing group is named."""
    assert receipt.parse(code[:kept]) == receipt.Parsed("", (kept // 5 + 1,), kept)


@given(text=st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    """Any text is read without an error, and a code is only ever 20 ASCII digits."""
    parsed = receipt.parse(text)
    assert parsed.code == "" or (len(parsed.code) == 20 and parsed.code.isascii())
    assert set(parsed.wrong) <= {1, 2, 3, 4}


def test_the_check_table_catches_what_it_promises() -> None:
    """Every row and column is a permutation, and exchanging two digits always shows."""
    table = receipt._DAMM
    digits = set(range(10))
    assert all(set(row) == digits for row in table)
    assert all({row[column] for row in table} == digits for column in digits)
    for state, first, second in product(range(10), repeat=3):
        if first != second:
            assert table[table[state][first]][second] != table[table[state][second]][first]


def test_every_code_is_as_likely() -> None:
    """All 16 free digits come from the entropy: extremes and neighbours differ as they should."""
    assert receipt.new_code(bytes(16)).startswith("0000")
    assert receipt.new_code((10**16 - 1).to_bytes(16))[:4] == "9999"
    assert receipt.new_code((1).to_bytes(16))[15:19] == "0001"
    with pytest.raises(ValueError):
        receipt.new_code(bytes(15))


def test_the_mailbox_needs_code_word_salt_and_pepper() -> None:
    """Each of the four changes tag and seed; tag and seed tell nothing of each other."""
    code, other = receipt.new_code(b"a" * 16), receipt.new_code(b"b" * 16)
    base = receipt.derive(code, "word", SALT, PEPPER, CHEAP)
    variants = [
        base,
        receipt.derive(other, "word", SALT, PEPPER, CHEAP),
        receipt.derive(code, "", SALT, PEPPER, CHEAP),
        receipt.derive(code, "word", b"t" * 16, PEPPER, CHEAP),
        receipt.derive(code, "word", SALT, b"q" * 32, CHEAP),
    ]
    assert len({each.tag for each in variants}) == len({each.seed for each in variants}) == 5
    assert (len(base.tag), len(base.seed)) == (16, 32)
    assert base.tag != base.seed[:16]
    assert base == receipt.derive(code, " WORD", SALT, PEPPER, CHEAP)
    assert repr(base) == "Derived()"
    assert code not in repr(receipt.parse(code))


def test_the_derivation_never_changes() -> None:
    """A code given out must stay good: full-cost answer pinned for one code and word."""
    derived = receipt.derive("0" * 20, "نەورۆز", SALT, PEPPER)
    assert derived.tag.hex() == "b0f42c5de2507e8e1f205017b390dc50"
    assert receipt.mailbox_recipient(derived.seed).fingerprint == "ea57-0160-7a08-7ad7-d0b5"


def test_derive_takes_only_a_parsed_code() -> None:
    """Anything but 20 ASCII digits is a caller's mistake."""
    for wrong in ("", "1" * 19, "12345 67890 12345 6789", "٠" * 20):
        with pytest.raises(ValueError):
            receipt.derive(wrong, "", SALT, PEPPER, CHEAP)


@pytest.mark.parametrize(
    ("typed", "again"),
    [
        ("كلمه", "کلمة"),
        ("علي", "على"),
        ("عەلی", "عهلی"),
        ("نەوڕۆز ١٢", "  نەوڕۆز\u200c   12 "),
        ("أمل", "امل"),
        ("مُحَمَّد", "محمد"),
        ("Straße", "STRASSE"),
        ("ｃａｔ", "Cat"),
        ("ســـلام", "سلام"),
    ],
)
def test_a_secret_word_is_the_same_on_every_keyboard(typed: str, again: str) -> None:
    """Letter forms, vowel signs, joiners, case, digits and spaces do not matter."""
    assert words.fold(typed) == words.fold(again) != ""


@given(word=st.text(max_size=30))
def test_any_secret_word_can_be_folded(word: str) -> None:
    """Whatever was typed becomes text that can be encoded, the same with invisible marks around."""
    assert words.fold(word).encode() == words.fold(f" {word}\u200f").encode()
