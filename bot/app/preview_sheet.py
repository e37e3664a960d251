"""Every screen in one HTML file: four languages, Telegram and WhatsApp side by side."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from bot.app.content import DEMO, Content, make_presenter, read_content
from bot.app.organisation import load_organisation
from bot.domain.language import LANGUAGES, TAGS, Tag
from bot.domain.message import Button, Outgoing
from bot.domain.session import Session
from bot.engine.flow import Node
from bot.engine.names import ENTRY
from bot.engine.turn import prompt
from bot.engine.world import World
from bot.i18n import rendering
from bot.i18n.rendering import Param
from bot.usecases.present import Presenter

STYLE: Final = """
body{font:15px/1.5 system-ui,"Noto Sans Arabic",sans-serif;margin:0;background:#e7ecef;
color:#14212b}
header{position:sticky;top:0;background:#fff;padding:.6rem 1rem;border-bottom:1px solid #ccd5da}
section{padding:.5rem 1rem 1.5rem}h2{font-size:1rem;margin:.8rem 0 .4rem}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));gap:.8rem}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.4rem;background:#fff;border-radius:.6rem;
padding:.5rem}.pair h3{grid-column:1/-1;margin:0;font-size:.8rem;color:#51626d}
.m{background:#f3f7f9;border-radius:.6rem;padding:.5rem;white-space:pre-wrap;
overflow-wrap:anywhere}
.w{background:#efe8df}
.b{display:block;margin:.2rem 0 0;border:1px solid #c5d0d8;border-radius:.4rem;
padding:.1rem .4rem;background:#fff;color:#1f6f9c;text-align:center}
.v{color:#33454f;font-size:.85em}
"""
SAMPLES: Final[dict[str, Param]] = {
    "code": rendering.code("12345 12345 12345 12345"),
    "summary": rendering.prose("…"),
    "reply": rendering.prose("…"),
    "state": rendering.prose("…"),
    "services": rendering.prose("…"),
    "on_duty_from": rendering.date("2026-11-28 08:00"),
    "letter": rendering.prose("…"),
    "topic": rendering.prose("…"),
    "group": rendering.number(2),
}


def every_screen(
    content: Content, presenter: Presenter
) -> Iterator[tuple[Node, Tag, tuple[Outgoing, ...]]]:
    """Every node that waits, in every language, as it is shown when nothing is answered yet."""
    book = content.shelf.current
    world = World(book, content.lexicon, content.gazetteer, frozenset({"handoff", "on_duty"}))
    for node in book.nodes.values():
        if node.waits:
            for tag in TAGS:
                # Somebody who comes from another screen, as nearly everybody does: "back" is there.
                session = Session(language=tag, node=node.name, prompt=1, trail=[ENTRY])
                yield node, tag, presenter.screen(book, session, prompt(world, session), SAMPLES)


def write_sheet(path: Path) -> int:
    """Write the file; how many screens are in it."""
    content = read_content(sample=True)
    presenter = make_presenter(content, load_organisation(DEMO / "organisation.toml"))
    cells: dict[str, list[str]] = {}
    for node, tag, messages in every_screen(content, presenter):
        cells.setdefault(node.name, []).append(_cell(tag, messages))
    body = "".join(
        f'<section id="{name}"><h2>{name}</h2><div class=row>{"".join(row)}</div></section>'
        for name, row in cells.items()
    )
    path.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1">'
        f"<title>Sanad: every screen</title><style>{STYLE}</style><header><b>{len(cells)} screens"
        f"</b>, version {content.shelf.current.version}</header>{body}</html>",
        encoding="utf-8",
    )
    return len(cells)


def _cell(tag: Tag, messages: tuple[Outgoing, ...]) -> str:
    shown = "".join(_telegram(message) for message in messages)
    numbered = "".join(_whatsapp(message) for message in messages)
    language = LANGUAGES[tag]
    return (
        f'<div class=pair lang="{tag}" dir="{language.direction}"><h3>{language.english_name} · '
        f"Telegram · WhatsApp</h3><div>{shown}</div><div>{numbered}</div></div>"
    )


def _telegram(message: Outgoing) -> str:
    choices = "".join(f"<span class=b>{escape(_numbered(b))}</span>" for b in message.choices)
    moves = "".join(f'<span class="b v">{escape(b.label)}</span>' for b in message.moves)
    return f"<div class=m>{escape(message.text)}</div>{choices}{moves}"


def _whatsapp(message: Outgoing) -> str:
    lines = [_numbered(button) for button in (*message.choices, *message.moves)]
    text = "\n\n".join(part for part in (message.text, "\n".join(lines)) if part)
    return f'<div class="m w">{escape(text)}</div>'


def _numbered(button: Button) -> str:
    return f"{button.number} · {button.label}" if button.number else button.label
