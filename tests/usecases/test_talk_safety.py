"""What must hold in every talk: found by a reviewer once, never to come back."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.app.content import Content, read_content
from bot.app.simulate import Simulation, Talk, simulate
from bot.domain.message import Inbound, Outgoing
from bot.domain.report import from_answers
from bot.domain.visitor import Visitor
from bot.errors import StoreError
from bot.ports.stores import Change, Outcome, StoredSession
from bot.usecases.remember import Visitors

CODE = re.compile(r"\d{5} \d{5} \d{5} \d{5}")
SHORT_REPORT = ("report", "on", "on", "on", "yes", "short", "self", "no", "dv", "!done")


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content(sample=True)


async def talk(content: Content, *presses: str) -> Talk:
    chat = Talk(simulate(content))
    await chat.write("/start")
    for value in ("en", "yes", "go", *presses):
        await chat.press(value)
    return chat


async def reported(content: Content) -> Talk:
    chat = await talk(content, *SHORT_REPORT)
    await chat.write("a few words")
    for value in ("!skip", "send"):
        await chat.press(value)
    assert chat.screen == "report.read_back"
    return chat


def said(chat: Talk) -> str:
    return "\n".join(message.text for message in chat.last)


def restart(chat: Talk) -> None:
    """A new process: the sessions are there, what was only in memory is not."""
    chat.simulation.converse._visitors = Visitors(b"k" * 32)
    chat.visitor = Visitor("terminal", "author")


def cases(simulation: Simulation) -> int:
    return len(simulation.cases._cases)


async def test_back_after_sending_never_sends_twice(content: Content) -> None:
    """A report leaves the draft when it is sent: back and forth makes no second case."""
    chat = await reported(content)
    for text in ("00", "00", "1", "1"):
        await chat.write(text)
    assert cases(chat.simulation) == 1


async def test_a_lost_answer_brings_its_code_again(content: Content) -> None:
    """The code is repeated when the message that carried it was lost with the process."""
    chat = await reported(content)
    code = CODE.search(said(chat))
    assert code
    restart(chat)
    reply = await chat.simulation.converse.answer(
        chat.visitor, Inbound(chat.turns, press="whatever")
    )
    assert any(code[0] in message.text for message in reply.messages)
    assert cases(chat.simulation) == 1


async def test_an_alert_before_a_language_asks_for_one_and_shows_its_code(content: Content) -> None:
    """Whoever calls for help with the first word still reads what she agrees to, and her code."""
    chat = Talk(simulate(content))
    await chat.write("911")
    assert chat.screen == "danger.card"
    assert "911" in said(chat)
    await chat.press("alert")
    assert chat.screen == "entry.language"
    await chat.press("en")
    assert chat.screen == "danger.ask_now"
    await chat.press("yes")
    await chat.press("!skip")
    assert CODE.search(said(chat))
    assert cases(chat.simulation) == 1


@pytest.mark.parametrize("screens", [(), ("report", "on")])
async def test_danger_is_heard_in_the_first_message_and_after_a_pause(
    content: Content, screens: Sequence[str]
) -> None:
    """A cry for help is answered with 911 wherever it falls, before any greeting or gate."""
    chat = Talk(simulate(content))
    if screens:
        chat = await talk(content, *screens)
        chat.simulation.clock.seconds += 900
    await chat.write("my husband is going to kill me now he has a knife")
    assert chat.screen == "danger.card"
    assert "911" in said(chat)


async def test_whoever_picks_up_the_phone_reads_nothing(content: Content) -> None:
    """After a pause no way leads to what was answered before: not on, not back, not 911."""
    for way in (("1",), ("911", "1"), ("911", "4"), ("00",), ("3", "hello"), ("3", "hello", "1")):
        chat = await talk(content, *SHORT_REPORT)
        await chat.write("secret words")
        await chat.press("!skip")
        assert chat.screen == "report.review"
        assert "Harm at home" in said(chat)
        chat.simulation.clock.seconds += 900
        await chat.write("hello")
        for text in way:
            assert "Harm at home" not in said(chat)
            await chat.write(text)
        assert "Harm at home" not in said(chat), way


async def test_the_code_does_not_stay_in_the_talk(content: Content) -> None:
    """Read back, or left by any way, the code and the typed code are gone from the session."""
    chat = await reported(content)
    code = CODE.search(said(chat))
    assert code
    await chat.write("menu")
    for text in ("00", "00", "99"):
        await chat.write(text)
        assert code[0] not in said(chat)


class Broken:
    """A session store whose disk is full: it reads, and cannot write."""

    def __init__(self, store: object) -> None:
        self.store = store
        self.broken = True

    async def turn(
        self,
        slots: Sequence[bytes],
        decide: Callable[[StoredSession | None], tuple[Change, Outcome]],
    ) -> Outcome:
        if not self.broken:
            return await self.store.turn(slots, decide)
        rows = self.store._rows
        decide(next((rows[slot] for slot in slots if slot in rows), None))
        raise StoreError("full")

    async def sweep(self, dead_before_epoch: int) -> int:
        return 0


async def test_an_outage_keeps_911_exit_and_services_and_refuses_reports(content: Content) -> None:
    """Without a disk the talk goes on in memory; a report is refused, never lost."""
    chat = await talk(content, *SHORT_REPORT)
    broken = Broken(chat.simulation.sessions)
    chat.simulation.converse._store = broken
    await chat.write("911")
    assert "911" in said(chat)
    await chat.press("on")
    await chat.write("words")
    await chat.press("!skip")
    await chat.press("send")
    assert cases(chat.simulation) == 0
    assert not CODE.search(said(chat))
    await chat.write("menu")
    await chat.write("3")
    assert chat.screen == "services.what"


async def test_leaving_in_an_outage_has_left_when_the_disk_is_back(content: Content) -> None:
    """A draft the disk still holds is never shown again to whoever writes next."""
    chat = await talk(content, *SHORT_REPORT)
    broken = Broken(chat.simulation.sessions)
    chat.simulation.converse._store = broken
    await chat.write("0")
    assert chat.screen == "exit.closed"
    broken.broken = False
    chat.simulation.clock.seconds += 300
    await chat.write("hello")
    assert chat.screen == "entry.language"


async def test_the_first_words_of_an_outage_carry_the_number(content: Content) -> None:
    """Before a language is chosen the outage notice holds 911 in every language."""
    chat = Talk(simulate(content))
    chat.simulation.converse._store = Broken(chat.simulation.sessions)
    await chat.write("hello")
    assert said(chat).count("911") >= 4


async def test_a_repeated_update_is_silent_and_costs_nothing(content: Content) -> None:
    """The same update again, in this process, brings no second message."""
    chat = await talk(content, "service")
    again = await chat.simulation.converse.answer(chat.visitor, Inbound(chat.turns, text="x"))
    assert again.messages == ()


@pytest.mark.parametrize("word", ["yes", "y", "ok", "اي", "ئەرێ", "بەلێ", "نعم", "👍"])
async def test_an_everyday_yes_is_a_yes(content: Content, word: str) -> None:
    """Whatever yes a person uses is understood where yes and no are asked."""
    chat = Talk(simulate(content))
    await chat.write("/start")
    await chat.press("en")
    await chat.write(word)
    assert chat.screen == "entry.limits"


async def test_the_number_shown_for_done_is_done(content: Content) -> None:
    """A person who can only type digits finishes a list by the number the screen shows."""
    chat = await talk(content, *SHORT_REPORT[:-1])
    done = next(button for button in chat.buttons() if button.token.endswith("!done"))
    await chat.write(done.number)
    assert chat.screen == "report.narrative"


def test_no_police_when_the_one_who_hurts_is_an_official() -> None:
    """The consent stays at no, also when the relation was amended after it was given."""
    import datetime

    report = from_answers(
        {"relation": "official_or_security", "share_security": "yes", "consent_services": "yes"},
        language="en",
        channel="telegram",
        day=datetime.date(2026, 11, 23),
    )
    assert report.one("share_security") == "no"


async def test_the_review_names_the_governorate(content: Content) -> None:
    """What will be sealed about the place is read back by its name."""
    chat = await talk(content, "report", "on", "on", "on", "yes", "long")
    for _ in range(40):
        if chat.screen == "report.review":
            break
        await chat.press("BG" if chat.screen == "report.governorate" else "!skip")
    assert "Baghdad" in said(chat)


def test_outgoing_never_exceeds_what_a_message_holds(content: Content, tmp_path: Path) -> None:
    """Every screen, in every language, fits its channels' message."""
    from bot.app.content import DEMO, make_presenter
    from bot.app.organisation import load_organisation
    from bot.app.preview_sheet import every_screen

    presenter = make_presenter(content, load_organisation(DEMO / "organisation.toml"))
    messages: list[Outgoing] = [
        message for _, _, shown in every_screen(content, presenter) for message in shown
    ]
    assert len(messages) > 800
    assert max(len(message.text) for message in messages) <= 1024
