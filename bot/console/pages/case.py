"""The page of one case, and its sealed parts for the browser that opens them."""

import base64
from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.console.answers import act, json, page
from bot.console.case_lists import CHECKLIST, CLOSINGS, ESCALATIONS, PLAN, RESULTS
from bot.console.case_rows import LEVELS, line_of
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.members import OPENERS, member_of
from bot.console.model import plain_json, report_model
from bot.console.pages.queue import case_id
from bot.console.prepared import PREPARED
from bot.console.refusals import Refusal
from bot.console.report_labels import SHARES
from bot.console.report_values import VALUES
from bot.console.texts import Texts
from bot.domain import gbvims, rota
from bot.domain.audit import Note
from bot.domain.baghdad import HOUR, hour_of
from bot.domain.case import DONE, OWNED, QUEUED
from bot.domain.language import LANGUAGES, TAGS
from bot.domain.report import GOVERNORATES
from bot.domain.roster import Member
from bot.i18n.marking import ConsolePhrase
from bot.i18n.rendering import number
from bot.ports.cases import CaseRow
from bot.ports.casework import QueueRow
from bot.sealing.keys import Recipient
from bot.usecases.letter import LETTERS, TOPICS
from bot.usecases.present import UNSPOKEN
from bot.usecases.reply import LETTER_LIMIT

TONGUES: Final = ("ar", "en")


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The page and what it reads."""
    pages = CasePages(desk)
    return [
        page("/console/cases/{case}", pages.page, *OPENERS),
        act("/console/api/cases/{case}", pages.parts, *OPENERS, methods=("GET",)),
        act("/console/cases/{case}/row", pages.row, *OPENERS, methods=("GET",)),
        act("/console/api/cases/{case}/lowering", pages.lowering, *OPENERS, methods=("GET",)),
    ]


class CasePages:
    """What is read of one case."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk

    async def page(self, request: Request, who: Signed) -> Response:
        """The page: what the server knows, and room for what the browser opens."""
        member = member_of(self._desk, who)
        row = await self._row(request)
        shell = request.app.state.shell
        texts: Texts = shell.texts(request)
        answer: Response = shell.page(
            request,
            "case.html",
            **await self._facts(row, member, texts),
            openable=_openable(row, member),
            may=_may(row, member),
            case_tag=row.language,
            case_direction=LANGUAGES[row.language].direction,
            letter_limit=LETTER_LIMIT,
            retention_days=self._desk.retention.closed_days,
            primero=self._desk.primero,
            tongues={tongue: LANGUAGES[tongue].own_name for tongue in TONGUES},
            members=self._colleagues(member, texts),
            data=plain_json({**self._data(row, texts), "writable": _may(row, member)["write"]}),
            **_lists(texts),
        )
        return answer

    async def parts(self, request: Request, who: Signed) -> Response:
        """Every sealed part, for its owner only; that it was opened is written down first."""
        member = member_of(self._desk, who)
        row = await self._row(request)
        if row.state == "withdrawn":
            raise Refusal("case_gone")
        if not _openable(row, member):
            raise Refusal("not_your_case")
        await self._write_down(row, member)
        entries = await self._desk.cases.entries(row.case)
        if not entries:
            raise Refusal("case_gone")
        mailbox = await self._desk.cases.mailbox(row.case)
        return json(
            {
                "case": row.case.hex(),
                "language": row.language,
                "anchor": entries[0].anchor.hex(),
                "entries": [
                    {
                        "number": entry.number,
                        "hour": entry.hour,
                        "sealed": _text(entry.sealed),
                        "sealed_for": entry.sealed_for,
                        "origin": entry.origin.hex(),
                    }
                    for entry in entries
                ],
                "notes": await self._notes(row),
                "letters": await self._letters(row),
                "mailbox": str(Recipient(mailbox.recipient)) if mailbox else "",
            }
        )

    async def row(self, request: Request, who: Signed) -> Response:
        """What the page looks at again and again: whose it is, and what is new."""
        member = member_of(self._desk, who)
        row = await self._row(request)
        texts: Texts = request.app.state.shell.texts(request)
        facts = await self._facts(row, member, texts)
        html = request.app.state.shell.fragment(request, "case/row.html", **facts)
        return HTMLResponse(html, headers={"X-Sanad-Now": str(self._desk.clock.now())})

    async def lowering(self, request: Request, who: Signed) -> Response:
        """A wish to lower the urgency with its sealed reason, for the second person."""
        member_of(self._desk, who)
        row = await self._row(request)
        wish = await self._desk.casework.lowering(row.case)
        if wish is None:
            return json({"wish": None})
        entries = await self._desk.cases.entries(row.case)
        reasons = [each for each in await self._notes(row) if each["kind"] == "lowering"]
        return json(
            {
                "wish": {"level": wish.level, "by": wish.by},
                "anchor": entries[0].anchor.hex() if entries else "",
                "note": reasons[-1] if reasons else None,
            }
        )

    async def _write_down(self, row: CaseRow, member: Member) -> None:
        """Note that the case was opened: before anything is given out, once an hour at most.

        The page asks again after every step of its own; each of those is on record already.
        """
        note = Note(hour_of(self._desk.clock.now()), member.handle, "open", row.case)
        on_record = any(entry.note == note for entry in await self._desk.audit.audit_of(row.case))
        if on_record and not row.news:
            return
        if not await self._desk.cases.opened(row, note):
            raise Refusal("case_changed")

    async def _row(self, request: Request) -> CaseRow:
        row = await self._desk.casework.row(case_id(request.path_params["case"]))
        if row is None:
            raise Refusal("not_found")
        return row

    async def _facts(self, row: CaseRow, member: Member, texts: Texts) -> dict[str, Any]:
        letters = await self._desk.cases.letters(row.case)
        unread = any(letter.safe and letter.state == "waiting" for letter in letters)
        ends = self._desk.retention.ends(
            row.done_hour, withdrawn=row.state == "withdrawn", unread=unread
        )
        closing = CLOSINGS.get(row.closing)
        seen = {
            "state": row.state,
            "yours": _openable(row, member),
            "level": row.urgency,
            "entries": row.entries,
            "letters": [(letter.number, letter.state) for letter in letters],
            "notes": len(await self._desk.casework.notes(row.case)),
            "now": self._desk.clock.now(),
        }
        return {
            "seen": plain_json(seen),
            "line": line_of(QueueRow(row), member, texts),
            "ends": ends * HOUR if row.state in DONE else 0,
            "closing": texts.say(closing) if closing else "",
        }

    async def _notes(self, row: CaseRow) -> list[dict[str, Any]]:
        return [
            {
                "number": note.number,
                "kind": note.kind,
                "hour": note.hour,
                "author": note.author,
                "sealed": _text(note.sealed),
                "sealed_for": note.sealed_for,
            }
            for note in await self._desk.casework.notes(row.case)
        ]

    async def _letters(self, row: CaseRow) -> list[dict[str, Any]]:
        return [
            {
                "number": letter.number,
                "state": letter.state,
                "safe": letter.safe,
                "hour": letter.hour,
            }
            for letter in await self._desk.cases.letters(row.case)
        ]

    def _colleagues(self, member: Member, texts: Texts) -> list[dict[str, Any]]:
        trusted = self._desk.rosters()
        if trusted is None:
            return []
        now = self._desk.clock.now()
        present = {each.handle for each in rota.on_duty(trusted.roster, now)}
        return [
            {
                "handle": each.handle,
                "languages": " · ".join(texts.say(VALUES[tag]) for tag in each.languages),
                "tags": [texts.say(tag) for tag in _tags(each, on_duty=each.handle in present)],
            }
            for each in trusted.roster.openers()
            if each.handle != member.handle
        ]

    def _data(self, row: CaseRow, texts: Texts) -> dict[str, Any]:
        person = texts.in_language(row.language)
        return {
            "case": row.case.hex(),
            "language": row.language,
            "model": report_model(texts),
            "prepared": _prepared(person),
            "outcomes": list(RESULTS),
            "gbvims": [
                {"name": column.name, "field": column.field, "codes": dict(column.codes)}
                for column in gbvims.COLUMNS
            ],
            "narrative": gbvims.NARRATIVE,
            "primero": self._desk.primero,
            "directorate": {
                tongue: {
                    "parts": list(LETTERS[tongue]),
                    "topics": dict(TOPICS[tongue]),
                    "places": _places(texts, tongue),
                }
                for tongue in TONGUES
            },
        }


ON_DUTY: Final = ConsolePhrase("case", "on duty")
WOMAN: Final = ConsolePhrase("case", "woman")
CHILD_TRAINED: Final = ConsolePhrase("queue", "child-trained")
SUPERVISOR: Final = ConsolePhrase("case", "supervisor")


def _tags(member: Member, *, on_duty: bool) -> list[ConsolePhrase]:
    asked = (
        (on_duty, ON_DUTY),
        (member.role == "supervisor", SUPERVISOR),
        (member.gender == "female", WOMAN),
        (member.child_trained, CHILD_TRAINED),
    )
    return [phrase for holds, phrase in asked if holds]


def _openable(row: CaseRow, member: Member) -> bool:
    """The owner, also of what she closed; a supervisor reviews what is closed, on record."""
    if row.state in QUEUED or row.state == "withdrawn":
        return False
    return row.owner == member.handle or (row.state in DONE and member.role == "supervisor")


def _may(row: CaseRow, member: Member) -> dict[str, bool]:
    """Which steps the page offers; the use cases decide again."""
    owner = row.owner == member.handle and row.state in OWNED
    above = row.state in OWNED and member.role == "supervisor"
    return {
        "write": owner,
        "urgency": row.state in QUEUED or owner or above,
        "hand_over": owner or above,
        "escalate": owner or above,
        "close": owner,
        "hand_back": owner or above,
        "duplicate": owner,
        "reopen": row.state == "closed" or (row.state == "duplicate" and above),
    }


def _lists(texts: Texts) -> dict[str, Any]:
    def said(phrases: dict[str, ConsolePhrase]) -> list[tuple[str, str]]:
        return [(key, texts.say(phrase)) for key, phrase in phrases.items()]

    return {
        "plan": said(PLAN),
        "checklist": said(CHECKLIST),
        "closings": said(CLOSINGS),
        "escalations": said(ESCALATIONS),
        "shares": said(SHARES),
        "prepared": list(_prepared(texts).items()),
        "levels": [(level, texts.say(phrase)) for level, phrase in enumerate(LEVELS)],
    }


def _prepared(texts: Texts) -> dict[str, str]:
    emergency = number(UNSPOKEN["emergency"])
    return {key: texts.say(phrase, emergency=emergency) for key, phrase in PREPARED.items()}


def _places(texts: Texts, tongue: str) -> dict[str, str]:
    tag = next(tag for tag in TAGS if tag == tongue)
    spoken = texts.in_language(tag)
    return {code: spoken.say(VALUES[code]) for code in GOVERNORATES}


def _text(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()
