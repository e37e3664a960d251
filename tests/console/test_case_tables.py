"""What leaves a case by a caseworker's act: the same columns as Python's, and nothing that acts."""

import csv
import io
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from run_javascript import raw, run_job, run_jobs, text
from test_console_report import answers

from bot.domain import gbvims
from bot.domain.gbvims import COLUMNS
from bot.domain.report import CHANNELS, from_answers
from bot.sealing import keys, signed
from bot.sealing.envelope import Header
from bot.usecases.letter import LETTERS, TOPICS, write_letter

pytestmark = pytest.mark.node

TABLE = [
    {"name": column.name, "field": column.field, "codes": dict(column.codes)} for column in COLUMNS
]


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(answers, min_size=15, max_size=40))
def test_both_fill_in_the_same_columns(drafts: list[dict[str, object]]) -> None:
    """Whatever was answered, the browser writes the cells and fields that Python would."""
    reports = []
    for draft in drafts:
        report = from_answers(draft, language="kmr", channel=CHANNELS[0], day=date(2026, 11, 28))
        flat = {name: value if isinstance(value, str) else list(value)
                for name, value in report.values.items()}  # fmt: skip
        reports.append({**flat, "day": "2026-11-28", "language": "kmr"})
    jobs = []
    for report in reports:
        jobs += [{"job": "cells", "report": report, "columns": TABLE},
                 {"job": "fields", "report": report, "columns": TABLE}]  # fmt: skip
    found = [answer["ok"] for answer in run_jobs(jobs)]
    names = [column.name for column in COLUMNS]
    expected = [list(map(list, zip(names, gbvims.row(each), strict=True))) for each in reports]
    assert expected == found[::2]
    assert [gbvims.primero_fields(report) for report in reports] == found[1::2]


def test_languages_go_to_primero_under_its_own_tags() -> None:
    """Sorani is `ku` there and Badini `ku-IQ`; Arabic and English have their tags."""
    tags = {
        tag: gbvims.primero_fields({"language": tag})["language"]
        for tag in LETTERS | {"ckb": 0, "kmr": 0}
    }
    assert tags == {"ar": "ar-IQ", "en": "en", "ckb": "ku", "kmr": "ku-IQ"}


def test_no_cell_is_a_formula_or_turns_the_direction() -> None:
    """Every way to begin a formula is disarmed, marks of direction go, quotes stay quotes."""
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =HYPERLINK(1)",
            "\u202e=1", "\u200b=cmd", "\ufeff-2", 'a"b', "a,b", "line\r\nline", "سلام"]  # fmt: skip
    row = [[f"c{number}", value] for number, value in enumerate(evil)]
    written = run_job("csv", row=row)
    assert written.startswith("\ufeff")
    assert not set(written[1:]) & set("\u200b\u202e\u2066\u2069\ufeff")
    header, cells = csv.reader(io.StringIO(written[1:]))
    assert header == [name for name, _ in row]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in cells)
    assert cells[-4:] == ['a"b', "a,b", "line\nline", "سلام"]


def test_the_text_for_the_directorate_is_the_same_in_the_browser() -> None:
    """Arabic and English, with and without topic and place: as Python writes it."""
    places = {"BA": "Basra"}
    for tongue in LETTERS:
        texts = {"parts": list(LETTERS[tongue]), "topics": TOPICS[tongue], "places": places}
        for topic in ("trafficking_organ", "dv"):
            values = {"topics": ["dv", topic], "governorate": "BA"}
            both = {"topic": True, "place": True}
            none = {"topic": False, "place": False}
            whole, bare = run_jobs(
                [
                    {"job": "directorate", "texts": texts, "values": values, "named": both},
                    {"job": "directorate", "texts": texts, "values": values, "named": none},
                ]
            )
            assert whole["ok"] == write_letter(tongue, topic, "Basra")
            assert bare["ok"] == write_letter(tongue, "", "")


def test_notes_go_both_ways() -> None:
    """A note that Python signed opens in the browser, also after Python sealed it again."""
    seeds = [bytes([number]) * 32 for number in (1, 2)]
    recipients = [keys.recipient_of(seed) for seed in seeds]
    signing = b"\x09" * 32
    fingerprints = [each.fingerprint for each in recipients]
    signers = {"sample": keys.signing_public(signing).hex()}
    rosters = {"1": {"fingerprints": fingerprints, "verify": signers},
               "2": {"fingerprints": fingerprints[:1], "verify": signers}}  # fmt: skip
    header = Header(kind="note", case=b"c" * 16, seq=2, prev=b"p" * 32, roster=1, hour=5, lang="ar",
                    schema=1)  # fmt: skip
    body = {"what": "note", "by": "sample", "text": "to mind"}
    sealed = signed.seal_note(header, body, recipients, signing)
    expected = {"kind": "note", "case": (b"c" * 16).hex(), "seq": [2], "prev": (b"p" * 32).hex()}
    opening = {"job": "open", "seeds": [seeds[0].hex()], "expected": expected, "rosters": rosters}
    moved = run_job("reseal", sealed=text(sealed), seeds=[seeds[1].hex()], expected=expected,
                    rosters=rosters, by="sample", signing=signing.hex(), origin="ab" * 32,
                    roster=2, recipients=[str(recipients[0])])  # fmt: skip
    first, second = run_jobs([{**opening, "sealed": text(sealed)}, {**opening, "sealed": moved}])
    assert first["ok"]["body"]["text"] == second["ok"]["body"]["text"] == "to mind"
    assert raw(moved) != sealed
