"""Screens that are kept for everybody hold nothing of anybody."""

import pytest

from bot.app.content import Content, read_content
from bot.app.simulate import Talk, simulate
from bot.channels.telegram import rendering
from bot.domain.message import Outgoing

MARK = "Zmark sample words"
REPORT = ("report", "on", "on", "on", "yes", "long", "self", "no", "26_40", "female")


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content(sample=True)


async def reported(content: Content, words: str) -> list[Outgoing]:
    """Everything said in a report with words of one's own, sent and read back."""
    chat = Talk(simulate(content))
    said: list[Outgoing] = []
    await chat.write("/start")
    for value in ("en", "yes", "go", *REPORT):
        await chat.press(value)
        said += chat.last
    while chat.screen != "report.read_back":
        buttons = [button.token.partition(":")[2] for button in chat.last[-1].choices]
        if "narrative" in chat.screen:
            await chat.write(words)
        elif "send" in buttons:
            await chat.press("send")
        elif chat.last[-1].choices and chat.screen.endswith(("types", "needs", "harms")):
            await chat.press(buttons[0])  # a tick
            said += chat.last
            await chat.press("!done")
        else:
            await chat.press("!skip" if "skip" in tokens(chat) else buttons[0])
        said += chat.last
    return said


def tokens(chat: Talk) -> str:
    return " ".join(button.token for button in chat.last[-1].moves)


async def test_what_is_kept_is_the_same_for_two_people(content: Content) -> None:
    """A message marked common tells neither words, nor ticks, nor code, nor a summary."""
    said = await reported(content, MARK)
    common = [message for message in said if message.common]
    own = [message for message in said if not message.common]
    assert len(common) > 10
    for message in common:
        shown = message.text + " ".join(button.label for button in message.choices)
        assert MARK not in shown
        assert "✓" not in shown
        assert not message.copies
    assert any(message.screen == "report.read_back" for message in own)


async def test_only_common_messages_stay_in_the_channel(content: Content) -> None:
    """Telegram's rendering keeps what is common and forgets every other message at once."""
    said = await reported(content, MARK)
    rendering._kept.cache_clear()
    for message in said:
        rendering.send_bodies(1, message)
        rendering.edit_body(1, 2, message)
    assert rendering._kept.cache_info().currsize == len({m for m in said if m.common})
