"""The glossary keeps the rules it gives."""

from pathlib import Path

import pytest

from bot.i18n.letters import foreign_letters

GLOSSARY = Path(__file__).parents[2] / "locales" / "GLOSSARY.md"


def terms():
    rows = [line.split("|")[1:-1] for line in GLOSSARY.read_text("utf-8").splitlines()
            if line.startswith("| ") and line.count("|") == 6]  # fmt: skip
    return [[cell.strip() for cell in row] for row in rows if not row[0].startswith(" --")]


@pytest.mark.parametrize(("column", "tag"), [(1, "ar"), (2, "ckb"), (3, "kmr")])
def test_every_term_is_in_the_letters_of_its_language(column, tag):
    """No term of the glossary would be refused by the check of the catalogues."""
    bad = {
        row[0]: foreign_letters(row[column].replace("†", ""), tag)
        for row in terms()
        if row[0] != "en" and foreign_letters(row[column].replace("†", ""), tag)
    }
    assert bad == {}


def test_every_term_has_four_languages_and_the_page_is_honest():
    """No cell is empty, there are enough terms, and the page says that it awaits review."""
    assert len(terms()) > 60
    assert all(all(row[:4]) for row in terms())
    assert "awaiting native review in all four languages" in GLOSSARY.read_text("utf-8")
