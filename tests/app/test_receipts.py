"""Receipt codes: ready before they are needed, settled after, and of no use to who guesses."""

import asyncio
import shutil

import pytest

from bot.app.simulate import CHEAP, SeededEntropy, StillClock, Talk, simulate
from bot.domain.visitor import Visitor
from bot.errors import StoreError
from bot.ports.stores import NewCase
from bot.prove.people import CODE, SHORT, plain
from bot.sealing import receipt
from bot.stores.epoch_files import EPOCH_SECONDS, EpochFiles
from bot.stores.memory_cases import MemoryCases
from bot.usecases.limits import HOUR, TRIES_ALL, TRIES_EACH, CodeTries
from bot.usecases.receipts import READY, Receipts
from tests.e2e.house import content

SALT, PEPPER = bytes(16), bytes(32)


def number(count):
    return b"case %011d" % count


def filed(cases, given, count=1):
    """A case in the queue, with what its code left behind."""
    case = NewCase(
        case=number(count), sealed=b"sealed", urgency=2, language="ar", hour=498_000,
        wants_woman=False, child_trained=False, due=0, mailbox=given.mailbox,
        staged_code=given.staged,
    )  # fmt: skip
    cases.insert_case(case)


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def cases():
    return MemoryCases()


@pytest.fixture
def maker(tmp_path, clock):
    """Makes Receipts as a start of the program does, over the same epoch keys."""
    made = []

    def make(seed=b"one"):
        entropy = SeededEntropy(seed)
        epochs = EpochFiles(tmp_path / "keys", clock, entropy)
        receipts = Receipts(salt=SALT, pepper=PEPPER, entropy=entropy, epochs=epochs, cost=CHEAP)
        made.append(receipts)
        return receipts

    yield make
    for receipts in made:
        receipts.close()


async def opens(receipts, cases, code, word=""):
    """The case a code (and word) leads to, None when it leads nowhere."""
    derived = await receipts.derive(code, word)
    view = await cases.look(derived.tag)
    return view.case if view else None


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


# ------------------------------------------------------------------ the pool
async def test_codes_are_ready_before_anybody_needs_one(maker, cases):
    """With the pool full a report gets code and mailbox at once, and the pool fills up again."""
    receipts = maker()
    work = asyncio.create_task(receipts.work(cases))
    await until(lambda: len(receipts._ready) == READY)
    given = [receipts.take(number(count), "") for count in range(READY)]
    assert all(one.mailbox is not None and not one.staged for one in given)
    assert len({one.code for one in given}) == READY
    for count, one in enumerate(given):
        filed(cases, one, count)
    assert await opens(receipts, cases, given[3].code) == number(3)
    await until(lambda: len(receipts._ready) == READY)
    assert not {one.code for one in receipts._ready} & {one.code for one in given}
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_a_code_that_is_not_ready_is_staged_and_settled(maker, cases):
    """Nobody waits for a slow derivation: code now, mailbox soon, staged copy destroyed then."""
    receipts = maker()
    given = receipts.take(number(1), "")
    assert given.mailbox is None
    assert given.code.encode() not in given.staged
    filed(cases, given)
    assert await opens(receipts, cases, given.code) is None
    assert await receipts.settle(cases) == 1
    assert await opens(receipts, cases, given.code) == number(1)
    assert await cases.staged() == ()
    assert await receipts.settle(cases) == 0


async def test_the_loop_settles_while_it_fills_the_pool(maker, cases):
    """A case filed while the pool is still being filled does not wait for the whole pool."""
    receipts = maker()
    given = receipts.take(number(1), "")
    filed(cases, given)
    work = asyncio.create_task(receipts.work(cases))
    async with asyncio.timeout(10):
        while await opens(receipts, cases, given.code) is None:
            await asyncio.sleep(0.001)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_a_secret_word_makes_the_mailbox_personal(maker, cases):
    """Never from the pool; the code alone, or with another word, finds nothing."""
    receipts = maker()
    receipts._ready.append(receipts.take(number(9), ""))
    given = receipts.take(number(1), "Walnut")
    assert given.mailbox is None
    assert len(receipts._ready) == 1
    filed(cases, given)
    await receipts.settle(cases)
    assert await opens(receipts, cases, given.code) is None
    assert await opens(receipts, cases, given.code, "hazel") is None
    assert await opens(receipts, cases, given.code, " walnut ") == number(1)


async def test_what_was_staged_is_settled_by_the_next_start(maker, cases):
    """A crash between report and derivation loses no code: the next run goes on with it."""
    given = maker().take(number(1), "walnut")
    filed(cases, given)
    again = maker(b"two")
    assert await again.settle(cases) == 1
    assert await opens(again, cases, given.code, "walnut") == number(1)


async def test_a_staged_code_survives_the_turn_of_an_epoch(maker, cases, clock):
    """Staged under the key before this one, which still lives: it is settled."""
    given = maker().take(number(1), "")
    filed(cases, given)
    clock.seconds += EPOCH_SECONDS
    again = maker(b"two")
    assert await again.settle(cases) == 1
    assert await opens(again, cases, given.code) == number(1)


async def test_a_staged_code_of_a_dead_epoch_leaves_the_case(maker, cases, tmp_path):
    """A power cut took the key: the way back is lost, but never the report itself."""
    given = maker().take(number(1), "")
    filed(cases, given)
    shutil.rmtree(tmp_path / "keys")
    again = maker(b"two")
    filed(cases, again.take(number(3), ""), 3)
    await again.settle(cases)
    assert await cases.staged() == ()
    assert [row.case for row in await cases.rows(("new",))] == [number(1), number(3)]
    assert await cases.mailbox(number(1)) is None
    assert await cases.mailbox(number(3)) is not None
    assert await opens(again, cases, given.code) is None


async def test_a_staged_code_belongs_to_its_case_alone(maker, cases):
    """Moved to another case by somebody with the database, it opens nothing."""
    receipts = maker()
    given = receipts.take(number(1), "")
    filed(cases, given, 2)
    await receipts.settle(cases)
    assert await cases.staged() == ()
    assert await cases.mailbox(number(2)) is None


async def test_the_loop_outlives_a_database_that_fails(maker, cases, monkeypatch):
    """While nothing can be settled it waits and tries again; it never dies unseen."""

    class Failing(MemoryCases):
        failures = 2

        async def staged(self):
            if self.failures:
                self.failures -= 1
                raise StoreError("no disk")
            return await super().staged()

    waited = []
    sleep = asyncio.sleep

    async def quick(seconds):
        waited.append(seconds)
        await sleep(0)

    failing, receipts = Failing(), maker()
    given = receipts.take(number(1), "")
    filed(failing, given)
    monkeypatch.setattr("bot.usecases.receipts.asyncio.sleep", quick)
    work = asyncio.create_task(receipts.work(failing))
    async with asyncio.timeout(10):
        while await opens(receipts, failing, given.code) is None:
            await sleep(0.001)
    assert waited[:2] == [5, 5]
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


# ------------------------------------------------------------------ guessing
def test_five_wrong_codes_an_hour_and_no_more():
    """Each visitor has five tries in any hour; what others do does not count."""
    tries = CodeTries()
    assert [tries.allow(b"rose", 0) for _ in range(TRIES_EACH + 2)] == [True] * 5 + [False] * 2
    assert tries.allow(b"sara", 0)
    assert not tries.allow(b"rose", HOUR - 1)
    assert tries.allow(b"rose", HOUR)


def test_a_thousand_codes_an_hour_for_everybody_together():
    """Guessing from many numbers at once gains nothing."""
    tries = CodeTries()
    allowed = sum(tries.allow(b"%d" % visitor, 0) for visitor in range(TRIES_ALL + 100))
    assert allowed == TRIES_ALL
    assert tries.allow(b"late", HOUR)


def test_a_right_code_is_not_counted_but_earns_nothing():
    """Its owner may come as often as she likes; her wrong tries before it stay counted."""
    tries = CodeTries()
    for _ in range(50):
        assert tries.allow(b"rose", 0)
        tries.take_back(b"rose")
    for _ in range(4):
        assert tries.allow(b"rose", 0)
    assert tries.allow(b"rose", 0)
    tries.take_back(b"rose")
    assert tries.allow(b"rose", 0)
    assert not tries.allow(b"rose", 0)


# ------------------------------------------------------------------ in a talk
@pytest.fixture
def bot():
    return simulate(content(sample=True))


async def someone(bot, name):
    """A talk that has arrived at the menu."""
    talk = Talk(bot, Visitor("telegram", name))
    await begin(talk)
    return talk


async def begin(talk):
    await talk.write("hello")
    for value in ("en", "yes", "go"):
        await talk.press(value)


async def reported(bot, word=""):
    """The code of a report that was handed in."""
    talk = await someone(bot, f"reporter {word}")
    for _, value in SHORT:
        await talk.press(value)
    await talk.write("in my own words")
    await talk.press("word" if word else "!skip")
    if word:
        await talk.write(word)
    await talk.press("send")
    (code,) = CODE.findall(plain(talk.last[0].text))
    return code


async def tried(talk, code, word=""):
    """The screen, and every word and button on it, that a code leads to from the menu."""
    await talk.press("code")
    await talk.write(code)
    await (talk.write(word) if word else talk.press("!skip"))
    shown = [
        (message.text, [button.label for button in (*message.choices, *message.moves)])
        for message in talk.last
    ]
    screen = talk.screen
    await talk.press("menu" if screen != "code.nothing_new" else "done")
    if screen == "code.nothing_new":
        await talk.press("!menu")
    return screen, shown


def other_code(code):
    """A code that could be right and was never given out."""
    other = receipt.new_code(b"another sixteen!")
    assert other != code.replace(" ", "")
    return receipt.grouped(other)


async def test_wrong_and_unknown_codes_are_answered_alike(bot):
    """Never given out, right without its word, with another word, withdrawn: the same answer.

    Nobody learns from it whether a report exists.
    """
    plain_code, worded = await reported(bot), await reported(bot, "walnut")
    talk = await someone(bot, "guesser")
    never = await tried(talk, other_code(plain_code))
    assert never[0] == "code.unknown"
    assert await tried(talk, worded) == never
    assert await tried(talk, worded, "hazel") == never
    assert (await tried(talk, worded, "walnut"))[0] == "code.nothing_new"

    await bot.receipts.settle(bot.cases)
    owner = await someone(bot, "owner")
    await owner.press("code")
    await owner.write(plain_code)
    for value in ("!skip", "withdraw", "yes"):
        await owner.press(value)
    assert owner.screen == "code.withdrawn"
    assert await tried(talk, plain_code) == never


async def test_every_try_that_could_be_right_costs_the_same(bot):
    """How long an answer takes tells nothing: right, wrong and unknown cost one derivation each.

    A slip is told by the check digits alone, whoever's code it was meant to be: no derivation.
    """
    derived = []
    derive = bot.receipts.derive

    async def counted(code, word):
        derived.append(len(code))
        return await derive(code, word)

    bot.receipts.derive = counted
    code = await reported(bot)
    talk = await someone(bot, "guesser")
    slip = ("1" if code[0] != "1" else "2") + code[1:]
    assert (await tried(talk, slip))[0] == "code.slip"
    assert derived == []
    assert (await tried(talk, other_code(code)))[0] == "code.unknown"
    assert (await tried(talk, code, "walnut"))[0] == "code.unknown"
    assert (await tried(talk, code))[0] == "code.nothing_new"
    assert derived == [receipt.CODE_SIZE] * 3


UNLUCKY = (
    "90026 72376 33364 53471", "08468 75687 83946 34809", "79261 34507 36726 74898",
)  # fmt: skip
"""Codes that read as words of danger where digits stand for Arabic letters (7, 3, 2 …)."""


@pytest.mark.parametrize("separator", [" ", "", "-", "٬ "])
async def test_a_code_is_never_taken_for_words(bot, separator):
    """Whatever digits chance gave, typing them is an answer: nobody is locked out by their code.

    A cry for help at the same question is still heard.
    """
    talk = await someone(bot, "reporter")
    for _, value in SHORT:
        await talk.press(value)
    for value in ("!skip", "!skip", "send"):
        await talk.press(value)
    entropy = SeededEntropy(b"codes")
    made = [receipt.grouped(receipt.new_code(entropy.random_bytes(16))) for _ in range(300)]
    for code in (*UNLUCKY, *made):
        await talk.write(code.replace(" ", separator))
        assert talk.screen == "report.read_back", code
    await talk.write("he wants to kill me")
    assert talk.screen == "danger.card"


async def test_slips_cost_no_try(bot):
    """Somebody who mistypes ten times and then gets it right is let in."""
    code = await reported(bot)
    talk = await someone(bot, "owner")
    slip = ("1" if code[0] != "1" else "2") + code[1:]
    for _ in range(2 * TRIES_EACH):
        assert (await tried(talk, slip))[0] == "code.slip"
    assert (await tried(talk, code))[0] == "code.nothing_new"


async def test_too_many_tries_are_told_and_end_after_an_hour(bot):
    """After five wrong codes even the right one must wait; 911 and the menu stay open."""
    code = await reported(bot)
    talk = await someone(bot, "guesser")
    for _ in range(TRIES_EACH):
        assert (await tried(talk, other_code(code)))[0] == "code.unknown"
    screen, shown = await tried(talk, code)
    assert screen == "code.too_many"
    assert "911" in plain(shown[-1][0])
    assert (await tried(await someone(bot, "owner"), code))[0] == "code.nothing_new"
    bot.clock.seconds += HOUR
    await begin(talk)
    assert (await tried(talk, code))[0] == "code.nothing_new"
