from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.report import MANY, OPTIONAL_ONE, REQUIRED_ONE, from_answers
from bot.domain.urgency import RULES, T0, T1, T2, T3, Reason, judge

DAY = date(2026, 11, 23)


def judged(**answers):
    return judge(from_answers(answers, language="ar", channel="sim", day=DAY))


CASES = [
    (T0, Reason.DANGER_NOW, {"danger_now": "yes"}),
    (T0, Reason.DANGER_NOW, {"topics": ["danger_now"]}),
    (T0, Reason.SELF_HARM_NOW, {"self_harm": "now"}),
    (T0, Reason.CHILD_IN_DANGER, {"danger_now": "unsure", "age_band": "12_17"}),
    (T0, Reason.ASKED_AT_ONCE, {"alert": "t0"}),
    (T1, Reason.STRANGULATION, {"dv_choking": "yes"}),
    (T1, Reason.DANGER_SIGNS, {"dv_worse": "yes"}),
    (T1, Reason.RECENT_SEXUAL_VIOLENCE, {"topics": ["sexual_violence"], "when": "5d"}),
    (T1, Reason.RECENT_SEXUAL_VIOLENCE, {"signs": ["forced_sex"], "when": "ongoing"}),
    (T1, Reason.UNDER_18, {"age_band": "0_11"}),
    (T1, Reason.UNDER_18, {"reporter_role": "child_self"}),
    (T1, Reason.LOCKED_IN, {"topics": ["trafficking_labour"], "signs": ["cannot_leave"]}),
    (T1, Reason.PAPERS_AND_THREATS, {"signs": ["papers_taken", "threat_police"]}),
    (T1, Reason.ORGAN_OPERATION, {"organ_arranged": "yes"}),
    (T1, Reason.HONOUR_THREAT, {"htp": ["honour_threat"]}),
    (T1, Reason.MARRIAGE_SOON, {"marriage_soon": "yes"}),
    (T1, Reason.MARRIAGE_SOON, {"htp": ["exchange_marriage"], "when": "2w"}),
    (T1, Reason.SUICIDAL_THOUGHTS, {"self_harm": "thoughts"}),
    (T1, Reason.ASKED_SOON, {"alert": "t1"}),
    (T2, Reason.ONGOING_VIOLENCE, {"topics": ["dv"], "when": "ongoing"}),
    (T2, Reason.ONGOING_VIOLENCE, {"topics": ["sexual_violence"], "when": "2w"}),
    (T2, Reason.FORCED_WORK, {"topics": ["trafficking_begging"]}),
    (T2, Reason.FORCED_WORK, {"topics": ["trafficking_labour"], "signs": ["papers_taken"]}),
    (T2, Reason.SEXUAL_EXPLOITATION, {"topics": ["trafficking_sexual"], "when": "older"}),
    (T2, Reason.SEXTORTION, {"topics": ["online_abuse"]}),
    (T2, Reason.UNCLEAR_DANGER, {"danger_now": "unsure"}),
    (T3, Reason.NOTHING_PRESSING, {"topics": ["dv"], "when": "older"}),
    (T3, Reason.NOTHING_PRESSING, {"topics": ["witness"], "danger_now": "no"}),
    (T3, Reason.NOTHING_PRESSING, {"topics": ["danger_now"], "danger_now": "no"}),
]


@pytest.mark.parametrize(("level", "reason", "answers"), CASES)
def test_each_rule_gives_its_level_and_reason(level, reason, answers):
    """Every line of the triage table decides on its own, and says why."""
    urgency = judged(**answers)
    assert (urgency.level, urgency.reasons[0]) == (level, reason)


def test_every_rule_is_tried_above():
    """No rule exists without a case that it decides."""
    assert {rule.reason for rule in RULES} | {Reason.NOTHING_PRESSING} == {
        reason for _, reason, _ in CASES
    }
    assert [rule.level for rule in RULES] == sorted(rule.level for rule in RULES)


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        **{
            name: st.sampled_from(values)
            for name, values in {**REQUIRED_ONE, **OPTIONAL_ONE}.items()
        },
        **{name: st.lists(st.sampled_from(values)) for name, values in MANY.items()},
    },
)


@given(ANSWERS)
def test_urgency_is_decided_by_the_first_reason(answers):
    """Any report gets one of four levels, at least one reason, and always the same."""
    urgency = judged(**answers)
    assert urgency.level in range(4)
    assert urgency.reasons
    assert len(set(urgency.reasons)) == len(urgency.reasons)
    assert judged(**answers) == urgency


@given(ANSWERS)
def test_danger_now_always_comes_first(answers):
    """Nothing else that was said lowers a report that says there is danger now."""
    assert judged(**{**answers, "danger_now": "yes"}).level == T0


@given(ANSWERS, st.sampled_from(MANY["signs"]))
def test_a_further_sign_never_lowers_the_level(answers, sign):
    """Saying more about how one is held can only bring an answer sooner."""
    more = {**answers, "signs": [*answers.get("signs", []), sign]}
    assert judged(**more).level <= judged(**answers).level
