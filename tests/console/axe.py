"""What axe finds on the page that is shown."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

BAD = ("serious", "critical")
RUN = """async (bad) => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.filter(({ impact }) => bad.includes(impact)).flatMap(({ id, nodes }) =>
    nodes.slice(0, 2).map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}"""


async def looked(page: Page) -> list[str]:
    """What axe minds seriously, and whether the page runs out of its width."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    found: list[str] = await page.evaluate(RUN, BAD)
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, *([f"{wide} px too wide"] if wide > 1 else [])]
