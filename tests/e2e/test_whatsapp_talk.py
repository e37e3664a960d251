"""The whole program on WhatsApp, through a Twilio that signs its calls."""

import asyncio
import json

from bot.app.content import DEMO, make_presenter
from bot.app.organisation import load_organisation
from bot.app.preview_sheet import every_screen
from bot.app.simulate import StillClock
from bot.cli.channel import PushPlan, run_push
from bot.prove.people import BEGIN, LONG, SHORT, OnTelegram, OnWhatsApp, plain
from bot.prove.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, sign
from tests.e2e.house import content, serving

AMAL, BERI = "whatsapp:+10000000001", "whatsapp:+10000000002"
ROSE = 4_503_599_627_000_001
WORDS = "they keep my papers and I may not leave the house"
REPLY = "Come on Sunday at ten, ask for the tailor."


async def test_a_report_is_answered_and_the_answer_read_on_telegram(house, telegram, twilio, book):
    """In Badini, with a secret word, by typed numbers alone; the reply is read on Telegram."""
    async with serving(house, telegram, twilio):
        amal = OnWhatsApp(book, twilio, AMAL)
        await amal.begin("kmr")
        code = await amal.report(WORDS, secret="گویز")
        (number,) = house.queue()
        listed = json.loads(await house.case("list", "--json"))
        assert [(row["case"], row["language"]) for row in listed] == [(number, "kmr")]
        await house.case("claim", number)
        assert WORDS in await house.case("open", number)
        await house.settled()
        await house.case("reply", number, "--safe-to-show", text=REPLY)

        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin("kmr")
        await rose.come_back(code)
        rose.at("code.unknown")
        await rose.choose("code.unknown", "again")
        await rose.write(code.replace(" ", ""))
        await rose.write("گویز")
        rose.at("code.reply_waits")
        await rose.choose("code.reply_waits", "yes")
        assert REPLY in plain(rose.text)
        await rose.take(("code.reply", "withdraw"), ("code.withdraw_ask", "yes"))
        rose.at("code.withdrawn")
        assert json.loads(await house.case("list", "--json")) == []
        (tombstone,) = json.loads(await house.case("withdrawn", "--json"))
        assert (tombstone["case"], tombstone["state"]) == (number, "withdrawn")
        for table in ("entries", "mailboxes", "letters", "staged_codes", "clocks"):
            assert house.rows(f"SELECT count(*) FROM {table}") == [(0,)]


async def test_the_long_form_can_be_answered_in_arabic_digits(house, twilio, book):
    """Every choice by its number, as it is typed on an Arabic keyboard."""

    class Typist(OnWhatsApp):
        async def write(self, text):
            eastern = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
            return await super().write(text.translate(eastern))

    async with serving(house, None, twilio):
        amal = Typist(book, twilio, AMAL)
        await amal.begin("ar")
        await amal.report(WORDS, route=LONG)
    (told,) = house.told()
    answers = told["answers"]
    assert (answers["age_band"], answers["sex"], answers["displacement"]) == (
        "26_40", "female", "idp",
    )  # fmt: skip
    assert answers["topics"] == ["trafficking_labour"]


async def test_a_report_can_be_tapped_where_lists_were_made(house, twilio, book):
    """After `sanad channel push` lists and buttons are tapped; no number is typed."""
    wanted = {screen for screen, _ in (*BEGIN, *SHORT)} | {"report.review"}
    presenter = make_presenter(content(), load_organisation(DEMO / "organisation.toml"))
    screens = [
        message
        for _, _, shown in every_screen(content(), presenter)
        for message in shown
        if message.language == "en" and message.screen in wanted
    ]
    await run_push(
        PushPlan(
            ACCOUNT_SID, AUTH_TOKEN, twilio.url, screens, {"en": "Choose"},
            house.data / "content.json",
        )
    )  # fmt: skip
    taps = []

    class Tapping(OnWhatsApp):
        async def pick(self, screen, value):
            token = f"={screen}/{value}"
            found = dict(self.twilio.screen(self.number).buttons)
            if token not in found:
                return await super().pick(screen, value)
            taps.append(screen)
            assert await self.twilio.choose(self.number, found[token]) == 200
            return await self.read()

    async with serving(house, None, twilio):
        amal = Tapping(book, twilio, AMAL)
        await amal.begin("en")
        await amal.report(WORDS)
    assert {"entry.safe", "menu.menu", "report.role", "report.review"} <= set(taps)
    assert [told["answers"]["narrative"] for told in house.told()] == [WORDS]


async def test_danger_exit_places_and_pictures(house, twilio, book):
    """Danger words bring 911; a place is used and not kept; a picture is refused; 0 leaves."""
    async with serving(house, None, twilio):
        amal = OnWhatsApp(book, twilio, AMAL)
        await amal.begin("ckb")
        await amal.take(("menu.menu", "service"), ("services.what", "health"))
        await twilio.share_place(AMAL, 33.3128, 44.3615)
        await amal.read()
        assert amal.sees("services.found") or amal.sees("services.none")
        await twilio.send_media(AMAL, "image/jpeg")
        await amal.read()
        amal.at("odd.media")
        await amal.write("مێردەکەم دەیەوێت بمکوژێت")
        amal.at("danger.card")
        assert plain(amal.text).lstrip().splitlines()[0].strip() == "911"
        await amal.leave()
        amal.at("exit.closed")
        assert house.rows("SELECT count(*) FROM sessions") == [(0,)]
        await amal.write("سڵاو")
        amal.at("entry.language")


async def test_a_forged_call_is_refused_and_writes_nothing(house, twilio, book):
    """No signature, another's, one of other fields or of another address: 403 and no row."""
    async with serving(house, None, twilio):
        await OnWhatsApp(book, twilio, AMAL).begin()
        before = house.rows("SELECT slot, sealed FROM sessions")
        form = twilio.form(twilio.record(AMAL, "0"))
        other = [(name, "1" if name == "Body" else value) for name, value in form]
        for signature in (
            None,
            "",
            sign(twilio.signed_as, form, token="another"),
            sign(twilio.signed_as, other),
            sign("https://elsewhere.test/hooks/whatsapp", form),
        ):
            headers = {} if signature is None else {"X-Twilio-Signature": signature}
            assert await twilio.post(form, headers) == 403
        assert house.rows("SELECT slot, sealed FROM sessions") == before
        assert not twilio.screen(AMAL).texts


async def test_a_repeated_call_makes_no_second_message(house, twilio, book):
    """Twilio calls again when an answer was slow: one reply, one step, whatever the order."""
    async with serving(house, None, twilio):
        amal = OnWhatsApp(book, twilio, AMAL)
        await amal.begin()
        await amal.choose("menu.menu", "report")
        message = twilio.record(AMAL, "1")
        await asyncio.gather(*(twilio.deliver(message) for _ in range(4)))
        await amal.read()
        assert await twilio.deliver(message) == 200
        await OnWhatsApp(book, twilio, BERI).write("hello")
        assert len(twilio.screen(AMAL).texts) == 1
        amal.at("report.consent_seen")


async def test_two_people_never_see_each_others_screens(house, twilio, book):
    """Twelve talks at once, each with words of its own: twelve cases, each whole and its own."""
    async with serving(house, None, twilio):
        people = [OnWhatsApp(book, twilio, f"whatsapp:+100000001{n:02}") for n in range(12)]

        async def talk(count, person):
            await person.begin(("ar", "ckb", "kmr", "en")[count % 4])
            return await person.report(f"words of person {count} and no other")

        codes = await asyncio.gather(*(talk(*each) for each in enumerate(people)))
    assert len(set(codes)) == 12
    told = {(one["answers"]["narrative"], one["answers"]["language"]) for one in house.told()}
    assert told == {
        (f"words of person {count} and no other", ("ar", "ckb", "kmr", "en")[count % 4])
        for count in range(12)
    }


async def test_with_the_database_down_help_goes_on(house, twilio, book):
    """On WhatsApp too: 911, the way out and services from memory, no report that is not kept."""
    clock = StillClock()
    async with serving(house, None, twilio, clock=clock) as program:
        await program.database.read("PRAGMA query_only=ON")
        amal = OnWhatsApp(book, twilio, AMAL)
        await amal.begin()
        await amal.take(("menu.menu", "service"), ("services.what", "counselling"))
        await amal.write("Dohuk")
        await amal.choose("services.found", "menu")
        await amal.take(*SHORT)
        await amal.write(WORDS)
        await amal.write("99")
        await amal.choose("report.review", "send")
        amal.at("report.not_stored")
        await amal.write("911")
        assert plain(amal.text).lstrip().splitlines()[0].strip() == "911"
        await amal.leave()
        amal.at("exit.closed")
        await program.database.read("PRAGMA query_only=OFF")
        clock.seconds += 3
        await amal.begin()
        await amal.report(WORDS)
    assert len(house.queue()) == 1
