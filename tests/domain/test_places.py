import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.folding import fold
from bot.domain.language import TAGS
from bot.domain.place_words import EVERYDAY
from bot.domain.places import GOVERNORATES, Gazetteer, PlacesError

FILE = Path(__file__).parents[2] / "flows" / "directory" / "places.csv"
GAZETTEER = Gazetteer.load(FILE)
ANY_TEXT = st.text(alphabet=st.characters(codec=None, categories=None), max_size=400)
PIECES = st.lists(
    st.sampled_from(
        ["Mosul", "الموصل", "مووسڵ", "هەولێر", "بال", "ێدا", " ", "\u200f", "\ud800", "\x00", "al-"]
    )
    | ANY_TEXT,
    max_size=12,
).map("".join)


@given(PIECES)
def test_any_text_may_be_asked_for(text):
    """Matching never raises and always answers with places it knows."""
    assert all(place in GAZETTEER.places for place in GAZETTEER.match(text))
    assert GAZETTEER.find(text) in {None, *GOVERNORATES}


@given(st.floats(), st.floats())
def test_any_two_numbers_may_be_a_location(latitude, longitude):
    """A shared location never raises, be it NaN, infinite or off the globe."""
    assert GAZETTEER.at(latitude, longitude) in {None, *GOVERNORATES}


def test_there_are_nineteen_governorates_with_four_names_each():
    """Every governorate has its code, four names and, but for Halabja, a GBVIMS code."""
    assert GAZETTEER.codes() == GOVERNORATES
    for place in GAZETTEER.governorates.values():
        assert all(place.names.of(tag) for tag in TAGS)
        assert bool(place.gbvims) == (place.code != "HA")
    assert {place.code for place in GAZETTEER.governorates.values() if place.kurdistan} == {
        "AR", "DA", "SU", "HA",
    }  # fmt: skip


def test_there_are_about_a_hundred_towns_and_more():
    """Towns cover every governorate."""
    towns = [place for place in GAZETTEER.places if place.kind == "town"]
    assert len(towns) >= 100
    assert {town.governorate for town in towns} == set(GOVERNORATES)


def test_no_name_mixes_scripts():
    """No alias has Latin letters inside an Arabic-script word, as GeoNames' often have."""
    for place in GAZETTEER.places:
        for name in (*(place.names.of(tag) for tag in TAGS), *place.also):
            latin = any("a" <= sign.lower() <= "z" for sign in name)
            assert not (latin and any("\u0600" <= sign <= "\u06ff" for sign in name)), name


def test_codes_are_unique():
    """No two places share a code."""
    codes = [place.code for place in GAZETTEER.places]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("tag", TAGS)
def test_every_name_finds_its_own_place(tag):
    """Each name leads to its governorate as it stands in the file, but for a few everyday words."""
    places = [place for place in GAZETTEER.places if fold(place.names.of(tag)) not in EVERYDAY]
    assert len(GAZETTEER.places) - len(places) <= 2
    for place in places:
        found = {other.governorate for other in GAZETTEER.match(place.names.of(tag))}
        assert place.governorate in found, place.names.of(tag)


@pytest.mark.parametrize(
    ("text", "governorate"),
    [
        ("Mosul", "NI"), ("الموصل", "NI"), ("مووسڵ", "NI"), ("مووسل", "NI"), ("mosil", "NI"),
        ("بالموصل", "NI"), ("انا من الموصل", "NI"), ("I live in Mosul city", "NI"),
        ("تل عفر", "NI"), ("تلعفر", "NI"), ("شنگال", "NI"), ("سنجار", "NI"),
        ("هەولێر", "AR"), ("هه‌ولێر", "AR"), ("لە هەولێرەوە", "AR"), ("Hawler", "AR"),
        ("اربيل", "AR"), ("Hewlêr", "AR"), ("هةولير", "AR"),
        ("دهۆکێ", "DA"), ("ل دهۆکێ", "DA"), ("Dohuk", "DA"), ("ئاکرێ", "DA"), ("عقره", "DA"),
        ("Akre", "DA"), ("زاخو", "DA"), ("السليمانيه", "SU"), ("سليماني", "SU"), ("Slemani", "SU"),
        ("sulaimaniyya", "SU"), ("حلبجه", "HA"), ("هەڵەبجە", "HA"), ("هەلەبجە", "HA"),
        ("Halabja", "HA"), ("بغداد", "BG"), ("بەغدا", "BG"), ("bagdad", "BG"), ("الكراده", "BG"),
        ("محافظة البصرة", "BA"), ("Basra", "BA"), ("البصره", "BA"), ("basara", "BA"),
        ("الناصرية", "DQ"), ("ذي قار", "DQ"), ("Thi-Qar", "DQ"), ("ذيقار", "DQ"),
        ("العمارة", "MA"), ("بلد", "SD"), ("صلاح الدين", "SD"), ("saladin", "SD"),
        ("كركوك", "KI"), ("کەرکوک", "KI"), ("الانبار", "AN"), ("fallujah", "AN"),
        ("كربلاء المقدسة", "KA"), ("كربلا", "KA"), ("النجف الاشرف", "NA"), ("الديوانية", "QA"),
        ("الحله", "BB"), ("السماوة", "MU"), ("بعقوبه", "DI"), ("الكوت", "WA"),
    ],
)  # fmt: skip
def test_a_typed_place_is_found(text, governorate):
    """Spellings people really use in four languages lead to the right governorate."""
    assert GAZETTEER.find(text) == governorate


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "911", "٣", "help", "help me", "police", "shurta", "النجدة", "الشرطة", "شرطة",
        "سيقتلني", "راح يقتلني", "يضربني", "انقذوني", "ساعدوني", "خطر", "انا بخطر", "بلدي",
        "دەمکوژێت", "من دکوژیت", "یارمەتی", "فریام بکەون", "مەترسی", "هاریکاری", "پۆلیس",
        "he will kill me", "he is hitting me", "kill", "danger", "I want to die", "اريد اموت",
        "ابي يضربني", "انا", "ana", "لا", "نعم", "بەڵێ", "نەخێر", "not sure", "لا اعرف", "نازانم",
        "hit", "he hit", "hit now", "کوێ", "لە کوێ", "گەلەک", "khali", "دەرگا",
        "Kurdistan", "العراق", "عێراق", "Iraq", "في", "لە",
    ],
)  # fmt: skip
def test_a_cry_for_help_is_no_place(text):
    """Words of danger and everyday words are never taken for an answer to "where"."""
    assert GAZETTEER.find(text) is None


@pytest.mark.parametrize(
    "text",
    ["he will kill me in Mosul", "راح يقتلني بالموصل", "لە هەولێر دەمکوژێت", "Mosul, he hits me"],
)
def test_a_place_inside_a_sentence_is_seen_but_is_no_answer(text):
    """`match` sees the place, `find` leaves the sentence to the danger words."""
    assert GAZETTEER.match(text)
    assert GAZETTEER.find(text) is None


@pytest.mark.parametrize(
    ("point", "governorate"),
    [
        ((33.31, 44.37), "BG"), ((36.34, 43.13), "NI"), ((36.19, 44.01), "AR"),
        ((35.56, 45.43), "SU"), ((36.87, 42.99), "DA"), ((35.18, 45.98), "HA"),
        ((30.51, 47.78), "BA"), ((33.0, 39.6), "AN"), ((29.4, 45.4), "MU"), ((31.99, 44.93), "QA"),
    ],
)  # fmt: skip
def test_a_point_lies_in_its_governorate(point, governorate):
    """Points in cities and in the empty desert lead to a governorate."""
    assert GAZETTEER.at(*point) == governorate


@pytest.mark.parametrize(
    "point", [(24.71, 46.68), (35.69, 51.39), (33.51, 36.29), (39.93, 32.86), (0.0, 0.0),
              (math.nan, 44.0), (math.inf, 44.0), (33.3, 1e9)],
)  # fmt: skip
def test_a_point_far_outside_is_no_place(point):
    """More than 100 km outside Iraq, or no point at all, gives nothing."""
    assert GAZETTEER.nearest(*point) is None


def test_a_point_just_over_the_border_still_counts():
    """A phone near a border is served by the governorate next to it."""
    assert GAZETTEER.at(37.33, 42.20) == "DA"


def test_neighbours_come_nearest_first():
    """Every other governorate stands once in the list, the nearest centre first."""
    near = GAZETTEER.neighbours("BA")
    assert near[0] == "DQ"
    assert set(near) == set(GOVERNORATES) - {"BA"}
    assert GAZETTEER.neighbours("??") == ()


def test_a_label_is_given_in_each_language():
    """A governorate has its name in the language of the talk."""
    assert GAZETTEER.label("NI", "ar") == "نينوى"
    assert GAZETTEER.label("DA", "kmr") == "دهۆک"
    assert GAZETTEER.label("??", "en") == "??"


def test_a_faulty_list_is_told_with_line_and_column(tmp_path):
    """A wrong number, code and a missing name are each named where they stand."""
    text = FILE.read_text(encoding="utf-8")
    lines = text.splitlines()
    lines[1] = lines[1].replace("32.79", "3279")
    lines[20] = lines[20].replace(",BG,", ",XX,", 1)
    path = tmp_path / "places.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(PlacesError) as caught:
        Gazetteer.load(path)
    told = str(caught.value).splitlines()
    column = lines[1].index("3279") + 1
    assert told[0].startswith(f"places.csv:2:{column}: latitude:")
    assert told[1].startswith("places.csv:21:")
    assert len(told) == 2


def test_no_alias_is_a_word_of_everyday():
    """Common words of the four languages are no names of places."""
    for word in ("ana", "انا", "من", "في", "help", "yes", "no", "نعم", "لا", "بەڵێ"):
        assert not GAZETTEER.match(word), fold(word)
