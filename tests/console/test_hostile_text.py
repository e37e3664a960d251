"""Text that staff or a broken database could put on a page stays text, on every page."""

import sqlite3
from urllib.parse import quote

import pytest

from bot.domain.audit import Note
from bot.ports.cases import Lowering, Move
from bot.ports.staff import Passkey
from bot.usecases.claim import claim_case
from tests.console.stage import AMAL, PEOPLE, Person, chromium, staged, window
from tests.console.visits import signed_in

pytestmark = pytest.mark.browser

ADMIN = Person("sara", role="admin")
ZANA = PEOPLE[2]
HOSTILE = (
    "<img src=x onerror=hacked=1>",
    '"><script>hacked=1</script>',
    "<svg onload=hacked=1><a href=javascript:hacked=1>x",
    "'-hacked-'{{1234567*3}}${1234567*3}",
    "\u202e\u2066fdp.exe\u200b\u200f\u2028=cmd|' /C calc'!A0",
    "</title></template><meta http-equiv=refresh content=0;url=//evil.invalid>",
)
EVERYTHING = " ".join(HOSTILE)


@pytest.fixture
async def stage(tmp_path):
    async with staged(tmp_path, (*PEOPLE, ADMIN)) as stage:
        yield stage


async def poisoned(stage):
    """Hostile words wherever a page takes text from the database."""
    for _ in range(2):
        await stage.put_case({"danger_now": "yes", "topics": ["other"]})
    now = stage.clock.now()
    rows = await stage.desk.cases.rows(("new",))
    row = await claim_case(stage.desk.cases, rows[0], AMAL.member(), now, anyway=True)
    wish = Lowering(row.case, 2, EVERYTHING, now // 3600)
    note = Note(now // 3600, EVERYTHING, EVERYTHING[:60], row.case)
    assert await stage.desk.cases.move(
        Move(row, row.state, note, owner=row.owner, lease=row.lease, wish=wish)
    )
    key = Passkey(b"credential", "amal", b"key", 0, EVERYTHING)
    assert await stage.desk.staff.add_passkey(key, Note(now // 3600, "amal", "add_passkey", b""))
    with sqlite3.connect(stage.path) as connection:
        for text in (EVERYTHING, *HOSTILE):
            connection.execute(
                "INSERT INTO accounts SELECT ?, role, language, recipient, verify, salt, auth,"
                " recovery_auth, totp, totp_step, hour, revoked FROM accounts"
                " WHERE handle = 'amal'",
                (text,),
            )
            connection.execute(
                "INSERT INTO invitations (token_hash, handle, role, language, expires, by)"
                " VALUES (?, ?, ?, 'en', ?, ?)",
                (text.encode(), text + "2", text, now + 3600, text),
            )
        connection.execute("UPDATE cases SET owner = ? WHERE id = ?", (EVERYTHING, row.case))
    return row.case.hex()


async def test_hostile_text_is_inert_on_every_page(stage):
    """Nothing runs, nothing is fetched from elsewhere, no element grows out of text."""
    case = await poisoned(stage)
    asked = quote(EVERYTHING)
    visits = {
        ZANA: (
            "overview", "audit", f"audit?who={asked}&what={asked}&case={asked}",
            f"numbers?period={asked}", f"queue?view={asked}&after={asked}", "queue?view=owned",
            f"cases/{case}", f"cases/{asked}", f"{asked}", "roster",
        ),
        AMAL: ("me", "queue", "queue?view=mine"),
        ADMIN: ("roster", f"audit?who={asked}"),
    }  # fmt: skip
    async with chromium() as browser:
        for person, paths in visits.items():
            context = await window(browser)
            page = await signed_in(context, stage, person)
            elsewhere = []
            page.on("request", lambda request, seen=elsewhere: seen.append(request.url))
            for path in paths:
                await page.goto(f"{stage.url}/console/{path}")
                await page.wait_for_timeout(250)  # its script has asked for what it shows
                found = await page.evaluate(GROWN)
                assert found == [], (person.handle, path, found)
            assert all(url.startswith((stage.url, "blob:")) for url in elsewhere)
            assert page.faults == []
            await context.close()


GROWN = """() => {
  const bad = document.querySelectorAll(
    "img, iframe, object, embed, base, meta[http-equiv], a[href^='javascript'], [onerror], " +
    "[onload], [onclick], script:not([src^='/console/static/']), svg a, svg[onload]");
  const found = [...bad].map((each) => each.outerHTML.slice(0, 80));
  if ("hacked" in window) found.push("something ran");
  if (document.body.innerText.includes("3703701")) found.push("a template was evaluated");
  return found;
}"""


async def test_a_turned_word_turns_nothing_beside_it(stage):
    """Names stand in elements of their own direction: a control in one reorders only itself."""
    await poisoned(stage)
    async with chromium() as browser:
        page = await signed_in(await window(browser), stage, ZANA)
        for path in ("overview", "audit", "queue?view=owned"):
            await page.goto(f"{stage.url}/console/{path}")
            loose = await page.evaluate(LOOSE)
            assert loose == [], (path, loose)


LOOSE = """() => {
  const loose = [];
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { data, parentElement } = walk.currentNode;
    if (!data.includes("\\u202e") || parentElement.closest("template, select")) continue;
    const isolated = parentElement.closest("bdi, .code, td, th, input");
    const marked = /\\u2068[^\\u2069]*\\u202e/.test(data);
    if (!isolated && !marked) loose.push(parentElement.outerHTML.slice(0, 120));
  }
  return loose;
}"""
