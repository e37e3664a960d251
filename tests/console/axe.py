"""What axe finds on the page that is shown."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

BAD = ("serious", "critical")


async def looked(page: Page) -> list[str]:
    """What axe minds seriously, and whether the page runs out of its width."""
    results = await Axe().run(page)
    found = [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in results.response["violations"]
        if violation["impact"] in BAD
        for node in violation["nodes"][:2]
    ]
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, *([f"{wide} px too wide"] if wide > 1 else [])]
