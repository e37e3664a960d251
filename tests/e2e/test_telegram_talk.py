"""The whole program on Telegram: from the first hello to a reply that is read with the code."""

import asyncio
import json

import aiohttp

from bot.app.simulate import StillClock
from bot.prove.installation import SECRET
from bot.prove.people import LONG, SHORT, OnTelegram, OnWhatsApp, plain
from tests.e2e.house import House, serving

ROSE, SARA, VIAN = 4_503_599_627_000_001, 4_503_599_627_000_002, 4_503_599_627_000_003
GROUP = -1_000_000_000_077
WORDS = "they keep my papers and I may not leave the house"
REPLY = "Come on Sunday at ten, ask for the tailor."
MIDNIGHT = 20_784 * 86_400
EVERYTHING = "SELECT count(*) FROM "
TABLES = ("sessions", "counters", "cases", "entries", "mailboxes", "letters", "audit")


def counted(house):
    """How many rows each table has."""
    return {table: house.rows(EVERYTHING + table)[0][0] for table in TABLES}


async def test_a_report_is_answered_and_the_answer_read_on_whatsapp(house, telegram, twilio, book):
    """Language, service, report, code; claimed, opened and answered; read with the code; undone.

    The caseworker's commands run in processes of their own, beside the running service.
    """
    async with serving(house, telegram, twilio):
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin("ar")
        await rose.take(("menu.menu", "service"), ("services.what", "legal"))
        await rose.write("Mosul")
        await rose.take(("services.found", "menu"))
        code = await rose.report(WORDS, route=LONG)
        (number,) = house.queue()

        listed = json.loads(await house.case("list", "--json"))
        assert [(row["case"], row["state"], row["language"]) for row in listed] == [
            (number, "new", "ar")
        ]
        assert WORDS not in str(listed)
        await house.case("claim", "--next")
        opened = await house.case_apart("open", number[:8])
        assert WORDS in opened
        assert "signs of forced labour" in opened.lower()
        await house.settled()
        await house.case_apart("reply", number[:8], "--safe-to-show", text=REPLY)

        phone = OnWhatsApp(book, twilio, "whatsapp:+10000000001")
        await phone.begin("ar")
        await phone.come_back(code)
        await phone.take(("code.reply_waits", "yes"))
        assert REPLY in plain(phone.text)
        await phone.take(("code.reply", "withdraw"), ("code.withdraw_ask", "yes"))
        phone.at("code.withdrawn")
        assert house.rows("SELECT state, owner, entries FROM cases") == [("withdrawn", "amal", 0)]
        assert [counted(house)[name] for name in ("entries", "mailboxes", "letters")] == [0, 0, 0]
        await phone.take(("code.withdrawn", "options"), ("options.choose", "emergency"))
        await phone.choose("danger.card", "misunderstood")
        await phone.leave()
        await phone.begin("ar")
        await phone.come_back(code)
        phone.at("code.unknown")
        acts = [act for (act,) in house.rows("SELECT act FROM audit ORDER BY seq")]
        assert acts == ["submit", "claim", "open", "contact", "withdraw"]


async def test_the_same_talk_happens_when_updates_are_fetched(house, telegram, book):
    """In polling mode a short report reaches the queue, and every update is confirmed."""
    async with serving(house, telegram, mode="polling"):
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin("kmr")
        code = await rose.report(WORDS)
        await house.settled()
        await rose.choose("report.goodbye", "menu")
        await rose.come_back(code)
        rose.at("code.nothing_new")
        await telegram.until(lambda: not telegram.unconfirmed)
    assert [told["answers"]["narrative"] for told in house.told()] == [WORDS]


async def test_what_is_added_with_the_code_reaches_the_caseworker(house, telegram, book):
    """A person comes back, adds something, and the owner of the case sees it beside the report."""
    async with serving(house, telegram):
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin()
        code = await rose.report(WORDS, secret="walnut tree")
        number = house.queue()[0][:8]
        await house.settled()
        await rose.choose("report.goodbye", "menu")
        await rose.come_back(code)
        rose.at("code.unknown")
        await rose.choose("code.unknown", "again")
        await rose.write(code)
        await rose.write("Walnut  tree")
        await rose.choose("code.nothing_new", "add")
        await rose.write("they took my telephone too")
        await rose.choose("code.add_sure", "yes")
        rose.at("code.add_sent")
    await house.case("claim", number)
    opened = await house.case("open", number)
    assert WORDS in opened
    assert "they took my telephone too" in opened


async def test_danger_in_any_language_brings_911_first(house, telegram, book):
    """Whatever is waited for, words of danger are answered with 911, and the talk can go on."""
    said = {
        "en": "he is outside with a gun and wants to kill me",
        "ar": "زوجي يريد قتلي الآن",
        "ckb": "مێردەکەم دەیەوێت بمکوژێت",
        "kmr": "زەلامێ من دڤێت من بکوژیت",
    }
    async with serving(house, telegram):
        for count, (tag, words) in enumerate(said.items()):
            person = OnTelegram(book, telegram, ROSE + count)
            await person.begin(tag)
            await person.choose("menu.menu", "service")
            await person.write(words)
            person.at("danger.card")
            first = plain(person.text).lstrip().splitlines()[0]
            assert first.strip() == "911", (tag, person.text)
            await person.choose("danger.card", "misunderstood")
            person.at("services.what")
        counters = dict(house.rows("SELECT name, count FROM counters"))
    assert counters == {"danger": 4}


async def test_911_needs_no_language_and_no_number_of_ours(house, telegram, book):
    """As the very first thing anybody writes, in any digits, 911 is answered with 911."""
    async with serving(house, telegram):
        for count, text in enumerate(("911", "٩١١", "۹۱۱")):
            person = OnTelegram(book, telegram, ROSE + count)
            await person.write(text)
            assert "911" in plain(person.text)
            assert person.button("alert")


async def test_danger_in_the_middle_of_a_report_keeps_what_was_written(house, telegram, book):
    """The words are kept, 911 comes first, and "I did not mean that" goes on after them."""
    async with serving(house, telegram):
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin()
        await rose.take(*SHORT)
        await rose.write("help he wants to kill me now")
        rose.at("danger.card")
        await rose.choose("danger.card", "on")
        rose.at("report.secret_word")
        await rose.take(("report.secret_word", "!skip"), ("report.review", "send"))
        rose.at("report.sent")
    assert [told["answers"]["narrative"] for told in house.told()] == [
        "help he wants to kill me now"
    ]


async def test_an_alert_without_a_form_reaches_the_queue_as_most_urgent(house, telegram, book):
    """Tell a caseworker, from the 911 card: a T0 case and a code, in four presses."""
    async with serving(house, telegram):
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin("en")
        await rose.choose("menu.menu", "!emergency")
        await rose.take(("danger.card", "alert"), ("danger.ask_now", "yes"))
        await rose.choose("danger.where", "BG")
        rose.at("danger.sent")
        code = rose.code()
        assert house.rows("SELECT urgency, state FROM cases") == [(0, "new")]
        await house.settled()
        await rose.choose("danger.sent", "on")
        await rose.come_back(code)
        rose.at("code.nothing_new")


async def test_exit_erases_what_both_sides_wrote(house, telegram, book):
    """In the middle of a report, one press: draft, row and every message are gone but one line."""
    async with serving(house, telegram):
        rose, sara = (OnTelegram(book, telegram, chat) for chat in (ROSE, SARA))
        await rose.begin()
        await sara.begin()
        await rose.take(*SHORT)
        await rose.write(WORDS)
        assert counted(house)["sessions"] == 2
        await rose.leave()
        await telegram.until(lambda: len(telegram.screen(ROSE)) == 1)
        (left,) = telegram.screen(ROSE)
        assert left.from_bot
        assert rose.sees("exit.closed")
        assert not left.keyboard
        assert counted(house)["sessions"] == 1
        assert len(telegram.screen(SARA)) > 1
        await rose.write("hello")
        rose.at("entry.language")
        assert WORDS not in str(house.told())


async def test_exit_erases_also_what_an_earlier_session_said(house, telegram, book):
    """The row died after half an hour; leaving still takes away what is younger than two days."""
    clock = StillClock()
    async with serving(house, telegram, clock=clock) as program:
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin()
        await rose.take(*SHORT)
        await rose.write(WORDS)
        clock.seconds += 31 * 60
        await program.jobs.step()
        assert counted(house)["sessions"] == 0
        await rose.write("hello")
        await rose.leave()
        await telegram.until(lambda: len(telegram.screen(ROSE)) == 1)
        assert WORDS not in str(telegram.screen(ROSE))


async def test_the_way_out_has_a_word_in_every_language(house, telegram, book):
    """Typed at any question, whatever language was chosen, exit leaves no row behind."""
    async with serving(house, telegram):
        for count, word in enumerate(("exit", "خروج", "دەرچوون", "0", "٠", "🛑")):
            person = OnTelegram(book, telegram, ROSE + count)
            await person.begin("ckb")
            await person.choose("menu.menu", "report")
            assert counted(house)["sessions"] == 1
            await telegram.write(person.chat, word)
            await telegram.until(lambda chat=person.chat: len(telegram.screen(chat)) == 1)
            assert counted(house)["sessions"] == 0


async def test_groups_are_told_once_and_left(house, telegram):
    """In a group the bot says one sentence, leaves, and stores nothing at all."""
    async with serving(house, telegram):
        await telegram.write(GROUP, "hello bot")
        await telegram.until(lambda: GROUP in telegram.left)
        assert len(telegram.bot_texts(GROUP)) == 1
        assert set(counted(house).values()) == {0}


def said(telegram):
    """How often anything was said; the bot may be introducing itself meanwhile."""
    return sum(call.method in {"sendMessage", "editMessageText"} for call in telegram.calls)


async def test_a_forged_update_is_refused_and_writes_nothing(house, telegram, book):
    """Without the right secret the answer is 403, whatever the body, and no row changes."""
    async with serving(house, telegram), aiohttp.ClientSession() as http:
        await OnTelegram(book, telegram, ROSE).begin()
        before, shown = counted(house), said(telegram)
        message = {"message_id": 1, "date": 1, "chat": {"id": ROSE, "type": "private"}, "text": "0"}
        update = {"update_id": 99_999, "message": message}
        for secret in (None, "", SECRET[:-1], SECRET.upper(), f"{SECRET}x"):
            headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
            async with http.post(telegram.webhook, json=update, headers=headers) as answer:
                assert answer.status == 403
                assert await answer.read() == b""
        assert counted(house) == before
        assert said(telegram) == shown


async def test_a_repeated_update_makes_no_second_message(house, telegram, book):
    """Every update delivered twice, also at the same moment: one answer each, and one case."""
    push = telegram.push

    async def twice(update):
        update = {"update_id": telegram._last_update + 1, **update}
        telegram._last_update += 1
        await asyncio.gather(push(update), push(update))
        return await push(update)

    telegram.push = twice
    async with serving(house, telegram):
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin()
        await rose.report(WORDS)
        answered = [call for call in rose._shown() if "reply_markup" in call.params]
        prompts = [
            button["callback_data"].partition(":")[0]
            for call in answered
            for button in call.params["reply_markup"]["inline_keyboard"][-1]
        ]
        assert len(set(prompts)) == len(answered)
        await rose.leave()
        await rose.write("hello")
    assert len(house.queue()) == 1


async def test_without_a_roster_a_report_is_refused_and_not_lost(tmp_path, telegram, book):
    """Nobody could open it, so none is taken; once somebody is signed in, it works at once."""
    house, clock = House(tmp_path / "empty", roster=False), StillClock()
    async with serving(house, telegram, clock=clock) as program:
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin()
        await rose.choose("menu.menu", "report")
        rose.at("report.nobody")
        await rose.choose("report.nobody", "options")
        await rose.choose("menu.menu", "!emergency")
        await rose.choose("danger.card", "alert")
        rose.at("danger.nobody")
        assert house.queue() == []
        house.sign_roster()
        clock.seconds += 31
        await program.jobs.step()
        await rose.choose("danger.nobody", "on")
        await rose.report(WORDS)
        assert len(house.queue()) == 1


async def test_with_the_database_down_help_goes_on_and_nothing_is_pretended(house, telegram, book):
    """911, the way out and services are answered; a report is refused; later all is as before."""
    clock = StillClock()
    async with serving(house, telegram, clock=clock) as program:
        rose, sara, vian = (OnTelegram(book, telegram, chat) for chat in (ROSE, SARA, VIAN))
        await rose.begin()
        await rose.choose("menu.menu", "report")
        await program.database.read("PRAGMA query_only=ON")

        await vian.write("911")
        assert "911" in plain(vian.text)
        assert vian.button("alert")
        await vian.leave()
        await sara.write("hello")
        await sara.choose("entry.language", "en")
        sara.tag = "en"
        sara.at("outage.card")
        assert "911" in plain(sara.text)
        await sara.take(("entry.safe", "yes"), ("entry.limits", "go"))
        await sara.take(("menu.menu", "service"), ("services.what", "legal"))
        await sara.write("Erbil")
        await sara.take(("services.found", "menu"))
        await sara.take(*SHORT)
        await sara.write(WORDS)
        await sara.take(("report.secret_word", "!skip"), ("report.review", "send"))
        sara.at("report.not_stored")
        await sara.choose("report.not_stored", "!emergency")
        sara.at("danger.card")
        await sara.leave()
        assert house.queue() == []

        await program.database.read("PRAGMA query_only=OFF")
        clock.seconds += 3
        await rose.choose("report.consent_who", "on")
        rose.at("report.consent_seen")
        assert not rose.sees("outage.card")
        await sara.write("hello")
        await sara.choose("entry.language", "en")
        await sara.take(("entry.safe", "yes"), ("entry.limits", "go"))
        await sara.report(WORDS)
    assert len(house.queue()) == 1


async def test_a_draft_dies_after_half_an_hour(house, telegram, book):
    """After thirty-one quiet minutes the row is gone; who writes then is asked for a language."""
    clock = StillClock()
    async with serving(house, telegram, clock=clock) as program:
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin()
        await rose.take(*SHORT)
        await rose.write(WORDS)
        clock.seconds += 31 * 60
        await program.jobs.step()
        assert counted(house)["sessions"] == 0
        await rose.write("hello")
        rose.at("entry.language")


async def test_after_ten_quiet_minutes_nothing_of_the_talk_is_shown(house, telegram, book):
    """Somebody else may hold the phone: a bland question first, then on where it was."""
    clock = StillClock()
    async with serving(house, telegram, clock=clock):
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin()
        await rose.take(*SHORT)
        clock.seconds += 11 * 60
        await rose.write("who is this")
        rose.at("resume.gate")
        await rose.choose("resume.gate", "on")
        rose.at("report.narrative")


async def test_a_talk_goes_on_over_midnight_and_over_a_restart(house, telegram, book):
    """The row moves to the new day's key; a restarted program finds it, and nobody starts again."""
    clock = StillClock(MIDNIGHT - 60)
    rose = OnTelegram(book, telegram, ROSE)
    async with serving(house, telegram, clock=clock):
        await rose.begin()
        await rose.take(*SHORT[:3])
        ((slot, epoch),) = house.rows("SELECT slot, epoch FROM sessions")
    clock.seconds += 120
    async with serving(house, telegram, clock=clock):
        await rose.take(SHORT[3])
        ((new_slot, new_epoch),) = house.rows("SELECT slot, epoch FROM sessions")
        assert new_epoch == epoch + 1
        assert new_slot != slot
        rose.at("report.consent_times")
