"""The whole program as a child process: a report told on the preview phone, answered here."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.console.stage import chromium, window
from tests.test_readme import WORDS, Phone, demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(170)]
__all__ = ["demo"]

REPLY = "I have read it. Look again tomorrow."


async def test_a_reply_from_the_console_is_read_with_the_code(
    demo: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    """Told on one phone, answered in the browser, read on another phone with the code."""
    base, _ = demo
    phone = Phone(base, "teller")
    code = await asyncio.to_thread(lambda: (phone.begin(), phone.report())[1])
    assert "Yes" in await asyncio.to_thread(lambda: phone.say(text=code))
    async with chromium() as browser:
        page = await (await window(browser)).new_page()
        await page.goto(base.replace("127.0.0.1", "localhost") + "/console/demo?lang=en")
        await page.locator("#people [value=sample-caseworker]").click()
        await page.wait_for_selector("#rows")
        # The sample cases came before: ours is the newest that waits.
        await page.locator("[data-claim]").last.click()
        await page.locator("#open-case").click()
        await page.locator("#own-words summary").click()
        await expect(page.locator("#own-text")).to_contain_text(WORDS)
        await page.locator("#reply").fill(REPLY)
        await page.locator("#safe").check()
        await page.locator("#reply-form [type=submit]").click()
        await expect(page.locator("#letters")).to_contain_text("waiting in the mailbox")
        other = Phone(base, "second")
        await asyncio.to_thread(_come_back, other, code)
        assert REPLY in await asyncio.to_thread(lambda: other.press("yes"))
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await expect(page.locator("#letters")).to_contain_text("read with the code")


def _come_back(phone: Phone, code: str) -> None:
    phone.begin()
    phone.press("code")
    phone.say(text=code)
    phone.press("!skip")
