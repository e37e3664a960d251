"""Play the flows in a terminal, record a talk, and play it again word for word."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.app.content import Content
from bot.app.simulate import Talk, simulate
from bot.domain.language import TAGS
from bot.domain.message import Outgoing, Reply


def as_text(message: Outgoing) -> str:
    """A message as a terminal shows it: text, then numbered answers and moves."""
    lines = [message.text]
    if message.choices:
        lines.append("\n".join(f"  {b.number}  {b.label}" for b in message.choices))
    if message.moves:
        lines.append("   ".join(f"[{b.number or '·'} {b.label}]" for b in message.moves))
    return "\n\n".join(lines)


async def talk(language: str, record: Path | None) -> None:
    """Play the flows on standard input and output until the input ends."""
    chat = Talk(simulate())
    recorded: list[dict[str, Any]] = []

    async def turn(text: str) -> None:
        reply = await chat.write(text)
        recorded.append(_turn({"write": text}, reply))
        for message in reply.messages:
            print(f"\n{as_text(message)}\n")  # noqa: T201 - this is the terminal channel

    await turn("/start")
    if language in TAGS:
        await turn(str(TAGS.index(language) + 1))
    while True:
        try:
            text = await asyncio.to_thread(input, "> ")
        except EOFError:
            break
        await turn(text)
    if record is not None:
        write_transcript(record, recorded)


def _turn(did: dict[str, str], reply: Reply) -> dict[str, Any]:
    return {
        **did,
        "shows": [
            {
                "screen": message.screen,
                "text": message.text,
                "buttons": [
                    f"{button.token.partition(':')[2]} | {button.label}"
                    for button in (*message.choices, *message.moves)
                ],
            }
            for message in reply.messages
        ],
    }


def write_transcript(path: Path, turns: Sequence[dict[str, Any]]) -> None:
    """Write a recording: what was done in each turn and every screen that followed."""
    text = yaml.safe_dump({"turns": list(turns)}, allow_unicode=True, sort_keys=False, width=100)
    path.write_text(text, encoding="utf-8")


async def replay(path: Path, content: Content | None = None, *, update: bool = False) -> list[str]:
    """Do what a recording did; one line for each turn that shows something else now."""
    # One small file, read before anything runs.
    recorded = yaml.safe_load(path.read_text(encoding="utf-8"))["turns"]  # noqa: ASYNC240
    chat = Talk(simulate(content))
    played, differences = [], []
    for number, turn in enumerate(recorded, start=1):
        if "wait" in turn:
            chat.simulation.clock.seconds += int(turn["wait"])
            played.append({"wait": turn["wait"]})
            continue
        did = {key: turn[key] for key in ("write", "press") if key in turn}
        try:
            reply = await (
                chat.press(did["press"]) if "press" in did else chat.write(did.get("write", ""))
            )
        except LookupError as error:
            differences.append(f"{path.name}: turn {number}: {error}")
            break
        now = _turn(did, reply)
        played.append(now)
        if now != turn:
            differences.append(f"{path.name}: turn {number}: {_difference(turn, now)}")
    if update:
        write_transcript(path, played)
    return differences


def _difference(before: dict[str, Any], now: dict[str, Any]) -> str:
    for old, new in zip(before.get("shows", []), now["shows"], strict=False):
        for key in ("screen", "text", "buttons"):
            if old.get(key) != new[key]:
                return f"{new['screen']}: another {key}"
    return "another number of messages"
