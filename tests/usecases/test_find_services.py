import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.directory import NEEDS, Directory, combine, load
from bot.domain.language import TAGS
from bot.domain.places import GOVERNORATES, Gazetteer
from bot.i18n import phrases
from bot.i18n.catalogues import Catalogue
from bot.usecases.find_services import find
from bot.usecases.service_cards import PHRASES, Copyable, cards, text

ROOT = Path(__file__).parents[2]
GAZETTEER = Gazetteer.load(ROOT / "flows" / "directory" / "places.csv")
REAL = load(ROOT / "flows" / "directory")
DEMO = combine(REAL, load(ROOT / "deploy" / "demo" / "directory", allow_sample=True))
TODAY = date(2026, 11, 24)
"""A Tuesday."""
MODEL = next(service for service in DEMO.services if service.id == "sample-baghdad-clinic")
ENGLISH = Catalogue({tag: {} for tag in TAGS})


def service(key, **changes):
    return replace(MODEL, id=key, **changes)


def found(services, governorate, need="health", **options):
    hits = find(Directory(tuple(services)), GAZETTEER, governorate, need, TODAY, **options)
    return [hit.id for hit in hits]


def test_the_order_is_same_then_everywhere_then_nearest():
    """Same governorate, then remote and nationwide, then neighbours by distance."""
    services = [
        service("mosul", governorates=("NI",)),
        service("maysan", governorates=("MA",)),
        service("dhi-qar", governorates=("DQ",)),
        service("nationwide", governorates=(), nationwide=True),
        service("basra", governorates=("BA",)),
        service("remote", governorates=("AR",), remote=True),
    ]
    assert found(services, "BA", limit=6) == [
        "basra", "nationwide", "remote", "dhi-qar", "maysan", "mosul",
    ]  # fmt: skip


def test_a_name_without_a_contact_comes_after_those_with_one():
    """Among what serves a person where they are, what can be called comes first."""
    services = [
        service("named", governorates=("BA",), publish="name_only"),
        service("named-all", governorates=(), nationwide=True, publish="name_only"),
        service("line", governorates=(), nationwide=True),
        service("far", governorates=("AR",)),
        service("near", governorates=("BA",)),
    ]
    assert found(services, "BA", limit=5) == ["near", "line", "named", "named-all", "far"]


def test_the_police_come_last_among_equals():
    """Nobody is pushed to the police: others with a contact stand before them."""
    services = [
        service("police", governorates=("BA",), police_linked=True),
        service("clinic", governorates=("BA",)),
        service("line", governorates=(), nationwide=True),
    ]
    assert found(services, "BA") == ["clinic", "line", "police"]


def test_no_more_than_three():
    """Three cards are what fits a small screen."""
    assert len(found([service(f"s{number}") for number in range(9)], "BG")) == 3
    assert found([service("one")], "BG", limit=-1) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"publish": "hidden"},
        {"verified_by": ""},
        {"assured_date": None},
        {"source": ""},
        {"expires": TODAY - timedelta(days=1)},
        {"expires": None},
        {"status": "temporarily closed"},
    ],
)
def test_what_may_not_be_shown_is_never_found(changes):
    """Hidden, unverified, expired and closed services do not exist for a visitor."""
    assert found([service("one")], "BG") == ["one"]
    assert found([service("one", **changes)], "BG") == []


def test_an_entry_is_shown_on_its_last_day():
    """`expires` is the last day."""
    assert found([service("one", expires=TODAY)], "BG") == ["one"]


def test_women_only_keeps_services_where_women_work():
    """An unknown staff does not count as women."""
    services = [
        service("yes", women_staff="yes"),
        service("no", women_staff="no"),
        service("unknown", women_staff="unknown"),
    ]
    assert found(services, "BG", women_only=True) == ["yes"]


def test_without_a_governorate_what_helps_anywhere_comes_first():
    """Skipping the place costs nothing but the order."""
    services = [service("here"), service("line", governorates=(), nationwide=True)]
    for governorate in (None, "", "XX"):
        assert found(services, governorate) == ["line", "here"]


def test_an_unknown_need_finds_nothing():
    """A need nobody offers, or one that does not exist, is no fault."""
    assert found([service("one")], "BG", "legal") == []
    assert found([service("one")], "BG", "money") == []
    assert found([service("one")], "BG", None) == ["one"]


@given(
    governorate=st.sampled_from([None, *GOVERNORATES]) | st.text(max_size=5),
    need=st.sampled_from([None, *NEEDS]) | st.text(max_size=5),
    day=st.dates(),
    women_only=st.booleans(),
)
def test_whatever_is_asked_only_what_may_be_shown_is_answered(governorate, need, day, women_only):
    """No question, on no day, brings out a service that may not be shown that day."""
    hits = find(DEMO, GAZETTEER, governorate, need, day, women_only=women_only)
    assert len(hits) <= 3
    assert all(hit.may_be_shown(day) for hit in hits)
    assert all(hit.publish != "hidden" for hit in hits)


@pytest.mark.parametrize("governorate", GOVERNORATES)
def test_somebody_in_trouble_always_finds_the_shelters(governorate):
    """In every governorate the state shelters are named, without a contact or a place."""
    hits = find(REAL, GAZETTEER, governorate, "safe_place", TODAY)
    (card,) = cards(hits, "ar", TODAY)
    assert card.service == "trafficking-shelters"
    assert card.name_only
    assert card.copies == ()


def test_a_look_up_takes_less_than_a_millisecond():
    """With 500 services, the quickest of several look-ups stays below a millisecond."""
    many = Directory(
        tuple(
            service(f"s{number}", governorates=(GOVERNORATES[number % 19],))
            for number in range(500)
        )
    )
    times = []
    for _ in range(20):
        start = time.perf_counter()
        find(many, GAZETTEER, "BA", "health", TODAY)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.001


def said(card, tag="en"):
    return text(ENGLISH, tag, card)


def only(key, tag="en", day=TODAY):
    hit = next(service for service in DEMO.services if service.id == key)
    return cards((hit,), tag, day)[0]


def test_a_card_tells_all_it_knows():
    """Name, what, for whom, cost, languages, hours, contact, staff and the day of the check."""
    card = only("sample-baghdad-centre")
    told = said(card)
    assert card.women_staff
    assert not card.name_only
    for part in ("SAMPLE women's centre", "legal advice", "For: Women and girls", "nothing.",
                 "العربية · English", "no real number", "about the course", "Women work there",
                 "Checked on \u20662026-11-23\u2069",
                 "Open today from \u206608:30\u2069 to \u206614:00\u2069."):  # fmt: skip
        assert part in told


def test_a_card_says_when_it_is_closed_today():
    """On a Friday the clinic is closed, and a service without hours says nothing of them."""
    friday = date(2026, 11, 27)
    assert "Closed today." in said(only("sample-baghdad-clinic", day=friday))
    assert "today" not in said(only("emergency", day=friday))


def test_the_emergency_card_isolates_and_offers_the_number():
    """911 stands isolated, can be copied, and the check is dated."""
    card = only("emergency")
    assert "Call: \u2066911\u2069" in said(card)
    assert card.copies == (Copyable("number", "911"),)


def test_the_directorates_card_says_what_an_e_mail_gives_away():
    """Before writing, a person reads that it is not anonymous and takes English or Arabic."""
    card = only("anti-trafficking-directorate")
    assert "not anonymous" in said(card)
    assert "English or Arabic" in said(card)
    assert card.copies == (Copyable("email", "human-ts@moi.gov.iq"),)


def test_a_named_service_offers_a_caseworker_instead_of_a_contact():
    """What nobody confirmed says so, with the age of its source."""
    told = said(only("womens-legal-assistance-sulaymaniyah"))
    assert "A caseworker can put you in touch" in told
    assert "report of \u20662014\u2069, not confirmed" in told
    assert "Checked" not in told


def test_a_name_without_verification_never_shows_a_contact():
    """Even a contact that slipped past the linter stays off the card of a name_only entry."""
    emergency = next(hit for hit in DEMO.services if hit.id == "emergency")
    (card,) = cards((replace(emergency, publish="name_only", email="a@b.example"),), "en", TODAY)
    assert card.copies == ()
    assert "911" not in said(card)
    assert "@" not in said(card)


def test_a_shelters_card_has_no_place():
    """A shelter says that its place is secret, and nothing about where."""
    told = said(only("sample-baghdad-shelter"))
    assert "kept secret" in told
    assert "Where:" not in told


@pytest.mark.parametrize("tag", TAGS)
def test_a_card_is_made_in_every_language(tag):
    """Every service has its own words in each language and no hole in its card."""
    for card in cards(DEMO.services, tag, TODAY):
        assert "…" not in said(card, tag)
        assert card.name in said(card, tag)
        if tag != "en":
            assert any("\u0600" <= sign <= "\u06ff" for sign in card.name)


def test_every_line_of_a_card_can_be_translated():
    """A card uses only templates that the catalogues know."""
    known = {*PHRASES, phrases.CHECKED}
    for card in cards(DEMO.services, "en", TODAY):
        lines = (*card.for_whom, *card.cost, *card.languages, *card.hours, *card.contact,
                 *card.notes, *card.checked)  # fmt: skip
        assert {line.phrase for line in lines} <= known
    assert len({phrase.context for phrase in PHRASES}) == len(PHRASES)


def test_every_need_the_flows_ask_for_is_known():
    """What a person can choose at `services.what` is a need services are filed under."""
    import yaml

    flow = yaml.safe_load((ROOT / "flows" / "services.yaml").read_text(encoding="utf-8"))
    assert set(flow["nodes"]["what"]["choices"]) <= set(NEEDS)
