"""A report read in the browser says the same as one read in the terminal."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from run_javascript import run_jobs

from bot.console.model import report_model
from bot.console.report_values import VALUES
from bot.console.texts import Texts
from bot.domain import summary
from bot.domain.report import CHANNELS, MANY, OPTIONAL_ONE, REQUIRED_ONE, TEXTS, from_answers
from bot.domain.scrub import tidy
from bot.domain.urgency import judge
from bot.i18n.catalogues import Catalogue

MODEL = report_model(Texts(Catalogue({"en": {}}), "en"))

answers = st.fixed_dictionaries(
    {},
    optional={
        **{
            name: st.sampled_from(allowed)
            for name, allowed in (REQUIRED_ONE | OPTIONAL_ONE).items()
        },
        **{name: st.lists(st.sampled_from(allowed), max_size=6) for name, allowed in MANY.items()},
        **{name: st.text(max_size=limit + 5) for name, limit in TEXTS.items()},
    },
)


@pytest.mark.node
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(answers, min_size=20, max_size=60))
def test_the_browser_reads_a_report_as_the_terminal_does(drafts: list[dict[str, object]]) -> None:
    """Whatever was answered: the same lines in the same order, on both sides."""
    reports = [
        from_answers(draft, language="ckb", channel=CHANNELS[0], day=date(2026, 11, 28))
        for draft in drafts
    ]
    jobs = []
    for report in reports:
        urgency = judge(report)
        sealed = {"level": urgency.level, "reasons": [str(reason) for reason in urgency.reasons]}
        common = {"answers": report.to_dict(), "model": MODEL}
        jobs += [{"job": "summarise", "urgency": sealed, **common}, {"job": "headline", **common}]
    found = [answer["ok"] for answer in run_jobs(jobs)]
    expected = [_plain(summary.summarise(report, judge(report))) for report in reports]
    assert expected == found[::2]
    topics = summary.FIELD_LABELS["topics"]
    short = [[line for line in lines if line["label"] != topics] for lines in found[1::2]]
    assert [_plain(summary.headline(report)) for report in reports] == short


def _plain(lines: tuple[summary.Line, ...]) -> list[dict[str, object]]:
    return [{"kind": line.kind, "label": line.label, "values": list(line.values)} for line in lines]


# What one side's Unicode does not know yet, the other's may: unassigned characters are left out.
known = st.characters(exclude_categories=["Cn", "Cs"])


@pytest.mark.node
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(known, max_size=60), min_size=40, max_size=80))
def test_both_tidy_words_alike(texts: list[str]) -> None:
    """What is invisible or turns the direction goes, in the browser as in Python."""
    answers = run_jobs([{"job": "tidy", "value": text, "limit": 30} for text in texts])
    assert [tidy(text, 30) for text in texts] == [answer["ok"] for answer in answers]


def test_every_answer_has_words_in_the_catalogue() -> None:
    """No value of the model is without a text of the console, and its English is the summary's."""
    values = {
        value for allowed in (REQUIRED_ONE | OPTIONAL_ONE | MANY).values() for value in allowed
    }
    assert values <= VALUES.keys()
    assert {value: summary.word(value) for value in VALUES} == MODEL["values"]
    assert dict(summary.FIELD_LABELS) == MODEL["fields"]
    assert {str(reason): label for reason, label in summary.REASON_LABELS.items()} == MODEL[
        "reasons"
    ]
