"""`sanad i18n` from the outside, and the tables that travel to translators and back."""

import csv
import io
import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from bot.cli.i18n import app
from bot.domain.language import TAGS
from bot.i18n import catalogues, po, review, spreadsheet

FLOW = """\
flow: menu
start: menu
nodes:
  menu:
    ask: What do you need?
    choices: {yes: "Yes", call: "=Call {emergency}"}
    next: menu
"""
PHRASES = 'D = CountedPhrase("program.d", "{n} day", "{n} days")\n'
ARABIC = {
    ("menu.menu", ""): "ماذا تحتاجون؟",
    ("menu.menu.choice.yes", ""): "نعم",
    ("menu.menu.choice.call", ""): "=اتصلوا {emergency}",
    ("program.d", "zero"): "لا أيام",
    ("program.d", "one"): "يوم",
    ("program.d", "two"): "يومان",
    ("program.d", "few"): "{n} أيام",
    ("program.d", "many"): "{n} يومًا",
    ("program.d", "other"): "{n} يوم",
}


@pytest.fixture
def project(tmp_path):
    for name, text in (("flows/menu.yaml", FLOW), ("bot/phrases.py", PHRASES)):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    return tmp_path


def sanad(root, *words):
    return CliRunner().invoke(app, [*words, "--root", str(root)])


def of_the_bot(status):
    """The rows of what people who write to the bot read; the console's are tested by themselves."""
    return [row for row in json.loads(status) if row["domain"] == "sanad"]


def translate(root, tag, table):
    """Fill an exported table as a translator would, and bring it back."""
    file = root / f"{tag}.csv"
    assert sanad(root, "export", tag, str(file)).exit_code == 0
    reader = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, spreadsheet.COLUMNS)
    writer.writeheader()
    for row in reader:
        writer.writerow(row | {"translation": table[row["context"], row["form"]]})
    file.write_text(out.getvalue(), encoding="utf-8-sig", newline="")
    return sanad(root, "import", tag, str(file))


def test_extraction_is_reproducible(project):
    """Extracting twice changes nothing, and the check tells before and after."""
    assert sanad(project, "extract", "--check").exit_code == 1
    assert not (project / "locales").exists()
    assert sanad(project, "extract").exit_code == 0
    before = {path: path.read_bytes() for path in project.glob("locales/**/*.po*")}
    assert len(before) == 10
    assert sanad(project, "extract", "--check").exit_code == 0
    assert sanad(project, "extract").exit_code == 0
    assert {path: path.read_bytes() for path in before} == before


def test_moving_a_text_changes_no_catalogue_but_its_order(project):
    """A line more in a flow leaves the catalogues byte for byte as they are."""
    sanad(project, "extract")
    (project / "flows" / "menu.yaml").write_text("# a comment\n\n" + FLOW, encoding="utf-8")
    assert sanad(project, "extract", "--check").exit_code == 0


def test_status_is_red_until_everything_is_said(project):
    """Missing texts fail the command with counts per language; complete ones let it pass."""
    sanad(project, "extract")
    result = sanad(project, "status", "--json")
    assert result.exit_code == 1
    state = {language["tag"]: language["whole"] for language in of_the_bot(result.output)}
    assert [state[tag]["missing"] for tag in TAGS] == [4, 4, 4, 0]
    for tag in ("ar", "ckb", "kmr"):
        po.write(catalogues.file_of(project / "locales", tag), finished(project, tag), tag)
    done = sanad(project, "status")
    assert done.exit_code == 0, done.output
    assert done.output.count("100%") == 8
    assert done.output.count("awaiting native review") == 8


def finished(project, tag):
    entries = po.read(catalogues.file_of(project / "locales", tag)).values()
    for entry in entries:
        text = "نا {emergency}" if "{emergency}" in entry.english else "نا"
        strings = tuple("{n} نا" if entry.plural else text for _ in entry.strings)
        yield replace(entry, strings=strings)


def test_status_lists_a_fault_with_its_line(project):
    """A translation that is too long is found, counted per flow and pointed at."""
    sanad(project, "extract")
    path = catalogues.file_of(project / "locales", "ar")
    entries = [
        replace(entry, strings=("ن" * 30,)) if entry.english == "Yes" else entry
        for entry in finished(project, "ar")
    ]
    po.write(path, entries, "ar")
    result = sanad(project, "status", "--findings")
    assert result.exit_code == 1
    assert ":18  I006  ar menu.menu.choice.yes: 30 characters" in result.output


def test_a_text_that_nobody_extracted_counts_as_missing(project):
    """Status compares with the flows as they are now, not with the last extraction."""
    sanad(project, "extract")
    (project / "flows" / "menu.yaml").write_text(FLOW.replace("What do", "And what do"), "utf-8")
    (row,) = [
        language for language in of_the_bot(sanad(project, "status", "--json").output)
        if language["tag"] == "en"
    ]  # fmt: skip
    assert row["whole"]["total"] == 4
    translate(project, "ar", ARABIC)
    assert "I002" in sanad(project, "status", "--findings").output


def test_a_table_comes_back_whole(project):
    """Export, translate in a spreadsheet, import: every text and form arrives."""
    sanad(project, "extract")
    result = translate(project, "ar", ARABIC)
    assert result.exit_code == 0, result.output
    entries = po.read(catalogues.file_of(project / "locales", "ar"))
    assert entries["menu.menu.choice.call", "=Call {emergency}"].strings == ("=اتصلوا {emergency}",)
    assert len(entries["program.d", "{n} day"].strings) == 6
    assert all(entry.complete for entry in entries.values())
    exported = (project / "ar.csv").read_bytes()
    assert exported.startswith(b"\xef\xbb\xbf")
    assert sanad(project, "extract", "--check").exit_code == 0


def test_no_cell_is_a_formula():
    """A cell that a spreadsheet would run is exported with an apostrophe and read back without."""
    entry = po.Entry("a.b", "-1 =x", strings=("+نعم",))
    text = spreadsheet.exported([entry], "ar")
    assert ",'-1 =x,'+نعم," in text
    (row,) = spreadsheet.rows(text, "x.csv")
    assert (row.english, row.translation) == ("-1 =x", "+نعم")


def test_a_wrong_row_is_refused_alone(project):
    """A row that lost its placeholder or is not of this project is listed; the others are taken."""
    sanad(project, "extract")
    result = translate(project, "ar", ARABIC | {("menu.menu.choice.call", ""): "اتصلوا"})
    assert result.exit_code == 1
    assert "row 4: {emergency} of the English is missing" in result.output
    assert "3 texts changed, 1 rows refused" in result.output


def test_a_row_without_context_fills_every_gap():
    """One row “Yes” translates every untranslated Yes and leaves the translated ones."""
    entries = [
        po.Entry("a.x", "Yes"),
        po.Entry("a.y", "Yes"),
        po.Entry("a.z", "Yes", strings=("إي",)),
    ]
    table = spreadsheet.rows("context,form,english,translation,state\r\n,,Yes,نعم,\r\n", "x.csv")
    result = spreadsheet.imported({entry.key: entry for entry in entries}, table, "ar")
    assert [entry.strings[0] for entry in result.entries] == ["نعم", "نعم", "إي"]
    assert (result.changed, result.refused) == (2, ())


def test_a_translator_sees_a_repeated_text_once(project):
    """A table without repetition holds each English once, and its rows fill every place."""
    flow = FLOW.replace('"=Call {emergency}"', '"Yes"').replace(
        "  next", "  moves: [exit]\n    next"
    )
    (project / "flows" / "menu.yaml").write_text(flow, encoding="utf-8")
    (project / "flows" / "other.yaml").write_text(
        flow.replace("flow: menu", "flow: other").replace("[exit]", "[exit, back]"), "utf-8"
    )
    sanad(project, "extract")
    file = project / "x.csv"
    assert sanad(project, "export", "kmr", str(file), "--distinct").exit_code == 0
    rows = spreadsheet.rows(file.read_text("utf-8"), "x.csv")
    assert [row.english for row in rows if not row.form] == ["What do you need?", "Yes"]
    assert file.read_text("utf-8").count("At most 20 characters. Stands in 4 places.") == 1
    file.write_text(file.read_text("utf-8").replace(",Yes,,", ",Yes,بەلێ,"), "utf-8")
    assert "4 texts changed, 0 rows refused" in sanad(project, "import", "kmr", str(file)).output


def test_fuzzy_is_confirmed_by_the_translator_only():
    """An unchanged fuzzy row stays fuzzy until its state says done or its text changes."""
    entry = po.Entry("a.x", "Yes!", strings=("نعم",), fuzzy=True, previous="Yes")
    table = spreadsheet.exported([entry], "ar")

    def after(text):
        return spreadsheet.imported({entry.key: entry}, spreadsheet.rows(text, "x"), "ar").entries[
            0
        ]

    assert after(table) == entry
    assert after(table.replace(",fuzzy,", ",done,")).fuzzy is False
    assert after(table.replace("نعم", "نعم!")).previous == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("context;form;english\n", "column `context` is missing"),
        ("", "column `context` is missing"),
        ('context,form,english,translation,state\n"a', "not CSV"),
        ("context,form,english,translation,state\na,,b,c,ready\n", "x.csv:2: state is one of"),
    ],
)
def test_a_table_of_another_form_is_refused(text, said):
    """A file that lost its heading or its commas is named, and nothing is imported."""
    with pytest.raises(po.CatalogueError) as caught:
        spreadsheet.rows(text, "x.csv")
    assert said in str(caught.value)


def test_faults_end_in_a_sentence_and_exit_one(project):
    """A missing catalogue, an unknown language, another encoding: one sentence, no traceback."""
    result = sanad(project, "export", "ar", str(project / "x.csv"))
    assert (result.exit_code, "sanad.po:1: missing" in result.output) == (1, True)
    assert sanad(project, "export", "ku", str(project / "x.csv")).exit_code == 2
    sanad(project, "extract")
    (project / "x.csv").write_bytes("سلام".encode("cp1256"))
    result = sanad(project, "import", "ar", str(project / "x.csv"))
    assert (result.exit_code, "not UTF-8" in result.output) == (1, True)


def test_review_state_is_honest(tmp_path):
    """Without a reviewer a language awaits review; with one, a later change of a text shows."""
    path = tmp_path / "REVIEW.toml"
    assert review.load(path)["ar"].state("abc") == "awaiting native review"
    path.write_text(
        '[ar]\nreviewer = "N. O."\ndate = "2026-11-23"\nscope = ""\nfingerprint = "abc"\n', "utf-8"
    )
    seen = review.load(path)["ar"]
    assert seen.state("abc") == "reviewed by N. O. on 2026-11-23 (all texts)"
    assert seen.state("abd").endswith("changed since")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[ku]\n", "[ku] is no language of Sanad"),
        ('[ar]\nreviewed = "x"\n', "[ar] reviewed"),
        ('[ar]\nreviewer = "x"\n', "needs both reviewer and date"),
        ('[ar]\nreviewer = "x"\ndate = "soon"\n', "date is written 2026-11-23"),
        ("[ar\n", "not TOML"),
    ],
)
def test_a_doubtful_review_file_is_refused(tmp_path, text, said):
    """A review that cannot be read as one is no review: the command stops and says why."""
    path = tmp_path / "REVIEW.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(po.CatalogueError) as caught:
        review.load(path)
    assert said in str(caught.value)
