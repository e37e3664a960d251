"""A caseworker's day in a real browser: claiming, opening, answering, handing over, closing."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from bot.sealing.mailbox import open_letter
from tests.console.clients import StageClock
from tests.console.desk_steps import TOLD, acts, again, begun, claim, unlocked
from tests.console.stage import (
    AMAL,
    BAHAR,
    PASSPHRASE,
    PEOPLE,
    ZANA,
    Person,
    Stage,
    sign_in,
    staged,
    window,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]

MAILBOX = b"m" * 32


async def test_of_two_who_claim_one_gets_the_case(browser: Browser, tmp_path: Path) -> None:
    """Two browsers claim the same case at once: one opens it, the other reads a plain sentence."""
    async with staged(tmp_path) as stage:
        case = await stage.put_case(TOLD)
        pages = [await sign_in(await window(browser), stage, each) for each in (AMAL, ZANA)]
        for page in pages:
            await expect(page.locator("[data-details]")).to_contain_text("Basra")
        await asyncio.gather(*(page.locator("[data-claim]").click() for page in pages))
        for page in pages:
            told = page.locator("#notice[data-kind=error]:visible, #conflict:visible")
            await expect(told).to_be_visible()
        won = [page for page in pages if "/cases/" in page.url]
        lost = [page for page in pages if "/cases/" not in page.url]
        assert len(won) == len(lost) == 1
        await expect(lost[0].locator("#notice")).to_contain_text("Somebody else was quicker")
        assert [act for _, act in await acts(stage, case)].count("claim") == 1
        # Whoever knows the people gives the case back unopened.
        await expect(won[0].locator("#conflict")).to_contain_text("Basra")
        await won[0].locator("#know-them").click()
        await won[0].wait_for_selector("#rows")
        assert "open" not in [act for _, act in await acts(stage, case)]
        await again(lost[0])
        await expect(lost[0].locator("[data-claim]")).to_be_visible()


async def test_a_case_is_read_answered_and_noted(browser: Browser, tmp_path: Path) -> None:
    """Opened, answered and noted, by keys and by mouse; the letter opens with the code's key."""
    async with staged(tmp_path) as stage:
        case = await stage.put_case(TOLD, "ckb", mailbox_seed=MAILBOX)
        page = await sign_in(await window(browser), stage, AMAL)
        await expect(page.locator("[data-details]")).to_contain_text("Basra")
        await page.keyboard.press("j")
        await page.keyboard.press("c")
        await page.locator("#open-case").click()
        summary = page.locator("#summary")
        await expect(summary).to_contain_text("Sexual violence within five days")
        await expect(summary).not_to_contain_text("canary-narrative")
        await page.locator("#own-words summary").click()
        await expect(page.locator("#own-text")).to_contain_text("the blue door")
        assert [act for _, act in await acts(stage, case)] == ["submit", "claim", "open"]
        # A reply, by key; a longer one is refused and stays where it is.
        await page.locator("h1").click()
        await page.keyboard.press("r")
        await expect(page.locator("#reply")).to_be_focused()
        await page.locator("#reply").fill("x" * 901)
        await page.locator("#reply-form [type=submit]").click()
        await expect(page.locator("#notice")).to_contain_text("too many")
        await expect(page.locator("#reply")).to_have_value("x" * 901)
        await page.locator("#reply").fill("canary-reply: look in the morning")
        await page.locator("#safe").check()
        await page.locator("#reply-form [type=submit]").click()
        await expect(page.locator("#letters")).to_contain_text("waiting in the mailbox")
        await expect(page.locator("#letters")).to_contain_text("canary-reply")
        [letter] = await stage.desk.cases.letters(bytes.fromhex(case))
        opened = open_letter(letter.sealed, MAILBOX, bytes.fromhex(case), 1)
        assert opened.body == {"text": "canary-reply: look in the morning"}
        assert opened.header.lang == "ckb"
        # One that is not safe to show is held back, and can be taken back.
        await page.locator("#prepared").select_option("waiting")
        await page.locator("#reply-form [type=submit]").click()
        await expect(page.locator("#letters li").nth(1)).to_contain_text("held back")
        await page.locator("#letters li").nth(1).locator("button").click()
        await expect(page.locator("#letters li").nth(1)).to_contain_text("taken back")
        # Read by the person: the page sees it when it looks again.
        [first, _] = await stage.desk.cases.letters(bytes.fromhex(case))
        mailbox = await stage.desk.cases.mailbox(bytes.fromhex(case))
        assert await stage.desk.cases.mark_read(mailbox.tag, first.number)
        await again(page)
        await expect(page.locator("#letters li").first).to_contain_text("read with the code")
        kinds = [note.kind for note in await stage.desk.casework.notes(bytes.fromhex(case))]
        assert kinds == ["sent", "sent"]
        assert page.faults == []


async def test_additions_notes_and_the_plan_are_shown(browser: Browser, tmp_path: Path) -> None:
    """What the person adds comes to the open page; notes and plan are sealed and read again."""
    async with staged(tmp_path) as stage:
        case = await stage.put_case(TOLD, "ckb")
        page = await sign_in(await window(browser), stage, AMAL)
        await claim(page, case)
        # What she adds with the code comes to the page.
        await stage.add(case, "canary-addition")
        await again(page)
        await expect(page.locator("#additions")).to_contain_text("canary-addition")
        # Notes and the plan.
        await page.locator("#note").fill("canary-note: call the clinic")
        await page.locator("#note-form [type=submit]").click()
        await expect(page.locator("#notes")).to_contain_text("canary-note")
        await page.locator("#plan summary").click()
        await page.locator("#plan [name=engaged]").check()
        await page.locator("#plan [type=submit]").click()
        await expect(page.locator("#plan-done")).to_have_text("1/6")
        assert page.faults == []
        kinds = [note.kind for note in await stage.desk.casework.notes(bytes.fromhex(case))]
        assert kinds == ["note", "plan"]


async def test_a_case_is_handed_over_with_all_its_notes(browser: Browser, tmp_path: Path) -> None:
    """The next person opens report and notes; who gave it away reads nothing of it any more."""
    async with staged(tmp_path) as stage:
        case = await stage.put_case(TOLD)
        amal = await sign_in(await window(browser), stage, AMAL)
        await claim(amal, case)
        await amal.locator("#note").fill("canary-note")
        await amal.locator("#note-form [type=submit]").click()
        await expect(amal.locator("#notes")).to_contain_text("canary-note")
        await amal.locator("#hand-over-form").locator("xpath=..").locator("summary").click()
        await amal.locator("#hand-over-form [value=bahar]").check()
        await amal.locator("#hand-over-form [name=text]").fill("canary-handover")
        await amal.locator("#hand-over-form [type=submit]").click()
        await amal.wait_for_selector("#rows")
        bahar = await sign_in(await window(browser), stage, BAHAR)
        await bahar.get_by_role("link", name="Mine").click()
        await bahar.locator(f"#case-{case} a[role=button]").click()
        await bahar.locator("#open-case").click()
        await expect(bahar.locator("#notes")).to_contain_text("canary-handover")
        await expect(bahar.locator("#notes")).to_contain_text("canary-note")
        assert ("amal", "hand_over") in await acts(stage, case)
        assert ("bahar", "take_over") in await acts(stage, case)
        await amal.goto(f"{stage.url}/console/cases/{case}")
        await expect(amal.locator("main")).to_contain_text("Somebody else owns this case")


async def test_a_case_withdrawn_while_open_empties_the_page(
    browser: Browser, tmp_path: Path
) -> None:
    """At the next look, or the next act, everything opened is gone and the page says why."""
    async with staged(tmp_path) as stage:
        cases = [await stage.put_case(TOLD) for _ in range(2)]
        page = await sign_in(await window(browser), stage, AMAL)
        await claim(page, cases[0])
        await _withdrawn(stage, cases[0])
        await again(page)
        await expect(page.locator("#gone")).to_be_visible()
        assert "Basra" not in await page.locator("main").inner_text()
        await page.goto(f"{stage.url}/console/queue")
        await page.locator("#open-keys").click()
        await unlocked(page)
        await expect(page.locator("[data-details]")).to_contain_text("Basra")
        await claim(page, cases[1])
        await page.locator("#note").fill("kept until it is sent")
        # This time the page does not look again before she acts.
        await page.route("**/cases/*/row", lambda route: route.abort())
        await _withdrawn(stage, cases[1])
        await page.locator("#note-form [type=submit]").click()
        await expect(page.locator("#gone")).to_be_visible()
        assert "Basra" not in await page.locator("main").inner_text()
        rows = await stage.database.read("SELECT count(*) FROM notes")
        assert rows[0][0] == 0


async def _withdrawn(stage: Stage, case: str) -> None:
    mailbox = await stage.desk.cases.mailbox(bytes.fromhex(case))
    assert await stage.desk.cases.withdraw(mailbox.tag, stage.clock.now() // 3600)


async def test_lowering_needs_a_second_person(browser: Browser, tmp_path: Path) -> None:
    """A T1 case is lowered when a colleague has read the reason and agrees, and not before."""
    async with staged(tmp_path) as stage:
        case = await stage.put_case(TOLD)
        amal = await sign_in(await window(browser), stage, AMAL)
        await claim(amal, case)
        await amal.locator("#urgency-form").locator("xpath=..").locator("summary").click()
        await amal.locator("#urgency-form [name=level]").select_option("2")
        await amal.locator("#urgency-form [type=submit]").click()
        await expect(amal.locator("#notice")).to_contain_text("reason")
        await amal.locator("#urgency-form [name=reason]").fill("canary-reason")
        await amal.locator("#urgency-form [type=submit]").click()
        await expect(amal.locator("#wish-words")).to_contain_text("Somebody else decides")
        zana = await sign_in(await window(browser), stage, ZANA)
        await zana.get_by_role("link", name="All open").click()
        await expect(zana.locator(f"#case-{case}")).to_contain_text("asks to lower it")
        await zana.locator(f"#case-{case} a").click()
        await expect(zana.locator("#wish-reason")).to_have_text("canary-reason")
        await zana.locator("#agree").click()
        await expect(zana.locator("#case-row")).to_contain_text("T2")
        row = await stage.desk.casework.row(bytes.fromhex(case))
        assert row.urgency == 2
        # A supervisor takes it up; the owner's page says that it is gone, and keeps what she typed.
        await amal.locator("#note").fill("half a sentence")
        await zana.locator("#hand-back").click()
        await zana.locator("#confirm [value=yes]").click()
        await zana.wait_for_selector("#rows")
        await again(amal)
        await expect(amal.locator("#lost")).to_be_visible()
        await expect(amal.locator("#summary")).to_be_empty()
        await expect(amal.locator("#note")).to_have_value("half a sentence")


async def test_a_new_colleague_opens_what_waited(browser: Browser, tmp_path: Path) -> None:
    """After a roster with another person, a colleague's browser seals open cases for them too."""
    dana = Person("dana")
    async with staged(tmp_path) as stage:
        case = await stage.put_case(TOLD)
        context = await window(browser)
        await context.clock.install()
        amal = await sign_in(context, stage, AMAL)
        await claim(amal, case)
        await amal.locator("#note").fill("canary-note")
        await amal.locator("#note-form [type=submit]").click()
        await expect(amal.locator("#notes")).to_contain_text("canary-note")
        await stage.hire(dana)
        await stage.publish((*PEOPLE[:2], dana, ZANA), 2)
        # Her window stayed open: it hears of the new roster by itself.
        await context.clock.fast_forward(21_000)
        await _until(lambda: stage.sealed_for(case), {2})
        await amal.get_by_role("link", name="Back to the queue").click()
        await amal.get_by_role("link", name="Mine").click()
        await amal.locator(f"#case-{case} a[role=button]").click()
        await expect(amal.locator("#notes")).to_contain_text("canary-note")
        await amal.locator("#hand-over-form").locator("xpath=..").locator("summary").click()
        await amal.locator("#hand-over-form [value=dana]").check()
        await amal.locator("#hand-over-form [type=submit]").click()
        await amal.wait_for_selector("#rows")
        page = await sign_in(await window(browser), stage, dana)
        await page.goto(f"{stage.url}/console/queue?view=mine")
        await page.locator("#open-keys").click()
        await unlocked(page)
        await page.locator(f"#case-{case} a[role=button]").click()
        await page.locator("#open-case").click()
        await expect(page.locator("#notes")).to_contain_text("canary-note")
        await expect(page.locator("#summary")).to_contain_text("Basra")


async def test_what_cannot_be_opened_holds_nothing_up(browser: Browser, tmp_path: Path) -> None:
    """A batch of damaged parts, and the most urgent ones: the rest is sealed anew all the same."""
    async with staged(tmp_path) as stage:
        for _ in range(11):
            await stage.put_case({**TOLD, "danger_now": "yes"})
        await stage.database.write(lambda it: it.execute("UPDATE entries SET sealed = x'00'"))
        case = await stage.put_case(TOLD)
        context = await window(browser)
        await context.clock.install()
        await sign_in(context, stage, AMAL)
        await stage.publish((*PEOPLE, Person("dana")), 2)
        async with asyncio.timeout(30):
            while await stage.sealed_for(case) != {2}:
                await context.clock.fast_forward(3_000)
                await asyncio.sleep(0.1)


async def _until(look: Callable[[], Any], wanted: object) -> None:
    async with asyncio.timeout(30):
        while await look() != wanted:
            await asyncio.sleep(0.1)


async def test_keys_lock_when_nobody_is_there(browser: Browser, tmp_path: Path) -> None:
    """Five idle minutes close the case on the page; what was typed is there after unlocking."""
    async with staged(tmp_path) as stage:
        case = await stage.put_case(TOLD)
        context = await window(browser)
        await context.clock.install()
        page = await sign_in(context, stage, AMAL)
        await claim(page, case)
        await page.locator("#reply").fill("half a reply")
        await context.clock.fast_forward("05:10")
        await expect(page.locator("#locked")).to_be_visible()
        assert "Basra" not in await page.locator("#summary").inner_text()
        await expect(page.locator("#opened")).to_be_hidden()
        await page.locator("#locked [data-unlock]").click()
        await unlocked(page)
        await expect(page.locator("#summary")).to_contain_text("Basra")
        await expect(page.locator("#reply")).to_have_value("half a reply")


async def test_locked_keys_leave_no_opened_word_on_the_page(
    browser: Browser, tmp_path: Path
) -> None:
    """Not in a hidden part or field either; a step that needs the case says that it is locked."""
    async with staged(tmp_path) as stage:
        page = await sign_in(await window(browser), stage, AMAL)
        await claim(page, await stage.put_case(TOLD))
        await page.locator("#plan summary").click()
        await page.locator("#plan [name=text]").fill("canary-plan")
        await page.locator("#plan [type=submit]").click()
        await expect(page.locator("#notice")).to_contain_text("kept")
        await page.locator("#directorate summary").click()
        await page.locator("#directorate-place").check()
        assert "Basra" in await page.locator("#directorate-text").input_value()
        await page.locator("#lock").click()
        await expect(page.locator("#locked")).to_be_visible()
        left = await page.evaluate(ON_THE_PAGE)
        for word in ("Basra", "canary", "Sexual violence"):
            assert word not in left
        await page.locator("#close").evaluate("each => { each.open = true; }")
        for name in ("safety", "return", "supervisor"):
            await page.locator(f"#close-form [name={name}]").check()
        await page.locator("#close-form [type=submit]").click()
        await expect(page.locator("#notice")).to_contain_text("locked")


async def test_what_is_typed_outlives_the_session(browser: Browser, tmp_path: Path) -> None:
    """Signed out while writing: she signs in in another window, and sends from the first."""
    async with staged(tmp_path, clock=StageClock()) as stage:
        case = await stage.put_case(TOLD)
        context = await window(browser)
        page = await sign_in(context, stage, AMAL)
        await claim(page, case)
        await page.locator("#reply").fill("canary-long-reply")
        await stage.desk.staff.end_sessions("amal", b"")
        await page.locator("#reply-form [type=submit]").click()
        await expect(page.locator("#notice")).to_contain_text("what you typed stays")
        async with context.expect_page() as opened:
            await page.locator("#notice a").click()
        other = await opened.value
        stage.clock.seconds += 30
        await other.fill("#passphrase-way [name=handle]", "amal")
        await other.fill("#passphrase-way [name=passphrase]", PASSPHRASE)
        await other.fill("#passphrase-way [name=code]", AMAL.code(stage.clock.now()))
        await other.click("#passphrase-way [type=submit]")
        await other.wait_for_selector("#rows")
        await page.locator("#reply-form [type=submit]").click()
        await expect(page.locator("#letters")).to_contain_text("canary-long-reply")
        assert len(await stage.desk.cases.letters(bytes.fromhex(case))) == 1


ON_THE_PAGE = """() => {
  const fields = [...document.querySelectorAll("textarea, input")].map(({ value }) => value);
  return [document.querySelector("main").textContent, ...fields].join();
}"""
"""Everything a page holds as text but its templates, which hold every word there is."""


async def test_a_lost_connection_is_told_with_its_time(browser: Browser, tmp_path: Path) -> None:
    """Without a network the queue says of when it is; it catches up by itself when there is one."""
    async with staged(tmp_path) as stage:
        context = await window(browser)
        page = await sign_in(context, stage, AMAL)
        await expect(page.locator(".empty")).to_contain_text("Nothing waits")
        await begun(page)
        await context.set_offline(True)
        await again(page)
        await expect(page.locator("#connection")).to_contain_text("What you see is of")
        case = await stage.put_case(TOLD)
        await context.set_offline(False)
        await expect(page.locator(f"#case-{case}")).to_be_visible()
        await expect(page).to_have_title("(1) Queue")


async def test_a_closed_case_is_only_read(browser: Browser, tmp_path: Path) -> None:
    """Closed with its checklist; a supervisor reads it again, reopens it, and adds nothing."""
    async with staged(tmp_path) as stage:
        case = await stage.put_case(TOLD)
        amal = await sign_in(await window(browser), stage, AMAL)
        await claim(amal, case)
        await amal.keyboard.press("e")
        await amal.locator("#close-form [name=safety]").check()
        await amal.locator("#close-form [type=submit]").click()
        await expect(amal.locator("#notice")).to_contain_text("every line")
        for name in ("return", "supervisor"):
            await amal.locator(f"#close-form [name={name}]").check()
        await amal.locator("#close-form [type=submit]").click()
        await amal.wait_for_selector("#rows")
        zana = await sign_in(await window(browser), stage, ZANA)
        await zana.get_by_role("link", name="Done").click()
        await zana.locator(f"#case-{case} a[role=button]").click()
        await expect(zana.locator("#summary")).to_contain_text("Basra")
        await expect(zana.locator("#notes")).to_contain_text("Needs met")
        await expect(zana.locator("#case-row")).to_contain_text("content is destroyed")
        await expect(zana.locator("#reply-form")).to_be_hidden()
        await zana.locator("#reopen").click()
        await zana.locator("#confirm [value=yes]").click()
        await expect(zana.locator(f"#case-{case} [data-claim]")).to_be_visible()
