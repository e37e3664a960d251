"""The console's door: headers, forgery, sessions, wrong tries."""

import hashlib
import sqlite3

import pytest

from bot.console.guard import COOKIE, DEVICE_COOKIE
from bot.domain.language import TAGS
from tests.console.clients import Answer, Client, StageClock, client
from tests.console.stage import AMAL, AUTH, BAHAR, PEOPLE, Person, Stage, staged

RONA = Person("rona", role="admin", languages=())
WRONG = hashlib.sha256(b"another secret").digest()


@pytest.fixture
async def stage(tmp_path):
    async with staged(tmp_path, (*PEOPLE, RONA), StageClock()) as made:
        yield made


@pytest.fixture
async def amal(stage: Stage):
    async with client(stage) as made:
        await made.sign_in(AMAL)
        yield made


@pytest.fixture
async def stranger(stage: Stage):
    async with client(stage) as made:
        yield made


PATHS = (
    "/login", "/join", "/help", "/calendar", "/queue", "/roster", "/me", "/nothing-here",
    "/api/me", "/api/rosters?after=0", "/api/accounts", "/static/0/app.js", "/static/0/none.js",
    "/",
)  # fmt: skip


async def test_every_answer_carries_the_headers(stage: Stage, amal: Client):
    """Pages, refusals, JSON and files alike: strict policy, no cache, no referrer, no frame."""
    for path in PATHS:
        carries_the_headers(await amal.get(path))


def carries_the_headers(answer: Answer) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "require-trusted-types-for 'script'; trusted-types htmx sanad" in policy
    assert "form-action 'none'; frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_files_of_this_version_are_kept_for_good(stage: Stage, stranger: Client):
    """A file under its own hash never changes; under another it is given but not kept."""
    page = (await stranger.get("/login")).body
    base = page.partition('src="/console')[2].partition("/vendor/")[0]
    assert "immutable" in (await stranger.get(f"{base}/app.js")).headers["Cache-Control"]


async def test_pages_have_no_script_style_or_handler_of_their_own(stage: Stage, amal: Client):
    """What the policy forbids is not in our pages either."""
    for path in ("/login", "/join", "/help", "/roster", "/me", "/queue"):
        page = (await amal.get(path)).body
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        scripts = page.split("<script")[1:]
        assert all(part.startswith((" src=", ' type="module" src=')) for part in scripts)


async def test_another_name_is_refused(stage: Stage, stranger: Client):
    """Under another host name nothing is served: neither pages nor endpoints."""
    for path in ("/login", "/api/login/start"):
        assert (await stranger.get(path, Host="rebound.example.org")).status == 421


@pytest.mark.parametrize(
    "forged",
    [
        {"X_Sanad_CSRF": ""},
        {"X_Sanad_CSRF": "0" * 32},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "", "Origin": "https://example.org"},
    ],
)
async def test_another_site_changes_nothing(stage: Stage, amal: Client, forged: dict[str, str]):
    """Without the session's token, or from elsewhere, a change is refused and not made."""
    answer = await amal.post("/api/me/language", {"language": "ar"}, **forged)
    assert (answer.status, answer.body["error"]) == (403, "forgery")
    assert (await stage.desk.staff.account("amal")).language == "en"
    assert (await amal.post("/api/me/language", {"language": "ar"})).status == 200


async def test_a_form_of_another_site_cannot_sign_anybody_in(stage: Stage, stranger: Client):
    """Signing in, too, needs our own page: nobody is made to work in a stranger's account."""
    stranger.csrf = ""
    answer = await stranger.passphrase("amal", AMAL.code(stage.clock.now()))
    assert answer.status == 403
    assert not stranger.signed_in


async def test_a_session_ends_after_half_an_hour_without_anybody(stage: Stage, amal: Client):
    """Activity prolongs it; what a page asks by itself does not."""
    for _ in range(3):
        stage.clock.seconds += 20 * 60
        assert (await amal.get("/api/me")).status == 200
    for _ in range(2):
        stage.clock.seconds += 14 * 60
        assert (await amal.get("/api/me", X_Sanad_Background="1")).status == 200
    stage.clock.seconds += 14 * 60
    assert (await amal.get("/api/me", X_Sanad_Background="1")).status == 401


async def test_a_session_ends_after_twelve_hours_whatever_happens(stage: Stage, amal: Client):
    """Somebody who is active all the time signs in again once a day."""
    for _ in range(35):
        stage.clock.seconds += 20 * 60
        assert (await amal.get("/api/me")).status == 200
    stage.clock.seconds += 20 * 60
    assert (await amal.get("/api/me")).body["error"] == "signed_out"


async def test_signing_out_ends_the_session(stage: Stage, amal: Client):
    """The cookie opens nothing any more, even if somebody kept it."""
    kept = amal.cookies[COOKIE]
    answer = await amal.post("/api/logout", {})
    assert '"cache"' in answer.headers["Clear-Site-Data"]
    amal.cookies[COOKIE] = kept
    assert (await amal.get("/api/me")).status == 401


async def test_cookies_are_for_this_host_and_this_site_only(stage: Stage, stranger: Client):
    """Secure, HttpOnly, SameSite=Strict, whole path, no domain."""
    answer = await stranger.sign_in(AMAL)
    cookies = [value for key, value in answer.headers.items() if key == "Set-Cookie"]
    assert {cookie.partition("=")[0] for cookie in cookies} == {COOKIE, DEVICE_COOKIE}
    for cookie in cookies:
        parts = {part.strip().lower().partition("=")[0] for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite", "path"} <= parts
        assert "SameSite=strict" in cookie
        assert "domain" not in parts


async def test_a_name_nobody_has_is_answered_like_one_that_somebody_has(
    stage: Stage, stranger: Client
):
    """The salt of an unknown name has the same shape and stays the same; no try tells it apart."""
    known = (await stranger.post("/api/login/start", {"handle": "amal"})).body
    first = (await stranger.post("/api/login/start", {"handle": "nobody"})).body
    again = (await stranger.post("/api/login/start", {"handle": "nobody"})).body
    assert first == again
    assert first.keys() == known.keys()
    assert len(first["salt"]) == len(known["salt"])
    tries = [await stranger.passphrase(name, "000000", WRONG) for name in ("amal", "nobody")]
    assert tries[0].body == tries[1].body
    assert tries[0].status == tries[1].status == 403


@pytest.mark.parametrize(("auth", "shift"), [(WRONG, 0), (AUTH, 300)])
async def test_either_half_alone_signs_nobody_in(
    stage: Stage, stranger: Client, auth: bytes, shift: int
):
    """A right code with a wrong passphrase fails, and the other way round."""
    answer = await stranger.passphrase("amal", AMAL.code(stage.clock.now() + shift), auth)
    assert answer.body["error"] == "wrong_credentials"
    assert not stranger.signed_in


async def test_a_one_time_code_counts_once(stage: Stage, amal: Client, stranger: Client):
    """Whoever read it over a shoulder cannot use it again."""
    answer = await stranger.passphrase("amal", AMAL.code(stage.clock.now()))
    assert answer.body["error"] == "code_used"
    stage.clock.seconds += 30
    assert (await stranger.passphrase("amal", AMAL.code(stage.clock.now()))).status == 200


async def wrong_tries(stage: Stage, who: Client, count: int) -> list[int]:
    """Wrong tries at amal's name, each as soon as it is looked at; how long each had to wait."""
    waits = []
    for _ in range(count):
        answer = await who.passphrase("amal", "000000", WRONG)
        waited = 0
        while answer.status == 429:
            wait = int(answer.headers["Retry-After"])
            waited += wait
            stage.clock.seconds += wait
            answer = await who.passphrase("amal", "000000", WRONG)
        assert answer.status == 403
        waits.append(waited)
    return waits


async def test_wrong_tries_slow_down_and_never_lock_out(stage: Stage, stranger: Client):
    """Each wrong try waits longer, up to two minutes; the right one gets in all the same."""
    waits = await wrong_tries(stage, stranger, 14)
    assert waits[:4] == [0, 0, 0, 0]
    assert waits == sorted(waits)
    assert waits[-1] == 120
    assert (await stranger.passphrase("amal", "000000", WRONG)).status == 429
    assert (await stranger.passphrase("amal", AMAL.code(stage.clock.now()))).status == 200


async def test_who_has_the_passphrase_still_cannot_guess_the_code(stage: Stage, stranger: Client):
    """Wrong codes keep the right one waiting, and are answered as a wrong passphrase is."""
    told = [await stranger.passphrase("amal", "000000") for _ in range(20)]
    alike = [await stranger.passphrase("bahar", "000000", WRONG) for _ in range(20)]
    assert [each.body["error"] for each in told] == [each.body["error"] for each in alike]
    assert (await stranger.passphrase("amal", AMAL.code(stage.clock.now()))).status == 429
    stage.clock.seconds += 3
    told = [await stranger.passphrase("amal", "000000") for _ in range(9)]
    assert (await stranger.passphrase("amal", AMAL.code(stage.clock.now()))).status == 429
    stage.clock.seconds += 120
    assert (await stranger.passphrase("amal", AMAL.code(stage.clock.now()))).status == 200


async def test_a_strangers_wrong_tries_do_not_slow_down_a_colleague(
    stage: Stage, amal: Client, stranger: Client
):
    """She gets in at once, with this browser and with a new one; the stranger still waits."""
    await wrong_tries(stage, stranger, 12)
    del amal.cookies[COOKIE]
    stage.clock.seconds += 60
    amal.csrf = "-"
    assert (await amal.passphrase("amal", AMAL.code(stage.clock.now()))).status == 200
    stage.clock.seconds += 30
    assert (await stranger.passphrase("amal", "000000", WRONG)).status == 429
    async with client(stage) as new:
        assert (await new.passphrase("amal", AMAL.code(stage.clock.now()))).status == 200


async def test_wrong_tries_at_one_name_leave_others_alone(stage: Stage, stranger: Client):
    """Another colleague signs in while somebody hammers at amal's name."""
    await wrong_tries(stage, stranger, 6)
    assert (await stranger.passphrase("bahar", BAHAR.code(stage.clock.now()))).status == 200


async def test_a_flood_is_slowed_and_colleagues_go_on(stage: Stage, amal: Client, stranger: Client):
    """Strangers share one rate; who is signed in has a rate of their own."""
    answers = [await stranger.post("/api/login/start", {"handle": "x"}) for _ in range(70)]
    assert answers[-1].body["error"] == "too_fast"
    assert (await amal.get("/api/me")).status == 200
    del amal.cookies[COOKIE]
    stage.clock.seconds += 30
    await stranger.post("/api/login/start", {"handle": "x"})
    for _ in range(400):
        if (await stranger.post("/api/login/start", {"handle": "x"})).status == 429:
            break
    amal.csrf = "-"
    assert (await amal.passphrase("amal", AMAL.code(stage.clock.now()))).status == 200


@pytest.mark.parametrize("path", ["/api/accounts", "/api/invitations/00"])
async def test_only_an_administrator_deals_with_accounts(stage: Stage, amal: Client, path: str):
    """A caseworker neither sees nor changes accounts."""
    method = "GET" if path.endswith("accounts") else "DELETE"
    assert (await amal.send(method, path)).body["error"] == "not_yours"


async def test_a_page_without_a_session_leads_to_signing_in(stage: Stage, stranger: Client):
    """A person is sent to the form; a script gets a sentence."""
    answer = await stranger.get("/queue")
    assert (answer.status, answer.headers["Location"]) == (303, "/console/login")
    refused = await stranger.get("/queue", HX_Request="true")
    assert (refused.status, refused.body["error"]) == (401, "signed_out")


async def test_what_no_page_sends_is_refused_in_words(stage: Stage, stranger: Client):
    """Bodies of another shape get a sentence and nothing of themselves back."""
    for body in ({}, {"handle": 1}, [], "x", {"handle": "a" * 33}, None):
        answer = await stranger.post("/api/login/start", body)
        assert (answer.status, answer.body["error"]) == (400, "bad_request")


async def test_the_database_away_is_a_sentence(stage: Stage, amal: Client, monkeypatch):
    """Nothing of the fault is shown, and what is typed stays on the page."""

    async def away(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error at /secret/path")

    monkeypatch.setattr(type(stage.desk.staff), "slots", away)
    answer = await amal.get("/api/me")
    assert (answer.status, answer.body["error"]) == (503, "database_away")
    assert "secret" not in str(answer.body)


@pytest.mark.parametrize("path", ["/queue", "/login", "/api/me", "/static/0/app.js"])
async def test_the_database_away_at_the_door_is_a_sentence(
    stage: Stage, amal: Client, monkeypatch, path: str
):
    """Also where only who comes is looked up; with every header, and files need no database."""

    async def away(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error at /secret/path")

    monkeypatch.setattr(type(stage.desk.staff), "session", away)
    answer = await amal.get(path)
    assert answer.status == (200 if "static" in path else 503)
    assert "/secret/path" not in str(answer.body)
    assert "Nothing is lost" in str(answer.body) or "static" in path
    carries_the_headers(answer)


async def test_a_language_is_chosen_on_the_page(stage: Stage, stranger: Client):
    """The page has the language and the direction of it, and the browser is remembered."""
    for tag in TAGS:
        direction = "ltr" if tag == "en" else "rtl"
        for path in (f"/login?lang={tag}", "/login"):
            assert f'<html lang="{tag}" dir="{direction}">' in (await stranger.get(path)).body


async def test_there_is_no_demo_entrance_but_in_the_demo(stage: Stage, stranger: Client):
    """An installation has no page that signs somebody in with a click."""
    assert (await stranger.get("/demo")).status == 404
    assert (await stranger.post("/api/demo", {"handle": "amal"})).status == 404
