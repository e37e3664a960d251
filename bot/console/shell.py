"""The frame around every page: language, navigation by role, who is on duty, texts of scripts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.labels import ROLES
from bot.console.static_files import StaticFiles
from bot.console.texts import Texts
from bot.console.words import WORDS
from bot.domain import rota
from bot.domain.language import LANGUAGES, TAGS, Tag
from bot.domain.roster import Handle, Role
from bot.i18n.marking import ConsolePhrase

LANGUAGE_COOKIE: Final = "__Host-sanad-language"
EVERYBODY: Final[tuple[Role, ...]] = get_args(Role)

NAVIGATION: Final[tuple[tuple[str, ConsolePhrase, tuple[Role, ...]], ...]] = (
    ("/console/queue", ConsolePhrase("shell", "Queue"), ("caseworker", "supervisor")),
    ("/console/overview", ConsolePhrase("shell", "Overview"), ("supervisor", "manager")),
    ("/console/roster", ConsolePhrase("shell", "Roster"), EVERYBODY),
    ("/console/numbers", ConsolePhrase("shell", "Numbers"), ("supervisor", "manager")),
    ("/console/audit", ConsolePhrase("shell", "Audit"), ("supervisor", "admin")),
    ("/console/me", ConsolePhrase("shell", "My keys"), EVERYBODY),
    ("/console/help", ConsolePhrase("shell", "Help"), EVERYBODY),
)
HOME: Final[dict[Role, str]] = {
    "caseworker": "/console/queue",
    "supervisor": "/console/queue",
    "manager": "/console/overview",
    "admin": "/console/roster",
}
"""Where a role begins."""


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Who is on duty now, and if nobody is, from when on somebody is ("" if nobody is planned)."""

    handles: tuple[Handle, ...]
    next: str


class Shell:
    """Makes pages."""

    def __init__(self, desk: ConsoleDesk, static: StaticFiles) -> None:
        self.desk = desk
        self.static = static
        self._templates = Environment(
            loader=PackageLoader("bot.console"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def texts(self, request: Request) -> Texts:
        """The texts of whoever reads this answer."""
        return Texts(self.desk.texts, self.language(request), self.desk.facts)

    def language(self, request: Request) -> Tag:
        """Chosen on this page, then the account's, then this browser's, then what it prefers."""
        who: Signed | None = request.state.signed
        chosen = [
            request.query_params.get("lang"),
            who.account.language if who else None,
            request.cookies.get(LANGUAGE_COOKIE),
            *_preferred(request.headers.get("accept-language", "")),
        ]
        return next((tag for name in chosen for tag in TAGS if tag == name), "en")

    def page(
        self, request: Request, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """A whole page. `values` are what the template shows."""
        tag = self.language(request)
        texts = self.texts(request)
        name = template.removesuffix(".html")
        html = self._templates.get_template(template).render(
            **self._frame(request, texts, name), **values
        )
        response = HTMLResponse(html, status, headers={"Vary": "Cookie, Accept-Language"})
        if request.query_params.get("lang") == tag:
            response.set_cookie(
                LANGUAGE_COOKIE,
                tag,
                max_age=31_536_000,
                secure=True,
                httponly=True,
                samesite="strict",
            )
        return response

    def fragment(self, request: Request, template: str, **values: Any) -> str:
        """A part of a page, for htmx; the template extends nothing."""
        texts = self.texts(request)
        name = template.removesuffix(".html").partition("/")[0]
        return self._templates.get_template(template).render(
            **self._frame(request, texts, name), **values
        )

    def duty(self) -> DutyLine:
        """Who is on duty now, by the signed roster."""
        trusted = self.desk.rosters()
        if trusted is None:
            return DutyLine((), "")
        now = self.desk.clock.now()
        present = tuple(member.handle for member in rota.on_duty(trusted.roster, now))
        start = rota.next_on_duty(trusted.roster, now)
        return DutyLine(present, rota.clock_time(start) if start else "")

    def words(self, texts: Texts, page: str) -> str:
        """The texts of the scripts as JSON: those of every page, and those of this one."""
        phrases = {**WORDS["shell"], **WORDS.get(page, {})}
        shown = {
            key: texts.catalogue.text(texts.tag, phrase.context, phrase.text)
            for key, phrase in phrases.items()
        }
        return json.dumps(shown, ensure_ascii=False)

    def _frame(self, request: Request, texts: Texts, page: str) -> Mapping[str, Any]:
        who: Signed | None = request.state.signed
        return {
            "pgettext": texts.pgettext,
            "npgettext": texts.npgettext,
            "say": texts.say,
            "role": lambda role: texts.say(ROLES[role]),
            "tag": texts.tag,
            "direction": texts.direction,
            "languages": [LANGUAGES[tag] for tag in TAGS],
            "static": self.static.base,
            "page": page,
            "words": self.words(texts, page),
            "who": who.account if who else None,
            "csrf": who.session.csrf if who else "-",
            "home": HOME[who.account.role] if who else "/console/login",
            "navigation": _navigation(who, request.url.path, texts),
            "duty": self.duty() if who else None,
            "demo": self.desk.demo is not None,
        }


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation."""

    path: str
    label: str
    current: bool


def _navigation(who: Signed | None, path: str, texts: Texts) -> list[Link]:
    if who is None:
        return []
    return [
        Link(target, texts.say(phrase), path == target)
        for target, phrase, roles in NAVIGATION
        if who.account.role in roles
    ]


def _preferred(header: str) -> list[str]:
    """The languages a browser asks for; `ku` is no answer, it may be either Kurdish."""
    names = [part.partition(";")[0].strip().lower() for part in header.split(",")]
    return [name.partition("-")[0] for name in names]
