"""The poster says nothing to who reads over a shoulder, in four languages."""

import re

import pytest
import segno
from typer.testing import CliRunner

from bot.app.poster import poster, ways
from bot.cli import main
from tests.e2e.house import content

BOT, SENDER = "sanad_sample_bot", "whatsapp:+10000000000"


def test_its_words_are_the_bots_own_first_words_in_four_languages():
    """The greeting of the first screen, each with its direction, and nothing else."""
    book = content().shelf.current
    page = poster(book, ways(BOT, SENDER))
    for tag, direction in (("ar", "rtl"), ("ckb", "rtl"), ("kmr", "rtl"), ("en", "ltr")):
        (said,) = re.findall(rf'<p lang="{tag}" dir="{direction}">([^<]+)</p>', page)
        assert said == book.text(tag, "entry.safe").partition("\n")[0]
    shown = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", page, flags=re.DOTALL)
    for word in ("violence", "traffick", "abuse", "report", "عنف", "sanad_sample_bot?"):
        assert word not in shown


def test_the_squares_lead_to_the_bot_and_carry_nothing_else():
    """A plain link each: no place, no poster number, no prepared words."""
    links = ways(f"@{BOT}", SENDER)
    assert links == {
        f"t.me/{BOT}": f"https://t.me/{BOT}", "WhatsApp +10000000000": "https://wa.me/10000000000",
    }  # fmt: skip
    page = poster(content().shelf.current, links)
    assert page.count("<svg") == 2 + 2 * 8
    assert segno.make(links[f"t.me/{BOT}"], error="q", micro=False).error == "Q"
    assert "script" not in page
    assert "http" not in re.sub(r'xmlns="[^"]+"', "", page)


@pytest.mark.parametrize("named", [True, False])
def test_the_command_writes_one_file_or_says_what_is_missing(tmp_path, monkeypatch, named):
    """With a name it writes; without any channel it says how to get one."""
    monkeypatch.chdir(tmp_path)
    main._add_rest()
    words = ["poster", "poster.html", *(["--telegram", BOT] if named else [])]
    done = CliRunner().invoke(main.app, words)
    assert done.exit_code == (0 if named else 1), done.output
    assert (tmp_path / "poster.html").exists() is named
    assert (BOT if named else "sanad setup") in done.output
