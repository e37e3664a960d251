from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import report as model
from bot.domain import summary
from bot.domain.report import from_answers
from bot.domain.summary import FIELD_LABELS, REASON_LABELS, SIGNS_CAUTION, headline, summarise
from bot.domain.urgency import Reason, judge


def made(**answers):
    return from_answers(answers, language="ar", channel="sim", day=date(2026, 11, 23))


def lines(**answers):
    report = made(**answers)
    return summarise(report, judge(report))


def test_urgency_and_its_reasons_come_first_and_free_words_last():
    """A caseworker reads level and reasons first; what a glance should not show comes last."""
    shown = lines(danger_now="yes", topics=["dv"], narrative="in my own words")
    assert shown[0].value == "T0 now"
    assert shown[1].label == REASON_LABELS[Reason.DANGER_NOW]
    assert (shown[-1].kind, shown[-1].value) == ("text", "in my own words")


def test_signs_are_listed_as_signs_and_never_counted():
    """Signs carry the caution that they are no finding, and nothing shows a number of them."""
    shown = lines(signs=["debt", "hurt", "sex_sold"])
    assert [line.label for line in shown if line.kind == "sign"] == ["Debt", "Hurt", "Sex sold"]
    assert SIGNS_CAUTION in [line.label for line in shown]
    assert not any("3" in line.value for line in shown if line.kind in {"sign", "answer"})
    assert "score" not in " ".join(line.label.lower() for line in shown)


def test_second_hand_officials_and_children_are_pointed_out():
    """What changes how a case is handled stands out as a caution."""
    cautions = [
        line.label
        for line in lines(reporter_role="witness", relation="official_or_security", age_band="0_11")
        if line.kind == "caution"
    ]
    assert len(cautions) == 3


def test_the_headline_shows_place_age_flag_and_needs_only():
    """Before a claim, nothing can be picked by what was told."""
    report = made(
        governorate="BG", needs=["health"], age_band="12_17", narrative="words", topics=["dv"]
    )
    assert [(line.label, line.value) for line in headline(report)] == [
        ("Under 18", ""),
        ("Governorate", "Baghdad"),
        ("Needs", "Health"),
    ]


def test_every_field_and_reason_has_words():
    """Nothing that a person can answer is left out of what the caseworker reads."""
    shown = {*FIELD_LABELS, *summary.TEXT_LABELS, "signs", "consent_services", "consent_reporting"}
    shown |= {f"share_{service}" for service in model.SHARES}
    fields = {*model.REQUIRED_ONE, *model.OPTIONAL_ONE, *model.MANY, *model.TEXTS}
    assert fields == shown
    assert set(REASON_LABELS) == set(Reason)


@settings(max_examples=50)
@given(
    st.fixed_dictionaries(
        {},
        optional={name: st.lists(st.sampled_from(values)) for name, values in model.MANY.items()},
    )
)
def test_everything_ticked_is_shown(answers):
    """Each ticked value appears among the lines, as words."""
    report = made(**answers)
    shown = {
        value for line in summarise(report, judge(report)) for value in (line.label, *line.values)
    }
    for name in model.MANY:
        assert {summary.word(value) for value in report.many(name)} <= shown
