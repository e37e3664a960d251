"""The console's catalogue: extracted from templates and Python, checked like the bot's."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.i18n import app
from bot.console.refusals import REFUSALS
from bot.console.texts import Texts
from bot.console.words import WORDS
from bot.domain.language import TAGS
from bot.i18n import catalogues, po
from bot.i18n.catalogues import Catalogue
from bot.i18n.console_texts import console_units
from bot.i18n.po import CatalogueError
from bot.i18n.rendering import placeholders

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = """\
{# TRANSLATORS: above the list #}
<h1>{{ pgettext("queue", "What waits") }}</h1>
<p>{{ npgettext("queue", "{n} case of {name}", "{n} cases of {name}", 2, name="x") }}</p>
<p>{{ pgettext("queue", "What waits") }}</p>
"""
PYTHON = 'A = ConsolePhrase("me", "Your keys {count}")\n'


@pytest.fixture
def project(tmp_path):
    for name, text in (
        ("bot/console/templates/queue.html", TEMPLATE),
        ("bot/console/words.py", PYTHON),
        ("flows/none.txt", ""),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def sanad(root, *words):
    return CliRunner().invoke(app, [*words, "--root", str(root)])


def test_texts_come_out_of_templates_and_python_once_each(project):
    """Page and English, plural forms and the comment; the same text twice is one."""
    units = {(unit.context, unit.english): unit for unit in console_units(project)}
    assert set(units) == {
        ("me", "Your keys {count}"), ("queue", "What waits"), ("queue", "{n} case of {name}"),
    }  # fmt: skip
    assert units["queue", "What waits"].comments == ("above the list",)
    assert units["queue", "{n} case of {name}"].plural == "{n} cases of {name}"


def test_a_text_that_is_no_literal_is_refused_with_its_line(project):
    """What the extractor cannot read would never be translated."""
    path = project / "bot/console/templates/queue.html"
    path.write_text('<p>\n{{ pgettext("queue", title) }}</p>', encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"queue.html:2"):
        console_units(project)


def test_a_missing_console_text_fails_the_build(project):
    """`status` shows both catalogues and exits 1 until the console's is complete, too."""
    assert sanad(project, "extract").exit_code == 0
    status = sanad(project, "status", "--json")
    assert status.exit_code == 1
    rows = [row for row in json.loads(status.stdout) if row["domain"] == "console"]
    assert [row["tag"] for row in rows] == list(TAGS)
    assert {row["tag"]: row["whole"]["missing"] for row in rows}["ar"] == 3


def test_a_table_goes_to_translators_and_comes_back(project):
    """Export and import know the console; a lost placeholder is refused by itself."""
    sanad(project, "extract")
    file = project / "ar.csv"
    assert sanad(project, "export", "ar", str(file), "--console").exit_code == 0
    table = file.read_text(encoding="utf-8-sig").splitlines()
    assert len(table) == 1 + 2 + 6, "six plural forms in Arabic"
    filled = [
        line.replace(",Your keys {count},,", ",Your keys {count},مفاتيحكم,").replace(
            ",What waits,,", ",What waits,ما ينتظر,"
        )
        for line in table
    ]
    file.write_text("\n".join(filled), encoding="utf-8")
    done = sanad(project, "import", "ar", str(file), "--console")
    assert "1 texts changed, 1 rows refused" in done.output
    entries = po.read(catalogues.file_of(project / "locales", "ar", "console"))
    assert entries["queue", "What waits"].strings == ("ما ينتظر",)


def test_every_word_a_script_asks_for_is_there():
    """Scripts hold keys; each is in the table of its page or of every page."""
    known = {key for table in WORDS.values() for key in table}
    for path in (ROOT / "bot/console/static").rglob("*.js"):
        if "vendor" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        for part in text.split('words("')[1:]:
            assert part.partition('"')[0] in known, path.name


def test_refusals_and_words_fill_in_and_survive_without_a_translation():
    """A language without a text shows English, with the values in it."""
    catalogue = Catalogue({tag: {} for tag in TAGS})
    for tag in TAGS:
        texts = Texts(catalogue, tag)
        for kind in REFUSALS.values():
            values = dict.fromkeys(placeholders(kind.sentence.text), 7)
            said = texts.say(kind.sentence, **values)
            assert "{" not in said
            assert "…" not in said


def test_values_keep_their_own_direction():
    """A handle in an Arabic sentence stands between isolates."""
    texts = Texts(Catalogue({tag: {} for tag in TAGS}), "ar")
    assert "\u2068amal\u2069" in texts.pgettext("x", "Signed in as {handle}", handle="amal")
    assert "\u20667\u2069" in texts.npgettext("x", "{n} case", "{n} cases", 7)


def test_a_reworded_text_keeps_its_translation_and_a_new_one_takes_nobody_elses(project):
    """On a page of many texts only what was reworded is fuzzy; a new text begins empty."""
    sanad(project, "extract")
    path = catalogues.file_of(project / "locales", "ar", "console")
    entries = [
        replace(entry, strings=("ما ينتظر",)) if entry.english == "What waits" else entry
        for entry in po.read(path).values()
    ]
    po.write(path, entries, "ar")
    template = project / "bot/console/templates/queue.html"
    text = TEMPLATE.replace("What waits", "What waits now")
    template.write_text(text + '{{ pgettext("queue", "Something else") }}', encoding="utf-8")
    sanad(project, "extract")
    after = po.read(path)
    reworded = after["queue", "What waits now"]
    assert (reworded.strings, reworded.fuzzy) == (("ما ينتظر",), True)
    assert after["queue", "Something else"].strings == ("",)
