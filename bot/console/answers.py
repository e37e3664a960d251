"""How a request becomes an answer: bodies in, pages, JSON and refusals out, in one language."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.guard import Signed, signed
from bot.console.refusals import REFUSALS, Refusal, unexpected
from bot.console.shell import Shell
from bot.console.texts import Texts
from bot.domain.roster import Role

T = TypeVar("T")
Open = Callable[[Request], Awaitable[Response]]
"""An endpoint for everybody."""
Staffed = Callable[[Request, Signed], Awaitable[Response]]
"""An endpoint for who is signed in."""
BODY: Final = 4 * 1024 * 1024
LOGIN: Final = "/console/login"


async def read(request: Request, type_: type[T], most: int = BODY) -> T:
    """The JSON body as a checked value; a Refusal for anything else, or too much."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refusal("bad_request")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Refusal("too_large")
    try:
        return msgspec.json.decode(body, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refusal("bad_request") from None


def json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A value as JSON."""
    return Response(msgspec.json.encode(value), status, headers, "application/json")


def page(path: str, endpoint: Staffed, *roles: Role) -> Route:
    """A page for these roles, for everybody signed in if none is named."""

    async def answer(request: Request) -> Response:
        if request.state.refused is None and request.state.signed is None:
            return _to_login(request)
        return await _answered(request, lambda: endpoint(request, _entitled(request, roles)))

    return Route(path, answer, methods=["GET"])


def act(path: str, endpoint: Staffed, *roles: Role, methods: tuple[str, ...] = ("POST",)) -> Route:
    """An endpoint for these roles, for everybody signed in if none is named."""

    async def answer(request: Request) -> Response:
        return await _answered(request, lambda: endpoint(request, _entitled(request, roles)))

    return Route(path, answer, methods=list(methods))


def open_route(path: str, endpoint: Open, methods: tuple[str, ...] = ("GET",)) -> Route:
    """A page or endpoint for people who are not signed in, too."""

    async def answer(request: Request) -> Response:
        return await _answered(request, lambda: endpoint(request))

    return Route(path, answer, methods=list(methods))


def refused(request: Request, refusal: Refusal) -> Response:
    """A refusal as JSON, or as a page where a person asked for one."""
    kind = REFUSALS[refusal.code]
    shell: Shell = request.app.state.shell
    texts: Texts = shell.texts(request)
    sentence = texts.say(kind.sentence, **refusal.values)
    api = request.url.path.startswith("/console/api/") or "hx-request" in request.headers
    if api or request.method not in ("GET", "HEAD"):
        body = {"error": refusal.code, "message": sentence}
        return json(body, kind.status, refusal.headers)
    return shell.page(request, "refusal.html", status=kind.status, sentence=sentence)


def _entitled(request: Request, roles: tuple[Role, ...]) -> Signed:
    who = signed(request)
    if roles and who.account.role not in roles:
        raise Refusal("not_yours")
    return who


async def _answered(request: Request, endpoint: Callable[[], Awaitable[Response]]) -> Response:
    if request.state.refused is not None:
        return refused(request, request.state.refused)
    try:
        return await endpoint()
    except Refusal as refusal:
        return refused(request, refusal)
    except Exception as error:  # noqa: BLE001 - whatever fails, the person gets a sentence
        return refused(request, unexpected(error))


def _to_login(request: Request) -> Response:
    if "hx-request" in request.headers:
        return refused(request, Refusal("signed_out"))
    return RedirectResponse(LOGIN, 303)
