"""`sanad demo` as a newcomer meets it: one click is a caseworker with work waiting."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import expect

from tests.console.stage import chromium, free_port, window

pytestmark = pytest.mark.browser
PROJECT = Path(__file__).resolve().parents[2]
PEOPLE = {
    "sample-caseworker": "queue", "sample-colleague": "queue", "sample-supervisor": "queue",
    "sample-admin": "roster",
}  # fmt: skip


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[str]:
    """The real program in a folder of its own."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SANAD_")}
    environment = {**kept, "SANAD_PORT": str(port), "SANAD_DATA_DIR": str(tmp_path / "demo")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli.main", "demo", cwd=PROJECT, env=environment,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        told = await asyncio.wait_for(process.stdout.readuntil(b"/console/demo"), 60)
        url = told.decode().split()[-1]
        async with aiohttp.ClientSession() as http:
            while not await _answers(http, url):
                await asyncio.sleep(0.1)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def test_one_click_from_the_printed_address(demo: str):
    """Each sample person is one click away, with open keys; both caseworkers see what waits."""
    async with chromium() as browser:
        for handle, first in PEOPLE.items():
            page = await (await window(browser)).new_page()
            await page.goto(demo)
            await expect(page.locator(".sample")).to_contain_text("SAMPLE")
            await page.click(f"button[value={handle}]")
            await page.wait_for_url(f"**/console/{first}")
            await expect(page.locator("#lock-words")).to_have_text("Your keys are open.")
            if first == "queue":
                await expect(page.locator("#rows li.case")).not_to_have_count(0)
