"""What a caseworker does again and again in the tests of the queue and the case page."""

from playwright.async_api import Page, expect

from tests.console.stage import PASSPHRASE, Stage

TOLD = {
    "danger_now": "no", "topics": ["sexual_violence"], "governorate": "BA", "when": "3d",
    "needs": ["health", "legal"], "share_health": "yes", "consent_reporting": "yes",
    "narrative": "canary-narrative about the blue door",
}  # fmt: skip


async def unlocked(page: Page) -> None:
    """Open the keys in the dialog."""
    await page.locator("dialog [name=passphrase]").fill(PASSPHRASE)
    await page.locator("dialog [type=submit]").first.click()


async def acts(stage: Stage, case: str) -> list[tuple[str, str]]:
    entries = await stage.desk.audit.audit_of(bytes.fromhex(case))
    return [(entry.note.actor, entry.note.act) for entry in entries]


async def claim(page: Page, case: str) -> None:
    """Claim a case in the queue, and say that one knows nobody in it."""
    await begun(page)
    await page.locator(f"#case-{case} [data-claim]").click()
    await page.locator("#open-case").click()
    await expect(page.locator("#opened")).to_be_visible()


async def begun(page: Page) -> None:
    """Until the queue's script listens; what is clicked before goes nowhere."""
    await page.wait_for_selector("#frame[data-page=queue][data-begun]")


async def again(page: Page) -> None:
    """What the page does when it is looked at again."""
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
