"""The door in Chromium: joining, passkeys, signing the roster, refusing a false one, leaving."""

import asyncio
import json
import time
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from bot.console.guard import token_hash
from bot.domain.audit import Note
from bot.domain.roster import Roster, Shift
from bot.ports.staff import Invitation
from bot.sealing.opening import Identity, seal_identity
from bot.usecases.trust_roster import sign_roster
from tests.console.clients import StageClock, token_of
from tests.console.stage import (
    ADMIN,
    ADMIN_SEED,
    AMAL,
    BAHAR,
    PASSPHRASE,
    PEOPLE,
    Person,
    Stage,
    chromium,
    sign_in,
    staged,
    window,
)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
RONA = Person("rona", role="admin", languages=())
SHIR = Person("shir", role="admin", languages=())


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path):
    async with staged(tmp_path, (*PEOPLE, RONA, SHIR), StageClock(int(time.time()))) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with chromium() as made:
        yield made


def isolated(value: object) -> str:
    """As the pages show a value: in a direction of its own."""
    return f"\u2068{value}\u2069"


def version(number: int) -> str:
    return f"Version {isolated(number)}"


async def invite(page: Page, handle: str) -> str:
    """An administrator at the roster makes a link."""
    await page.fill("#invite [name=handle]", handle)
    await page.click("#invite [type=submit]")
    await expect(page.locator("#invitation-link")).to_contain_text("#")
    return await page.inner_text("#invitation-link")


async def join(page: Page, link: str, stage: Stage) -> tuple[str, str, pyotp.TOTP]:
    """Somebody follows a link to its end: passphrase, recovery code, one-time codes."""
    await page.goto(link.replace("lang=ar", "lang=en"))
    await page.wait_for_selector("#steps:not([hidden])")
    passphrase = await page.inner_text("#passphrase")
    recovery = await page.inner_text("#recovery")
    totp = pyotp.TOTP(await page.inner_text("#totp"))
    await page.fill("#finish [name=passphrase]", passphrase)
    await page.fill("#finish [name=recovery]", recovery.split()[0])
    await page.fill("#finish [name=code]", totp.at(stage.clock.now()))
    await page.click("#finish [type=submit]")
    await page.wait_for_selector("#joined:not([hidden])")
    return passphrase, recovery, totp


async def with_authenticator(page: Page, *, prf: bool) -> str:
    """A device with a passkey store, which says yes to everything."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal",
        "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
        "hasPrf": prf, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return made["authenticatorId"]


async def at_the_roster(context: BrowserContext, stage: Stage, person: Person) -> Page:
    page = await sign_in(context, stage, person, shows="#sign")
    await expect(page.locator("#signature")).to_contain_text("it holds")
    return page


async def test_invited_joined_accepted_and_in_again(stage: Stage, browser: Browser):
    """From the administrator's link to a signed roster, and back in with passphrase and code.

    The words the new member reads aloud are those the administrator sees.
    """
    office, phone = (
        await window(browser), await window(browser, viewport={"width": 360, "height": 740}),
    )  # fmt: skip
    rona = await at_the_roster(office, stage, RONA)
    dara = await phone.new_page()
    passphrase, _, totp = await join(dara, await invite(rona, "dara"), stage)
    assert "#" not in dara.url, "the invitation does not stay in the address"
    spoken = await dara.inner_text("#fingerprint-words")
    await rona.click("nav a[href='/console/roster']")
    seen = rona.locator("#accounts .words")
    await expect(seen).to_have_text(spoken)
    await rona.click("#accounts button:has-text('accept')")
    await rona.click("#sign")
    await expect(rona.locator("#signature")).to_contain_text(version(2))
    assert stage.desk.rosters().roster.member("dara").languages == ("en",)
    pins = await dara.evaluate("JSON.parse(localStorage['sanad.pins']).admins")
    assert ADMIN.hex() in pins, "pinned from the link, not from the server"
    await dara.click("#go-on")
    await dara.wait_for_url("**/console/me")
    await dara.click("#sign-out")
    await dara.wait_for_url("**/console/login")
    stage.clock.seconds += 30
    await fill_login(dara, "dara", passphrase, totp.at(stage.clock.now()))
    await dara.wait_for_url("**/console/queue")
    await expect(dara.locator("#lock-words")).to_have_text("Your keys are open.")
    assert rona.faults == []


async def test_who_joins_may_take_her_time(stage: Stage, browser: Browser):
    """Ten minutes of writing down, or with an authenticator, throw nothing away; then keys lock."""
    rona = await at_the_roster(await window(browser), stage, RONA)
    link = await invite(rona, "dara")
    phone = await window(browser, viewport={"width": 360, "height": 740})
    await phone.clock.install()
    dara = await phone.new_page()
    await dara.goto(link.replace("lang=ar", "lang=en"))
    await dara.wait_for_selector("#steps:not([hidden])")
    totp = pyotp.TOTP(await dara.inner_text("#totp"))
    assert (await dara.get_attribute("#totp", "href")).startswith("otpauth://totp/")
    await phone.clock.fast_forward("10:00")
    await dara.fill("#finish [name=passphrase]", await dara.inner_text("#passphrase"))
    await dara.fill("#finish [name=recovery]", (await dara.inner_text("#recovery")).split()[0])
    await dara.fill("#finish [name=code]", totp.at(stage.clock.now()))
    await dara.click("#finish [type=submit]")
    await dara.wait_for_selector("#joined:not([hidden])")
    assert await dara.locator("#passphrase").count() == 0
    await dara.click("#go-on")
    await dara.wait_for_url("**/console/me")
    await phone.clock.fast_forward("05:10")
    await expect(dara.locator("#lock-words")).to_have_text("Your keys are locked.")


async def fill_login(page: Page, handle: str, passphrase: str, code: str) -> None:
    await page.fill("#passphrase-way [name=handle]", handle)
    await page.fill("#passphrase-way [name=passphrase]", passphrase)
    await page.fill("#passphrase-way [name=code]", code)
    await page.click("#passphrase-way [type=submit]")


@pytest.mark.parametrize("prf", [True, False])
async def test_a_passkey_signs_in_and_opens_the_keys_where_it_can(
    stage: Stage,
    browser: Browser,
    prf: bool,  # noqa: FBT001 - a parameter of the test
):
    """With PRF one touch opens everything; without, it signs in and the keys stay locked."""
    context = await window(browser)
    page = await sign_in(context, stage, AMAL)
    await with_authenticator(page, prf=prf)
    await page.click("nav a[href='/console/me']")
    await page.wait_for_selector("#frame[data-page=me][data-begun]")
    await page.fill("#add-passkey [name=label]", "sample phone")
    await page.click("#add-passkey [type=submit]")
    kind = "opens your keys" if prf else "signs in only"
    await expect(page.locator("main li", has_text="sample phone")).to_contain_text(kind)
    await page.click("#sign-out")
    await page.wait_for_url("**/console/login")
    await page.click("#passkey")
    await page.wait_for_url("**/console/queue")
    state = "Your keys are open." if prf else ""
    await expect(page.locator("#lock-words")).to_have_text(state)
    await expect(page.locator("#open-keys")).to_be_visible(visible=not prf)
    assert page.faults == []


async def test_the_printed_code_lets_in_and_opens(stage: Stage, browser: Browser):
    """Ten groups from paper, in any digits; a slip is named by its group."""
    context = await window(browser)
    rona = await at_the_roster(context, stage, RONA)
    dara = await (await window(browser)).new_page()
    _, recovery, _ = await join(dara, await invite(rona, "dara"), stage)
    await dara.click("#go-on")
    await dara.wait_for_url("**/console/me")
    await dara.click("#sign-out")
    await dara.wait_for_url("**/console/login")
    await dara.click("summary")
    await dara.fill("#recovery-way [name=handle]", "dara")
    groups = recovery.split()
    slip = str((int(groups[3][0]) + 1) % 10) + groups[3][1:]
    await dara.fill("#recovery-way textarea", " ".join([*groups[:3], slip, *groups[4:]]))
    await dara.click("#recovery-way [type=submit]")
    await expect(dara.locator("#notice")).to_contain_text(isolated(4))
    eastern = recovery.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    await dara.fill("#recovery-way textarea", eastern)
    await dara.click("#recovery-way [type=submit]")
    await dara.wait_for_url("**/console/me")
    await expect(dara.locator("#lock-words")).to_have_text("Your keys are open.")


async def test_a_wrong_passphrase_is_a_sentence_and_loses_nothing(stage: Stage, browser: Browser):
    """What was typed stays; the right one then gets in."""
    page = await (await window(browser)).new_page()
    await page.goto(f"{stage.url}/console/login?lang=en")
    await fill_login(page, "amal", "0000 0000 0000 0000 0000", AMAL.code(stage.clock.now()))
    await expect(page.locator("#notice")).to_contain_text("is not right")
    assert await page.input_value("#passphrase-way [name=handle]") == "amal"
    await fill_login(page, "amal", PASSPHRASE, AMAL.code(stage.clock.now()))
    await page.wait_for_url("**/console/queue")


async def test_an_invitation_that_is_over_is_a_sentence(stage: Stage, browser: Browser):
    """Expired, foreign and missing invitations each say what to do, in the reader's language."""
    token = token_of("late")
    note = Note(0, "-", "invite", b"")
    await stage.desk.staff.invite(
        Invitation(token_hash(token), "late", "caseworker", "en", 1, "-"), note
    )
    page = await (await window(browser)).new_page()
    for fragment, words in (
        (token, "this invitation is over"),
        (token_of("elsewhere"), "not of this installation"),
        ("", "holds no invitation"),
    ):
        await page.goto("about:blank")
        await page.goto(f"{stage.url}/console/join?lang=en#{fragment}")
        await expect(page.locator("#notice")).to_contain_text(words, ignore_case=True)
        assert not await page.is_visible("#steps")


def false_rosters(stage: Stage) -> dict[str, list[dict[str, object]]]:
    """What a server might send instead of the truth, by what is wrong with it."""
    members = tuple(each.member() for each in (*PEOPLE, RONA, SHIR))
    shift = Shift(handle="amal", days=("sun",), start="08:00", end="16:00")
    stranger = Roster(version=2, members=(*members, Person("spy").member()), shifts=(shift,))
    forged = sign_roster(stranger, Person("spy").signing).decode()
    honest = sign_roster(stranger, RONA.signing).decode()
    altered = json.loads(honest)
    altered["roster"]["members"][0]["recipient"] = Person("spy").member().recipient
    unsigned = {**json.loads(honest), "signature": ""}
    return {
        "not signed": [{"version": 2, "file": forged}],
        "not signed ": [{"version": 2, "file": json.dumps(altered)}],
        "not signed  ": [{"version": 2, "file": json.dumps(unsigned)}],
        "older": [],
    }


def liar(files: list[dict[str, object]]):
    """A server that sends these files, and says that a stranger's signature counts."""

    async def lie(route: Route) -> None:
        await route.fulfill(json={"admins": [Person("spy").member().verify], "rosters": files})

    return lie


async def test_a_false_roster_is_refused_by_the_browser(stage: Stage, browser: Browser):
    """Unsigned, altered, signed by a stranger or rolled back: said in words, nothing is sealed."""
    context = await window(browser)
    page = await at_the_roster(context, stage, RONA)
    for wrong, files in false_rosters(stage).items():
        await page.route("**/console/api/rosters?after=0", liar(files))
        await page.goto(f"{stage.url}/console/roster")
        line = page.locator("#signature")
        await expect(line).to_contain_text(wrong.strip())
        await expect(line).to_contain_text("Nothing is opened or sent")
        assert not await page.is_visible("#sign"), "nobody signs on top of a false roster"
        await page.unroute("**/console/api/rosters?after=0")
    await page.goto(f"{stage.url}/console/roster")
    await expect(page.locator("#signature")).to_contain_text("it holds")


async def test_a_second_roster_of_one_version_is_refused(stage: Stage, browser: Browser):
    """Two different rosters of one version, both signed: this browser keeps to what it saw."""
    page = await at_the_roster(await window(browser), stage, RONA)
    member = (*(each.member() for each in (AMAL, BAHAR)), RONA.member())
    other = sign_roster(Roster(version=1, members=member), RONA.signing).decode()
    await page.route("**/console/api/rosters?after=0", liar([{"version": 1, "file": other}]))
    await page.goto(f"{stage.url}/console/roster")
    await expect(page.locator("#signature")).to_contain_text("was altered")


async def test_two_administrators_at_once_lose_no_edit(stage: Stage, browser: Browser):
    """The second to sign is told, finds the edit still there over the newer version, and signs."""
    rona = await at_the_roster(await window(browser), stage, RONA)
    shir = await at_the_roster(await window(browser), stage, SHIR)
    await edit_shift(rona, "amal", "09:30")
    await edit_shift(shir, "bahar", "10:30")
    await rona.click("#sign")
    await expect(rona.locator("#signature")).to_contain_text(version(2))
    await shir.click("#sign")
    await expect(shir.locator("#notice")).to_contain_text("Somebody signed another version")
    assert stage.desk.rosters().version == 2
    await expect(shir.locator("#sign")).to_have_text(f"Sign {version(3).lower()}")
    await shir.click("#sign")
    await expect(shir.locator("#signature")).to_contain_text(version(3))
    starts = {each.handle: each.start for each in stage.desk.rosters().roster.shifts}
    assert starts["bahar"] == "10:30"
    assert starts["amal"] == "09:30", "the other's edit is not undone"


async def edit_shift(page: Page, handle: str, start: str) -> None:
    editor = page.locator(f"[data-member={handle}]")
    await editor.locator("summary").first.click()
    await editor.locator("input[type=time]").first.fill(start)


async def test_somebody_not_pinned_cannot_sign(stage: Stage, browser: Browser):
    """An administrator whose key is not taken here is told so before anything is sent."""
    await asyncio.to_thread((stage.path.parent / "admin.pub").write_text, f"{ADMIN.hex()}\n")
    context = await window(browser)
    page = await sign_in(context, stage, RONA, shows="#sign")
    await edit_shift(page, "amal", "09:00")
    await page.click("#sign")
    await expect(page.locator("#notice")).to_contain_text("sanad console pin")
    assert stage.desk.rosters().version == 1


async def test_leaving_quickly_shows_a_calendar_and_ends_the_session(
    stage: Stage, browser: Browser
):
    """One click, or Shift three times: a bland page, keys gone, and back leads to signing in."""
    context = await window(browser)
    page = await sign_in(context, stage, AMAL)
    for _ in range(3):
        await page.keyboard.press("Shift")
    await page.wait_for_url("**/console/calendar")
    assert "Sanad" not in await page.content()
    await page.goto(f"{stage.url}/console/queue")
    await page.wait_for_url("**/console/login")


async def test_locked_keys_open_again_on_the_page(stage: Stage, browser: Browser):
    """L locks; the dialog opens them with the passphrase, and says so when it is wrong."""
    page = await sign_in(await window(browser), stage, AMAL)
    await page.keyboard.press("l")
    await expect(page.locator("#lock-words")).to_have_text("Your keys are locked.")
    await page.click("#open-keys")
    dialog = page.locator("dialog[open]")
    await dialog.locator("[name=passphrase]").fill("0000 0000")
    await dialog.locator("form [type=submit]").first.click()
    await expect(dialog.locator("[role=alert]")).to_contain_text("does not open")
    await dialog.locator("[name=passphrase]").fill(PASSPHRASE)
    await dialog.locator("form [type=submit]").first.click()
    await expect(page.locator("#lock-words")).to_have_text("Your keys are open.")
    assert page.faults == []


async def test_a_new_passphrase_replaces_the_old_one(stage: Stage, browser: Browser):
    """The same keys under new secrets: the old passphrase opens nothing any more."""
    page = await sign_in(await window(browser), stage, AMAL)
    await page.click("nav a[href='/console/me']")
    await page.wait_for_selector("#frame[data-page=me][data-begun]")
    await page.click("#renew")
    await page.wait_for_selector("#renewed .words")
    fresh = await page.locator("#renewed .words").first.inner_text()
    await page.click("#renewed button:not(.secondary)")
    await page.wait_for_selector("#renewed[hidden]", state="attached")
    account = await stage.desk.staff.account("amal")
    assert account.recipient == AMAL.member().recipient
    await page.click("#sign-out")
    await page.wait_for_url("**/console/login")
    await fill_login(page, "amal", PASSPHRASE, AMAL.code(stage.clock.now()))
    await expect(page.locator("#notice")).to_contain_text("is not right")
    stage.clock.seconds += 30
    await fill_login(page, "amal", fresh, AMAL.code(stage.clock.now()))
    await page.wait_for_url("**/console/queue")
    await expect(page.locator("#lock-words")).to_have_text("Your keys are open.")


async def test_a_lost_connection_is_said_and_over_when_it_is_back(stage: Stage, browser: Browser):
    """A line above the page while there is no network; nothing on the page goes."""
    context = await window(browser)
    page = await sign_in(context, stage, AMAL)
    await context.set_offline(True)
    await expect(page.locator("#connection")).to_contain_text("What you see may be old")
    await page.click("nav a[href='/console/me']")
    await expect(page.locator("h1")).to_have_text("Queue")
    await context.set_offline(False)
    await expect(page.locator("#connection")).to_be_hidden()
    await page.click("nav a[href='/console/me']")
    await expect(page.locator("h1")).to_have_text("My keys")


async def test_what_is_read_aloud_is_of_the_keys_held_here(stage: Stage, browser: Browser):
    """A server that names its own keys as hers has nothing read aloud to the administrator."""
    amal = await sign_in(await window(browser), stage, AMAL)

    async def lie(route: Route) -> None:
        answer = await route.fetch()
        theirs = {"recipient": BAHAR.member().recipient, "verify": BAHAR.member().verify}
        await route.fulfill(response=answer, json={**await answer.json(), **theirs})

    await amal.click("nav a[href='/console/me']")
    line = amal.locator("#fingerprint-words")
    await expect(line).to_contain_text("·")
    spoken = await line.inner_text()
    await amal.route("**/console/api/me", lie)
    await amal.click("nav a[href='/console/help']")
    await amal.click("nav a[href='/console/me']")
    await expect(line).to_have_text(spoken)
    await amal.click("#lock")
    await expect(line).to_have_text("Your keys are locked.")


async def test_new_keys_are_seen_and_signed_by_the_administrator(stage: Stage, browser: Browser):
    """Rotation: the roster's page asks for the words, and the next version seals to the new key."""
    before = stage.desk.rosters().roster.member("amal").recipient
    amal = await sign_in(await window(browser), stage, AMAL)
    amal.on("dialog", lambda dialog: dialog.accept())
    await amal.click("nav a[href='/console/me']")
    await amal.wait_for_selector("#frame[data-page=me][data-begun]")
    await amal.click("#rotate")
    await amal.wait_for_selector("#rotated .words")
    await amal.click("#rotated button:not(.secondary)")
    await expect(amal.locator("main > .notice[data-kind=error]:not(#notice)")).to_contain_text(
        "other keys of yours"
    )
    await expect(amal.locator("#fingerprint-words")).not_to_be_empty()
    spoken = await amal.inner_text("#fingerprint-words")
    rona = await at_the_roster(await window(browser), stage, RONA)
    editor = rona.locator("[data-member=amal]")
    await editor.locator("summary").first.click()
    await expect(editor.locator(".words")).to_have_text(spoken)
    await editor.locator("button:has-text('I heard these words')").click()
    await rona.click("#sign")
    await expect(rona.locator("#signature")).to_contain_text(version(2))
    account = await stage.desk.staff.account("amal")
    assert stage.desk.rosters().roster.member("amal").recipient == account.recipient != before
    await expect(rona.locator("h2", has_text="Keys that changed")).to_be_visible()


async def test_a_key_file_of_the_terminal_is_brought_into_the_browser(
    stage: Stage, browser: Browser, tmp_path: Path
):
    """An administrator made by `sanad roster init` signs with the same key in her browser."""
    seeds = (b"the terminal administrator's key",)
    file = tmp_path / "admin.age"
    file.write_bytes(seal_identity(Identity(seeds, ADMIN_SEED), "five words for this file", 8))
    page = await at_the_roster(await window(browser), stage, RONA)
    await page.click("nav a[href='/console/me']")
    await page.set_input_files("#import [name=file]", file)
    await page.fill("#import [name=passphrase]", "five words for this file")
    await page.click("#import [type=submit]")
    await page.click("#imported button:not(.secondary)")
    await expect(page.locator("#imported")).to_be_hidden()
    account = await stage.desk.staff.account("rona")
    assert account.verify == ADMIN.hex()
