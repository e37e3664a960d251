"""Overview, numbers and audit as a supervisor and a manager see them, in a real browser."""

import csv
import dataclasses
import io
import sqlite3

import pytest
from playwright.async_api import expect

from bot.domain.audit import Note, link
from bot.domain.tallies import Tally
from bot.ports.cases import Lowering, Move
from bot.ports.casework import View
from bot.usecases.claim import claim_case
from tests.console.stage import AMAL, PEOPLE, Person, chromium, staged, window
from tests.console.visits import signed_in
from tests.domain.test_publication import a_year

pytestmark = pytest.mark.browser
RAWA = Person("rawa", role="manager")


@pytest.fixture
async def stage(tmp_path):
    async with staged(tmp_path, (*PEOPLE, RAWA)) as stage:
        yield stage


@pytest.fixture
async def browser():
    async with chromium() as browser:
        yield browser


async def supervisor(browser, stage):
    return await signed_in(await window(browser), stage, PEOPLE[2])


async def test_the_overview_tells_what_waits_and_who_has_what(stage, browser):
    """Waiting, late, owners and loads are there; the numbers are those of the queue."""
    for number in range(5):
        await stage.put_case({"danger_now": "yes" if number < 2 else "no", "topics": ["other"]})
    rows = await stage.desk.cases.rows(("new",))
    await claim_case(stage.desk.cases, rows[0], AMAL.member(), stage.clock.now(), anyway=True)
    page = await supervisor(browser, stage)
    await page.click("nav >> text=Overview")
    await page.wait_for_selector("text=What waits")
    first = page.locator("tbody tr").first
    assert (await first.inner_text()).split() == [
        "▲",
        "T0",
        "·",
        "now",
        "1",
        "0",
        "0",
        "0",
        "0",
        "1",
    ]
    assert "amal" in await page.inner_text("section:has-text('Who has what') tbody")
    assert page.faults == []


async def test_a_manager_sees_counts_and_no_case(stage, browser):
    """No number of a case, no wish and nothing escalated stands on a manager's page."""
    number = await stage.put_case({"danger_now": "yes", "topics": ["other"]})
    page = await signed_in(await window(browser), stage, RAWA)
    await page.goto(f"{stage.url}/console/overview")
    text = await page.inner_text("main")
    assert "What waits" in text
    assert number[:8] not in await page.content()
    assert "Escalated to you" not in text
    refused = await page.goto(f"{stage.url}/console/audit")
    assert refused.status == 403


async def test_numbers_and_their_file(stage, browser):
    """Bars and tables of a month, the warning on top; the file has the row of HXL hashtags."""
    past = [
        dataclasses.replace(tally, period=tally.period.replace("2026", "2025"))
        for tally in a_year(5, 900)
    ]
    await stage.desk.tallies.add_tallies([Tally(**dataclasses.asdict(each)) for each in past])
    page = await supervisor(browser, stage)
    await page.goto(f"{stage.url}/console/numbers?period=2025-01")
    assert "reported cases, not how often it happens" in await page.inner_text("main")
    assert await page.locator("svg rect.bar").count() > 5
    assert await page.locator("td[data-mark=small]").first.inner_text() == "<11"
    answer = await page.request.get(f"{stage.url}/console/numbers.csv")
    lines = list(csv.reader(io.StringIO(await answer.text())))
    assert lines[1][0] == "#date+start"
    assert all(len(line) == len(lines[0]) for line in lines)
    shown = {line[6] for line in lines[2:]}
    assert not shown & {str(count) for count in range(1, 11)}
    assert "<11" in shown
    assert any(line[5].startswith("IQ-") for line in lines[2:])


async def test_without_numbers_the_page_says_why(stage, browser):
    """Nothing published yet is a sentence, not an empty page."""
    page = await supervisor(browser, stage)
    await page.goto(f"{stage.url}/console/numbers")
    assert "Nothing is published yet" in await page.inner_text("main")


async def test_the_browser_goes_through_the_chain_and_remembers(stage, browser):
    """It recomputes every hash; an entry altered later, or an end cut off, is told at once."""
    for number in range(30):
        await stage.desk.audit.note(Note(494_000, "amal", "open", bytes([number]) * 16))
    page = await supervisor(browser, stage)
    await page.goto(f"{stage.url}/console/audit")
    chain = page.locator("#chain")
    await chain.wait_for()
    assert await chain.get_attribute("data-kind") == "done"
    last = (await stage.desk.audit.audit_head()).seq
    assert f"\u2068{last}\u2069" in await chain.inner_text()
    await stage.desk.audit.note(Note(494_001, "amal", "close", bytes(16)))
    with sqlite3.connect(stage.path) as connection:
        connection.execute("UPDATE audit SET actor = 'bahar' WHERE seq = ?", (last + 1,))
    await page.goto(f"{stage.url}/console/audit")
    await chain.wait_for()
    assert "does not hold" in await chain.inner_text()
    assert await chain.get_attribute("data-kind") == "error"


@pytest.mark.parametrize("damage", ["cut off", "rewritten"])
async def test_every_browser_tells_of_a_past_that_changed(stage, browser, damage):
    """A caseworker's own page says so, whichever it is; what she remembered is kept."""
    for number in range(9):
        await stage.desk.audit.note(Note(494_000, "zana", "open", bytes([number]) * 16))
    page = await signed_in(await window(browser), stage, AMAL)
    while not await page.evaluate("JSON.parse(localStorage['sanad.pins'] ?? '{}').audit?.seq > 9"):
        await page.wait_for_timeout(50)
    with sqlite3.connect(stage.path) as connection:
        if damage == "cut off":
            connection.execute("DELETE FROM audit WHERE seq > 4")
        else:
            _rewrite(connection)
    await page.goto(f"{stage.url}/console/help")
    notice = page.locator("#notice")
    await notice.wait_for()
    assert "cut off or rewritten" in await notice.inner_text()
    await page.goto(f"{stage.url}/console/queue")
    await notice.wait_for()
    # A backup was put back, and somebody vouched for it: accepted, and on record.
    await page.goto(f"{stage.url}/console/me")
    await page.get_by_role("button", name="Remember it as it is now").click()
    await expect(page.locator("#record")).to_be_hidden()
    await expect(notice).to_be_hidden()
    last = await stage.desk.audit.audit_head()
    assert (last.note.actor, last.note.act) == ("amal", "accept_record")


def _rewrite(connection):
    """Everything anew under another name, with hashes that follow."""
    previous = bytes(32)
    rows = connection.execute("SELECT seq, hour, act, case_id FROM audit ORDER BY seq").fetchall()
    for seq, hour, act, case in rows:
        previous = link(previous, seq, Note(hour, "nobody", act, case))
        connection.execute(
            "UPDATE audit SET actor = 'nobody', hash = ? WHERE seq = ?", (previous, seq)
        )


async def test_acts_are_filtered(stage, browser):
    """By who, what and hour; the address can be kept, a date that is none is refused kindly."""
    await stage.desk.audit.note(Note(494_000, "amal", "open", bytes(16)))
    await stage.desk.audit.note(Note(494_000, "bahar", "open", bytes(16)))
    page = await supervisor(browser, stage)
    await page.goto(f"{stage.url}/console/audit?who=bahar&what=open")
    assert await page.locator("tbody tr").count() == 1
    await page.goto(f"{stage.url}/console/audit?who=nobody-here")
    assert "No act fits" in await page.inner_text("main")
    refused = await page.goto(f"{stage.url}/console/audit?first=yesterday")
    assert refused.status == 400
    assert (await stage.desk.casework.queue_page(View("waiting"))) == ()


async def test_a_second_person_lowers_an_urgency(stage, browser):
    """The wish stands with both levels; agreeing does exactly what was seen, refusing nothing."""
    cases = stage.desk.cases
    now = stage.clock.now()
    for _ in range(3):
        await stage.put_case({"danger_now": "yes", "topics": ["other"]})
    for row in await cases.rows(("new",)):
        row = await claim_case(cases, row, AMAL.member(), now, anyway=True)  # noqa: PLW2901
        wish = Lowering(row.case, 2, "amal", now // 3600)
        note = Note(now // 3600, "amal", "lower", row.case)
        assert await cases.move(
            Move(row, row.state, note, owner=row.owner, lease=row.lease, wish=wish)
        )
    page = await supervisor(browser, stage)
    await page.goto(f"{stage.url}/console/overview")
    wishes = page.locator("#wishes li")
    assert "from \u2068T0\u2069 to \u2068T2\u2069" in await wishes.first.inner_text()
    await wishes.nth(0).get_by_role("button", name="Agree").click()
    await expect(wishes).to_have_count(2)
    await wishes.nth(0).get_by_role("button", name="Refuse").click()
    await expect(wishes).to_have_count(1)
    assert sorted(row.urgency for row in await cases.rows(("claimed",))) == [0, 0, 2]
    with sqlite3.connect(stage.path) as connection:
        connection.execute("UPDATE lowerings SET level = 3")
    await wishes.nth(0).get_by_role("button", name="Agree").click()
    await page.locator("#notice").wait_for()
    assert sorted(row.urgency for row in await cases.rows(("claimed",))) == [0, 0, 2]


async def test_who_is_not_in_the_signed_roster_sees_nothing(stage, browser):
    """An account alone, whatever its role, opens none of these pages."""
    page = await supervisor(browser, stage)
    await stage.publish((AMAL, RAWA), 2)
    for path in ("overview", "numbers", "numbers.csv", "audit", "api/audit?after=0"):
        answer = await page.request.get(f"{stage.url}/console/{path}")
        assert answer.status == 403, path
        assert "What waits" not in await answer.text()
