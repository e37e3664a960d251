"""A caseworker's day in a real browser: claiming, opening, answering, handing over, closing."""

import asyncio
import base64
import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.sealing import reading
from bot.sealing.mailbox import open_letter
from tests.console.stage import (
    AMAL,
    BAHAR,
    PASSPHRASE,
    PEOPLE,
    ZANA,
    Person,
    Stage,
    chromium,
    sign_in,
    staged,
    window,
)
from tests.fakes.primero import PASSWORD, USER, primero

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]

MAILBOX = b"m" * 32
TOLD = {
    "danger_now": "no", "topics": ["sexual_violence"], "governorate": "BA", "when": "3d",
    "needs": ["health", "legal"], "share_health": "yes", "consent_reporting": "yes",
    "narrative": "canary-narrative about the blue door",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chrome() -> AsyncIterator[Browser]:
    """One Chromium for the tests of this file; each has windows of its own."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def browser(chrome: Browser) -> AsyncIterator[Browser]:
    """The same, without what a test leaves open."""
    yield chrome
    for context in chrome.contexts:
        await context.close()


async def unlocked(page: Page) -> None:
    """Open the keys in the dialog."""
    await page.locator("dialog [name=passphrase]").fill(PASSPHRASE)
    await page.locator("dialog [type=submit]").first.click()


async def acts(stage: Stage, case: str) -> list[tuple[str, str]]:
    entries = await stage.desk.audit.audit_of(bytes.fromhex(case))
    return [(entry.note.actor, entry.note.act) for entry in entries]


async def claim(page: Page, case: str) -> None:
    """Claim a case in the queue, and say that one knows nobody in it."""
    await page.locator(f"#case-{case} [data-claim]").click()
    await page.locator("#open-case").click()
    await expect(page.locator("#opened")).to_be_visible()


async def again(page: Page) -> None:
    """What the page does when it is looked at again."""
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


async def test_of_two_who_claim_one_gets_the_case(browser: Browser, tmp_path: Path) -> None:
    """Two browsers claim the same case at once: one opens it, the other reads a plain sentence."""
    async with staged(tmp_path) as stage:
        case = await stage.put_case(TOLD)
        pages = [await sign_in(await window(browser), stage, each) for each in (AMAL, ZANA)]
        for page in pages:
            await expect(page.locator("[data-details]")).to_contain_text("Basra")
        await asyncio.gather(*(page.locator("[data-claim]").click() for page in pages))
        for page in pages:
            await expect(page.locator("#notice:visible, #conflict:visible")).to_be_visible()
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
        assert kinds == ["sent", "sent", "note", "plan"]


async def test_a_case_is_handed_over_with_all_its_notes(browser: Browser, tmp_path: Path) -> None:
    """The next person opens report and notes; who gave it away reads nothing of it any more."""
    async with staged(tmp_path) as stage:
        case = await stage.put_case(TOLD)
        amal = await sign_in(await window(browser), stage, AMAL)
        await claim(amal, case)
        other = await amal.context.new_page()
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
        await other.goto(f"{stage.url}/console/cases/{case}")
        await expect(other.locator("main")).to_contain_text("Somebody else owns this case")


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
        await _withdrawn(stage, cases[1])
        await page.locator("#note-form [type=submit]").click()
        await expect(page.locator("#gone")).to_be_visible()
        assert "Basra" not in await page.locator("main").inner_text()
        rows = await stage.database.read("SELECT count(*) FROM notes")
        assert rows[0][0] == 0


async def _withdrawn(stage: Stage, case: str) -> None:
    mailbox = await stage.desk.cases.mailbox(bytes.fromhex(case))
    assert await stage.desk.cases.withdraw(mailbox.tag, stage.clock.now() // 3600)


HOSTILE = (
    "<img src=x onerror=alert(1)><svg onload=alert(2)></svg><script>alert(3)</script>"
    "{{7*7}} \u202ereversed\u202c z\u200bero\u200bwidth \ufeff\u2066iso\u2069 "
    "<a href='javascript:alert(4)'>x</a>"
)


async def test_hostile_words_are_only_words(browser: Browser, tmp_path: Path) -> None:
    """HTML, SVG, templates and tricks of direction are shown as text, wherever they stand."""
    async with staged(tmp_path) as stage:
        case = await stage.put_case({**TOLD, "narrative": HOSTILE, "pref_not_area": "<b>town</b>",
                                     "district": "<i>d</i>\u202e"})  # fmt: skip
        page = await sign_in(await window(browser), stage, AMAL)
        alarms: list[str] = []
        page.on("dialog", lambda dialog: alarms.append(dialog.message))
        await claim(page, case)
        await page.locator("#own-words summary").click()
        await page.locator("#note").fill(HOSTILE)
        await page.locator("#note-form [type=submit]").click()
        await expect(page.locator("#notes")).to_contain_text("onerror")
        await page.locator("#reply").fill(HOSTILE)
        await page.locator("#reply-form [type=submit]").click()
        await expect(page.locator("#letters")).to_contain_text("onerror")
        await expect(page.locator("#own-text")).to_contain_text("<script>alert(3)</script>")
        for place in ("#own-text", "#notes", "#letters", "#summary"):
            inside = await page.locator(f"{place} :is(img, svg, script, a, b, i)").count()
            assert inside == 0
            shown = await page.locator(place).text_content()
            assert not set(shown) & set("\u202e\u202c\u200b\ufeff")
        assert alarms == []
        assert page.faults == []


async def test_nothing_opened_and_no_key_reaches_the_server(
    browser: Browser, tmp_path: Path
) -> None:
    """Of everything sent and everything stored, nothing holds a private key or an opened word."""
    async with staged(tmp_path) as stage:
        case = await stage.put_case({**TOLD, "district": "canary-district"})
        context = await window(browser)
        sent: list[bytes] = []
        context.on("request", lambda request: sent.append(
            request.url.encode() + json.dumps(request.headers).encode()
            + (request.post_data_buffer or b"")))  # fmt: skip
        page = await sign_in(context, stage, AMAL)
        await claim(page, case)
        await page.locator("#own-words summary").click()
        await page.locator("#reply").fill("canary-reply")
        await page.locator("#safe").check()
        await page.locator("#reply-form [type=submit]").click()
        await expect(page.locator("#letters")).to_contain_text("canary-reply")
        await page.locator("#note").fill("canary-note")
        await page.locator("#note-form [type=submit]").click()
        await expect(page.locator("#notes")).to_contain_text("canary-note")
        await _refer(page, "health", "canary-clinic")
        await page.locator("#close > summary").click()
        for box in await page.locator("#close-form [type=checkbox]").all():
            await box.check()
        await page.locator("#close-form [type=submit]").click()
        await page.wait_for_selector("#rows")
        storage = await page.evaluate(
            "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
        )
    kept = _bytes_of(tmp_path)
    seen = b"".join(sent)
    assert b"age-encryption.org/v1" in kept
    assert b"/console/api/cases/" in seen
    for secret in (AMAL.seed, AMAL.signing):
        for spelling in _spellings(secret):
            assert spelling not in seen
            assert spelling not in kept
            assert spelling not in storage.encode()
    for word in ("canary", "1234 5678 9012"):
        for spelling in _spellings(word.encode()):
            assert spelling not in seen
            assert spelling not in kept
            assert spelling not in storage.encode()


def _bytes_of(folder: Path) -> bytes:
    files = [file for file in folder.iterdir() if file.name.startswith("sanad.sqlite")]
    return b"".join(file.read_bytes() for file in files)


def _spellings(secret: bytes) -> list[bytes]:
    """As bytes, hex, base64 at each of its three offsets, and UTF-16."""
    found = [secret, secret.hex().encode(), secret.decode("latin-1").encode("utf-16-le")]
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + secret)
        found.append(whole[4 if shift else 0 : -4])
    return [each for each in found if len(each) >= 6]


async def _refer(page: Page, service: str, organisation: str) -> None:
    if not await page.locator("#referral").evaluate("each => each.open"):
        await page.locator("#referral > summary").click()
    form = page.locator("#referral-form")
    await form.locator("[name=service]").select_option(service)
    await form.locator("[name=organisation]").fill(organisation)
    await form.locator("[name=purpose]").fill("an appointment")
    await form.locator("[name=field]").first.check()
    await form.locator("[type=submit]").click()
    await expect(page.locator("#referrals")).to_contain_text(organisation)


async def test_a_referral_needs_the_persons_yes(browser: Browser, tmp_path: Path) -> None:
    """No consent, no referral; security is a supervisor's; outcomes are counted only if agreed."""
    async with staged(tmp_path) as stage:
        told = {**TOLD, "share_security": "yes"}
        case = await stage.put_case(told)
        page = await sign_in(await window(browser), stage, AMAL)
        await claim(page, case)
        # A reply comes first: a case is referred from contact.
        await page.locator("#reply").fill("May I pass this on?")
        await page.locator("#reply-form [type=submit]").click()
        await expect(page.locator("#letters")).to_contain_text("held back")
        await page.locator("#referral > summary").click()
        form = page.locator("#referral-form")
        await form.locator("[name=service]").select_option("legal")
        await expect(page.locator("#referral-consent")).to_contain_text("did not agree")
        await expect(form.locator("[type=submit]")).to_be_disabled()
        await form.locator("[name=service]").select_option("security")
        await expect(page.locator("#referral-consent")).to_contain_text("supervisor")
        await expect(form.locator("[type=submit]")).to_be_disabled()
        await _refer(page, "health", "Sample clinic")
        text = await page.locator("#referral-text textarea").input_value()
        assert "Sample clinic" in text
        assert "blue door" not in text
        await page.locator("#referrals select").select_option("service_unavailable")
        await page.locator("#referrals button").click()
        await expect(page.locator("#notice")).to_contain_text("counted")
        await expect(page.locator("#referrals")).to_contain_text("not available")
        counted = [each for each in await stage.desk.tallies.tallies() if each.name == "outcome"]
        assert [(each.row, each.col, each.count) for each in counted] == [
            ("health", "service_unavailable", 1)
        ]
        states = await stage.desk.casework.row(bytes.fromhex(case))
        assert states.state == "referred"


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


async def test_exports_hold_what_was_ticked(browser: Browser, tmp_path: Path) -> None:
    """JSON, CSV, a sealed file and Primero: with consent, without a formula, once and on record."""
    async with primero() as fake, staged(tmp_path, primero=fake.url) as stage:
        case = await stage.put_case({**TOLD, "narrative": "=1+1 canary"}, "kmr")
        page = await sign_in(await window(browser), stage, AMAL)
        await claim(page, case)
        await page.locator("#export > summary").click()
        await page.locator("[data-export=json]").click()
        await expect(page.locator("#notice")).to_contain_text("agreed")
        await page.locator("#export-agreed").check()
        plain = json.loads(await _download(page, "json"))
        assert plain["gbvims"]["language"] == "ku-IQ"
        assert "narrative" not in plain["report"]
        await page.locator("#export-words").check()
        written = (await _download(page, "csv")).decode("utf-8-sig")
        header, cells = csv.reader(io.StringIO(written))
        assert dict(zip(header, cells, strict=True))["incident_description"] == "'=1+1 canary"
        await page.locator("#export-to").select_option(label="bahar")
        sealed = await _download(page, "age")
        opened = json.loads(reading.open_sealed(sealed, [BAHAR.seed]))
        assert opened["report"]["narrative"] == "=1+1 canary"
        # Primero: a wrong password, then sent, then known there already.
        form = page.locator("#primero-form")
        for password, answer in (("wrong", "does not accept"), (PASSWORD, "Primero has it"),
                                 (PASSWORD, "already")):  # fmt: skip
            await form.locator("[name=user]").fill(USER)
            await form.locator("[name=password]").fill(password)
            await form.locator("[type=submit]").click()
            await expect(page.locator("#notice")).to_contain_text(answer)
        [(identifier, sent)] = fake.cases.items()
        assert sent["language"] == "ku-IQ"
        assert sent["consent_reporting"] is True
        assert len(identifier) == 36
        kinds = [note.kind for note in await stage.desk.casework.notes(bytes.fromhex(case))]
        assert kinds == ["note"] * 4


async def _download(page: Page, kind: str) -> bytes:
    async with page.expect_download() as waiting:
        await page.locator(f"[data-export={kind}]").click()
    return _read(await (await waiting.value).path())


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


async def test_a_new_colleague_opens_what_waited(browser: Browser, tmp_path: Path) -> None:
    """After a roster with another person, a colleague's browser seals open cases for them too."""
    dana = Person("dana")
    async with staged(tmp_path) as stage:
        case = await stage.put_case(TOLD)
        amal = await sign_in(await window(browser), stage, AMAL)
        await claim(amal, case)
        await amal.locator("#note").fill("canary-note")
        await amal.locator("#note-form [type=submit]").click()
        await expect(amal.locator("#notes")).to_contain_text("canary-note")
        await stage.hire(dana)
        await stage.publish((*PEOPLE[:2], dana, ZANA), 2)
        await amal.reload()
        await amal.locator("#open-keys").click()
        await unlocked(amal)
        await _until(lambda: stage.sealed_for(case), {2})
        await amal.locator("#open-case").click()
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
