"""The demo's entrance: one click is a sample person. Exists only in the demo."""

from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console import signing_in
from bot.console.answers import open_route, read
from bot.console.desk import ConsoleDesk
from bot.console.pages.login import HandleText
from bot.console.refusals import Refusal

SMALL = 1024


class _Chosen(msgspec.Struct):
    handle: HandleText


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The page and its endpoint; none where this is no demo."""
    if desk.demo is None:
        return []
    return [
        open_route("/console/demo", _page),
        open_route("/console/api/demo", _enter, ("POST",)),
    ]


async def _page(request: Request) -> Response:
    shell = request.app.state.shell
    accounts = await shell.desk.staff.accounts()
    people = [each for each in accounts if each.handle in shell.desk.demo.people]
    page: Response = shell.page(request, "demo.html", people=people)
    return page


async def _enter(request: Request) -> Response:
    desk: ConsoleDesk = request.app.state.desk
    chosen = await read(request, _Chosen, SMALL)
    passphrase = desk.demo.people.get(chosen.handle) if desk.demo else None
    account = await desk.staff.account(chosen.handle)
    if passphrase is None or account is None or account.revoked:
        raise Refusal("not_found")
    # The browser derives the keys as a real one does; only nobody has to type.
    sample = {"passphrase": passphrase, "salt": account.salt.hex()}
    return await signing_in.sign_in(request, account, "sign_in", sample)
