"""A process that dies inside a turn: the same update, delivered again, ends what it began."""

from dataclasses import replace

import pytest

from bot.app.simulate import Talk, simulate
from bot.domain.message import Inbound
from bot.domain.visitor import Visitor
from bot.prove.people import CODE, SHORT, plain
from bot.usecases.claim import claim_case
from bot.usecases.remember import Visitors
from bot.usecases.reply import reply
from tests.e2e.house import content

REPLY = "Come on Sunday at ten."


class KilledError(BaseException):
    """What stands in for kill -9 inside one process."""


@pytest.fixture
def bot():
    return simulate(content(sample=True))


async def at_menu(bot):
    talk = Talk(bot)
    await talk.write("hello")
    for value in ("en", "yes", "go"):
        await talk.press(value)
    return talk


async def sent(bot):
    """A talk that has just been shown its code."""
    talk = await at_menu(bot)
    for _, value in SHORT:
        await talk.press(value)
    await talk.write("in my own words")
    await talk.press("!skip")
    await talk.press("send")
    return talk


def code_on(messages):
    found = CODE.findall(plain("\n".join(message.text for message in messages)))
    return found[0] if found else ""


def restarted(bot):
    """What a process knows only in memory is gone."""
    bot.converse._visitors = Visitors(bytes(32))


async def again(talk, **inbound):
    """The last update once more, as a provider delivers it to the next process."""
    talk.visitor = Visitor("terminal", "author")
    answer = await talk.simulation.converse.answer(talk.visitor, Inbound(talk.turns, **inbound))
    if answer.messages:
        talk.last = answer.messages
    return answer


class Dying:
    """The acts of a process, some of which it does not survive."""

    def __init__(self, acts, **replaced):
        self.acts = acts
        self._replaced = replaced

    def __getattr__(self, name):
        return self._replaced.get(name) or getattr(self.acts, name)


async def answered(bot):
    """The caseworker has written; the row as it is then."""
    (row,) = await bot.cases.rows(("new",))
    await bot.receipts.settle(bot.cases)
    member = bot.roster.roster.members[0]
    row = await claim_case(bot.cases, row, member, bot.clock.now())
    await reply(bot.cases, row, member, REPLY, bot.clock.now(), safe=True)
    return row


async def dies_in(bot, name, act):
    """Run a step during which the process dies before the act `name` is performed."""
    acts = bot.converse._acts

    async def deadly(wanted, request):
        if wanted == name:
            raise KilledError
        return await acts.later(wanted, request)

    bot.converse._acts = Dying(acts, later=deadly)
    with pytest.raises(KilledError):
        await act
    bot.converse._acts = acts
    restarted(bot)


async def test_a_code_whose_answer_was_lost_is_shown_again(bot):
    """The report is stored but the answer never left: the repetition brings the same code."""
    talk = await sent(bot)
    code = code_on(talk.last)
    restarted(bot)
    answer = await again(talk, press="x")
    assert code_on(answer.messages) == code
    assert talk.screen == "report.read_back"
    assert len(await bot.cases.rows(("new",))) == 1


@pytest.mark.parametrize("step", ["a stale button", "a wrong code", "danger and back"])
async def test_an_unread_code_stays_on_its_screen(bot, step):
    """However one comes to the question for the code before it was read back, the code is there."""
    talk = await sent(bot)
    code = code_on(talk.last)
    if step == "a stale button":
        await talk._take(Inbound(talk._next(), press="2:send"))
    elif step == "a wrong code":
        await talk.write("is it gone?")
    else:
        await talk.press("!emergency")
        assert talk.screen == "danger.card"
        await talk.press("on")
    assert talk.screen == "report.read_back"
    assert code_on(talk.last) == code


async def test_a_code_that_was_read_back_is_never_shown_again(bot):
    """Once it was typed, the bot has forgotten it: nothing on the screen or in the session."""
    talk = await sent(bot)
    code = code_on(talk.last)
    await talk.write(code)
    assert talk.screen == "report.goodbye"
    restarted(bot)
    answer = await again(talk, text=code)
    assert answer.messages
    assert code_on(answer.messages) == ""


@pytest.mark.parametrize("name", ["look_up", "read_reply", "withdraw", "send_addition"])
async def test_an_act_that_died_half_way_is_begun_again(bot, name):
    """Killed while a code is looked up (a fifth of a second): the repetition leads to the end."""
    talk = await sent(bot)
    code = code_on(talk.last)
    await talk.write(code)
    await talk.press("menu")
    row = await answered(bot)
    await talk.press("code")
    await talk.write(code)
    if name == "look_up":
        await dies_in(bot, name, talk.write("99"))
        await again(talk, text="99")
        assert talk.screen == "code.reply_waits"
        return
    await talk.press("!skip")
    if name == "withdraw":
        await talk.press("withdraw")
        press = token(talk, "yes")
        await dies_in(bot, name, talk.press("yes"))
        await again(talk, press=press)
        assert talk.screen == "code.withdrawn"
        assert [row.state for row in await bot.cases.rows(("withdrawn",))] == ["withdrawn"]
        return
    press = token(talk, "yes")
    if name == "read_reply":
        await dies_in(bot, name, talk.press("yes"))
        await again(talk, press=press)
        assert REPLY in plain(talk.last[-1].text)
        return
    await talk.press("yes")
    await talk.press("add")
    await talk.write("one thing more")
    press = token(talk, "yes")
    await dies_in(bot, name, talk.press("yes"))
    await again(talk, press=press)
    assert talk.screen == "code.add_sent"
    assert len(await bot.cases.entries(row.case)) == 2


def token(talk, value):
    return next(
        button.token for button in talk.buttons() if button.token.partition(":")[2] == value
    )


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_reply_is_not_lost_around_its_mark(bot, moment):
    """Killed before or after the letter was marked as read, and before it was shown: it comes."""
    talk = await sent(bot)
    code = code_on(talk.last)
    await talk.write(code)
    await talk.press("menu")
    row = await answered(bot)
    await talk.press("code")
    await talk.write(code)
    await talk.press("!skip")
    press = token(talk, "yes")
    confirm = bot.converse._acts.confirm

    async def dying(read):
        if moment == "after":
            await confirm(read)
        raise KilledError

    bot.converse._acts = Dying(bot.converse._acts, confirm=dying)
    with pytest.raises(KilledError):
        await talk.press("yes")
    bot.converse._acts = bot.converse._acts.acts
    restarted(bot)
    states = [letter.state for letter in await bot.cases.letters(row.case)]
    assert states == ["waiting" if moment == "before" else "read"]
    await again(talk, press=press)
    assert talk.screen == "code.reply"
    assert REPLY in plain(talk.last[-1].text)
    assert [letter.state for letter in await bot.cases.letters(row.case)] == ["read"]


async def test_a_roster_that_is_gone_when_the_report_is_sent_refuses_it(bot):
    """Nobody could open it: said so, nothing stored, and the answers are still there to send."""
    talk = await at_menu(bot)
    for _, value in SHORT:
        await talk.press(value)
    await talk.write("in my own words")
    await talk.press("!skip")
    acts, desk = bot.converse._acts, bot.converse._acts._desk
    acts._desk = replace(desk, roster=lambda: None)
    await talk.press("send")
    assert talk.screen == "report.nobody"
    assert code_on(talk.last) == ""
    assert await bot.cases.rows(("new",)) == ()
