"""Being woken in the browser: one's own switch, and a notice that says nothing of any case."""

import pytest

from tests.console.stage import AMAL, BAHAR, PEOPLE, Person, chromium, staged, window
from tests.console.visits import signed_in

pytestmark = pytest.mark.browser

SERVICE = "https://updates.push.services.mozilla.com/wpush/v2/sample"
ASK = """async ([method, body]) => {
  const { ask } = await import(document.querySelector("#frame").dataset.static + "/ask.js");
  try { await ask(method, "/console/api/me/push", body); return "done"; }
  catch (refusal) { return refusal.code; }
}"""
SUBSCRIBED = """async () => {
  const base = document.querySelector("#frame").dataset.static;
  const { noticesUrl } = await import(base + "/trusted.js");
  const { words } = await import(base + "/words.js");
  const place = await navigator.serviceWorker.register(
    noticesUrl(words("work_waiting")), { scope: "/console/" });
  await navigator.serviceWorker.ready;
  return place.scope;
}"""
SHOWN = """async () => {
  const place = await navigator.serviceWorker.getRegistration("/console/");
  return (await place.getNotifications()).map(({ title, body, data }) => [title, body, data]);
}"""


@pytest.fixture
async def stage(tmp_path):
    async with staged(tmp_path, (*PEOPLE, Person("rawa", role="manager"))) as stage:
        yield stage


async def test_only_push_services_and_only_ones_own(stage):
    """Addresses of other places are refused; a colleague's browser cannot be silenced."""
    pushes = stage.desk.staff.pushes
    async with chromium() as browser:
        amal = await signed_in(await window(browser), stage, AMAL)
        bahar = await signed_in(await window(browser), stage, BAHAR)
        for wrong in ("https://127.0.0.1/x", "http://updates.push.services.mozilla.com/x", "x"):
            assert await amal.evaluate(ASK, ["POST", {"endpoint": wrong}]) == "not_a_push_service"
        assert await amal.evaluate(ASK, ["POST", {"endpoint": SERVICE}]) == "done"
        assert await pushes(["amal"]) == (SERVICE,)
        assert await bahar.evaluate(ASK, ["DELETE", {"endpoint": SERVICE}]) == "done"
        assert await pushes(["amal"]) == (SERVICE,)
        assert await amal.evaluate(ASK, ["DELETE", {"endpoint": SERVICE}]) == "done"
        assert await pushes(["amal"]) == ()


async def test_a_call_shows_one_bland_sentence(stage):
    """Whatever a push service delivers, the notice is the same sentence, without a body."""
    async with chromium() as browser:
        context = await window(browser)
        await context.grant_permissions(["notifications"], origin=stage.url)
        page = await signed_in(context, stage, AMAL, "/console/me")
        scope = await page.evaluate(SUBSCRIBED)
        chrome = await context.new_cdp_session(page)
        numbers = []
        chrome.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: numbers.extend(each["registrationId"] for each in event["registrations"]),
        )
        await chrome.send("ServiceWorker.enable")
        while not numbers:
            await page.wait_for_timeout(50)
        for content in ("", "a stranger's words"):
            await chrome.send(
                "ServiceWorker.deliverPushMessage",
                {"origin": scope, "registrationId": numbers[0], "data": content},
            )
        while not (shown := await page.evaluate(SHOWN)):
            await page.wait_for_timeout(50)
        assert shown == [["You have work waiting", "", None]]
