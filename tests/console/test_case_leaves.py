"""What leaves a case and what never does: hostile words, requests, referrals, exports."""

import base64
import csv
import io
import json
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.sealing import reading
from tests.console.desk_steps import TOLD, claim
from tests.console.stage import (
    AMAL,
    BAHAR,
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
