"""A signed-in visit without the sign-in page, for pages that need no keys."""

import os

from playwright.async_api import BrowserContext, Page

from bot.console.guard import COOKIE, token_hash
from bot.domain.audit import Note
from bot.ports.staff import ConsoleSession
from tests.console.stage import Person, Stage


async def signed_in(
    context: BrowserContext, stage: Stage, person: Person, path: str = "/console/help"
) -> Page:
    """A page of somebody whose session lives; `faults` on it holds what the browser complained."""
    now = stage.clock.now()
    token = os.urandom(16).hex()
    session = ConsoleSession(
        token_hash(token), person.handle, os.urandom(16).hex(), now + 3600, now + 1800
    )
    assert await stage.desk.staff.open_session(
        session, Note(now // 3600, person.handle, "sign_in", b"")
    )
    await context.add_cookies(
        [
            {
                "name": COOKIE,
                "value": token,
                # The cookie is for https, and localhost counts as such once it is there.
                "url": stage.url.replace("http:", "https:"),
                "secure": True,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.faults = faults
    await page.goto(stage.url + path)
    return page
