"""Every page of the console under axe: both directions, phone and desk."""

import dataclasses

import pytest

from bot.domain.audit import Note
from bot.domain.tallies import Tally
from bot.ports.cases import Lowering, Move
from bot.usecases.claim import claim_case
from tests.console.axe import looked
from tests.console.stage import AMAL, BAHAR, PEOPLE, Person, chromium, staged, window
from tests.console.visits import signed_in
from tests.domain.test_publication import a_year

pytestmark = pytest.mark.browser

ADMIN = Person("sara", role="admin")
ZANA = PEOPLE[2]
VISITS = {
    AMAL: ("queue", "queue?view=mine", "cases/{mine}", "roster", "me", "help", "calendar"),
    ZANA: ("overview", "numbers?period=2025-01", "numbers", "audit", "nowhere"),
    ADMIN: ("roster",),
    None: ("login", "join"),
}
SETTLED = 250
"""Milliseconds after the page is there in which its script has asked for what it shows."""
SIZES = ({"width": 360, "height": 740}, {"width": 1280, "height": 900})


@pytest.fixture
async def stage(tmp_path):
    async with staged(tmp_path, (*PEOPLE, ADMIN)) as stage:
        yield stage


async def furnished(stage):
    """Cases that wait, one that is owned with a wish to lower it, and numbers."""
    for number in range(3):
        await stage.put_case({"danger_now": "yes" if number == 0 else "no", "topics": ["dv"]})
    rows = await stage.desk.cases.rows(("new",))
    now = stage.clock.now()
    row = await claim_case(stage.desk.cases, rows[0], BAHAR.member(), now, anyway=True)
    note = Note(now // 3600, "bahar", "wish_lower", row.case)
    wish = Lowering(row.case, 2, "bahar", now // 3600)
    assert await stage.desk.cases.move(
        Move(row, row.state, note, owner=row.owner, lease=row.lease, wish=wish)
    )
    mine = await claim_case(stage.desk.cases, rows[1], AMAL.member(), now, anyway=True)
    past = (
        Tally(**{**dataclasses.asdict(each), "period": each.period.replace("2026", "2025")})
        for each in a_year(5, 900)
    )
    await stage.desk.tallies.add_tallies(list(past))
    return mine.case.hex()


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_no_page_has_a_serious_fault(stage, language):
    """Axe finds nothing serious or critical on any page, at 360 and 1280 px, ltr and rtl."""
    mine = await furnished(stage)
    faults = []
    async with chromium() as browser:
        for person, paths in VISITS.items():
            context = await window(browser)
            page = await (signed_in(context, stage, person) if person else context.new_page())
            for path in paths:
                place = path.format(mine=mine)
                glue = "&" if "?" in place else "?"
                await page.goto(f"{stage.url}/console/{place}{glue}lang={language}")
                await page.wait_for_timeout(SETTLED)
                for size in SIZES:
                    await page.set_viewport_size(size)
                    faults += [f"{path} {size['width']}: {fault}" for fault in await looked(page)]
            await context.close()
    assert faults == []


async def test_a_fault_would_be_noticed(stage):
    """A field that lost its name, and a page wider than the phone, are both found."""
    async with chromium() as browser:
        page = await (await window(browser, viewport=SIZES[0])).new_page()
        await page.goto(f"{stage.url}/console/login")
        assert await looked(page) == []
        await page.evaluate(
            """() => {
              for (const label of document.querySelectorAll("label")) {
                label.before(...label.querySelectorAll("input"));
              }
              document.querySelector("h1").style.inlineSize = "900px";
            }"""
        )
        found = await looked(page)
        assert any(fault.startswith("label") for fault in found)
        assert any("too wide" in fault for fault in found)
