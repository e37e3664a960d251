"""A poster to print: the way to the bot as a square to scan, in words that tell nobody anything.

Its words are the first ones of the bot itself, so that they are translated and reviewed with them.
The links carry nothing: which poster somebody scanned, and where, is not our business.
"""

import io
from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import quote

import segno

from bot.domain.language import LANGUAGES, TAGS
from bot.engine.flow import Book

WORDS: Final = "entry.safe"
STRIPS: Final = 8
STYLE: Final = """
@page { size: A4; margin: 15mm }
body { font: 20pt/1.5 sans-serif; text-align: center; margin: 0 auto; max-width: 180mm }
svg { width: 60mm; height: 60mm }
.ways { display: flex; justify-content: space-around; margin-top: 12mm }
.address { font-size: 12pt; direction: ltr; unicode-bidi: isolate }
.strips { display: flex; flex-wrap: wrap; page-break-before: always }
.strips div { width: 24%; border: 1px dashed #999; box-sizing: border-box; padding: 3mm 0 }
.strips svg { width: 30mm; height: 30mm }
"""


def ways(telegram: str, whatsapp: str) -> dict[str, str]:
    """The links by what is written under them; `telegram` a bot's name, `whatsapp` a number."""
    found = {}
    if telegram:
        name = telegram.removeprefix("@")
        found[f"t.me/{name}"] = f"https://t.me/{quote(name)}"
    if whatsapp:
        number = whatsapp.removeprefix("whatsapp:").removeprefix("+")
        found[f"WhatsApp +{number}"] = f"https://wa.me/{quote(number)}"
    return found


def poster(book: Book, links: Mapping[str, str]) -> str:
    """One HTML file: a page to hang up, and a page of small squares to cut out and pocket."""
    greetings = "".join(
        f'<p lang="{tag}" dir="{LANGUAGES[tag].direction}">{escape(_greeting(book, tag))}</p>'
        for tag in TAGS
    )
    squares = "".join(
        f'<div>{_square(link)}<br><span class="address">{escape(address)}</span></div>'
        for address, link in links.items()
    )
    strips = "".join(f"<div>{_square(link)}</div>" for link in links.values()) * STRIPS
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>&#8203;</title><style>{STYLE}</style>"
        f'{greetings}<div class="ways">{squares}</div><div class="strips">{strips}</div></html>\n'
    )


def _greeting(book: Book, tag: str) -> str:
    return book.text(tag, WORDS).strip().partition("\n")[0]


def _square(link: str) -> str:
    out = io.BytesIO()
    # Level Q: a quarter of it may be torn off or scratched away.
    segno.make(link, error="q", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, border=4, omitsize=True
    )
    return out.getvalue().decode()
