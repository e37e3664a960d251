"""Make of a draft what enters the queue: a sealed case, or a sealed addition to one."""

from collections.abc import Mapping
from typing import Final

from bot.domain.baghdad import day_of, hour_of
from bot.domain.ladder import first_due
from bot.domain.language import TAGS, Tag
from bot.domain.report import Report, clean_text, from_answers
from bot.domain.tallies import of_report
from bot.domain.urgency import Urgency, judge
from bot.errors import RosterError, SealError
from bot.ports.cases import MailboxView
from bot.ports.runtime import Entropy
from bot.ports.stores import Mailbox, NewCase, NewEntry
from bot.sealing.canonical import Json
from bot.sealing.envelope import CASE_SIZE, Header, seal_case
from bot.usecases.trust_roster import TrustedRoster

SCHEMA: Final = 1
"""The number of bot.domain.report.SCHEMA, as the sealed header carries it."""
ADDITION_LIMIT: Final = 1_000
ALERT_KEEPS: Final = ("alert", "topic", "topics", "governorate", "pref_language")
"""What an alert passes on: the person was told that it is no more than this."""


def prepare_case(
    answers: Mapping[str, object],
    *,
    language: Tag,
    channel: str,
    now: int,
    roster: TrustedRoster | None,
    entropy: Entropy,
    mailbox: Mailbox | None = None,
    staged: bytes = b"",
) -> NewCase:
    """The case a finished draft becomes, sealed to everybody of the roster.

    Exactly one of `mailbox` and `staged` (a receipt code sealed under the epoch key) is given.
    RosterError without a roster, SealError without the consent: then nothing may be stored.
    """
    told = {name: value for name, value in answers.items() if name != "alert"}
    report = from_answers(told, language=language, channel=channel, day=day_of(now))
    return _sealed(report, now=now, roster=roster, entropy=entropy, mailbox=mailbox, staged=staged)


def prepare_alert(
    answers: Mapping[str, object],
    *,
    language: Tag,
    channel: str,
    now: int,
    roster: TrustedRoster | None,
    entropy: Entropy,
    mailbox: Mailbox | None = None,
    staged: bytes = b"",
) -> NewCase:
    """The case of somebody who asked for a caseworker without a form (`alert` is t0 or t1).

    It holds language, topic and governorate and nothing else of the draft; asking for it is the
    consent to it. Otherwise as `prepare_case`.
    """
    told = {name: answers[name] for name in ALERT_KEEPS if name in answers}
    if "alert_place" in answers:  # where the danger is; the report's own place stays its own
        told["governorate"] = answers["alert_place"]
    told["consent_services"] = "yes"
    if told.get("alert") not in {"t0", "t1"}:
        told["alert"] = "t0"  # an alert whose level was lost is treated as the worst
    report = from_answers(told, language=language, channel=channel, day=day_of(now))
    return _sealed(report, now=now, roster=roster, entropy=entropy, mailbox=mailbox, staged=staged)


def prepare_addition(
    text: str, *, view: MailboxView, language: Tag, now: int, roster: TrustedRoster | None
) -> NewEntry:
    """What a person adds with the code, sealed like the report; SealError when nothing is left."""
    cleaned = clean_text(text, ADDITION_LIMIT)
    if not cleaned:
        raise SealError("there is nothing to add; write a few words")
    if roster is None:
        raise _no_roster()
    header = Header(
        kind="addition",
        case=view.case,
        seq=view.entries - 1,
        # Bound to the report, not to the addition before it: of two that cross, none is lost.
        prev=view.anchor,
        roster=roster.version,
        hour=hour_of(now),
        lang=language,
        schema=SCHEMA,
    )
    sealed = seal_case(header, {"text": cleaned}, roster.recipients)
    return NewEntry(view.case, sealed, hour_of(now), roster.version)


def _sealed(
    report: Report,
    *,
    now: int,
    roster: TrustedRoster | None,
    entropy: Entropy,
    mailbox: Mailbox | None,
    staged: bytes,
) -> NewCase:
    if roster is None:
        raise _no_roster()
    if report.one("consent_services") != "yes":
        raise SealError("the person did not agree to hand the report over; ask for it first")
    if (mailbox is None) == (not staged):
        raise SealError("a case needs either a mailbox or a staged code, and not both")
    urgency = judge(report)
    case = entropy.random_bytes(CASE_SIZE)
    header = Header(
        kind="report",
        case=case,
        roster=roster.version,
        hour=hour_of(now),
        lang=report.language,
        schema=SCHEMA,
    )
    return NewCase(
        case=case,
        sealed=seal_case(header, _body(report, urgency), roster.recipients),
        urgency=urgency.level,
        language=_answer_language(report),
        hour=hour_of(now),
        wants_woman=report.one("pref_gender") == "female",
        child_trained=report.under_18,
        due=first_due(urgency.level, now),
        mailbox=mailbox,
        staged_code=staged,
        sealed_for=roster.version,
        tallies=of_report(report, urgency.level),
    )


def _body(report: Report, urgency: Urgency) -> dict[str, Json]:
    return {
        "answers": report.to_dict(),
        "urgency": urgency.level,
        "reasons": [str(reason) for reason in urgency.reasons],
    }


def _answer_language(report: Report) -> Tag:
    wished = report.one("pref_language")
    return next((tag for tag in TAGS if tag == wished), report.language)


def _no_roster() -> RosterError:
    return RosterError("no roster is in force, so nobody could open the report; sign one first")
