"""The .po reader and writer, against themselves and against two unrelated readers."""

import contextlib
import io
from dataclasses import replace

import polib
import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import po

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t\\\"'#{}"))
SOLID = TEXTS.filter(bool)
ENTRIES = st.lists(
    st.builds(
        po.Entry,
        context=SOLID,
        english=SOLID,
        plural=st.just(""),
        strings=st.tuples(TEXTS),
        fuzzy=st.booleans(),
        previous=TEXTS,
    )
    | st.builds(
        po.Entry,
        context=SOLID,
        english=SOLID,
        plural=SOLID,
        strings=st.tuples(*[TEXTS] * 6),
    ),
    unique_by=lambda entry: entry.key,
    max_size=6,
)


@given(ENTRIES)
def test_what_is_written_is_read_back(entries):
    """Any text survives writing and reading: quotes, backslashes, line ends, every script."""
    found = po.parse(po.written(entries, "ar"), "x.po")
    assert [replace(entry, line=0) for entry in found.values()] == entries


@given(ENTRIES)
def test_babel_reads_the_same_translations(entries):
    """A file of ours means the same to Babel, so that translators' tools agree with us."""
    catalog = read_po(io.BytesIO(po.written(entries, "ar").encode()))
    for entry in entries:
        message = catalog.get(
            (entry.english, entry.plural) if entry.plural else entry.english, entry.context
        )
        found = message.string if isinstance(message.string, tuple) else (message.string,)
        assert found == entry.strings
        assert message.fuzzy == entry.fuzzy


def test_a_file_of_another_tool_is_read():
    """Wrapped lines, obsolete entries, previous texts and other flags of Poedit are understood."""
    text = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"X-Generator: P\\n"\n\n'
        '# by hand\n#. note\n#: flows/a.yaml\n#, fuzzy, python-brace-format\n#| msgid ""\n'
        '#| "old"\nmsgctxt "a.b"\nmsgid ""\n"one "\n"two"\nmsgstr ""\n"eins\\n"\n"zwei"\n\n'
        '#~ msgid "gone"\n#~ msgstr "weg"\n'
    )
    for line_ends in (text, text.replace("\n", "\r\n"), "\ufeff" + text):
        (entry,) = po.parse(line_ends, "x.po").values()
        assert (entry.context, entry.english, entry.strings) == ("a.b", "one two", ("eins\nzwei",))
        assert (entry.fuzzy, entry.previous, entry.notes) == (True, "old", ("by hand",))
    assert polib.pofile(text)[0].msgstr == "eins\nzwei"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('msgid "a"\nmsgstr "b\n', "x.po:2: a text must stand between quotation marks"),
        ('msgid "a"\n\nmsgstr "b"\n', "msgstr is missing"),
        ('msgid "a"\nmsgstr "b" c"\n', 'x.po:2: a quotation mark inside a text is written \\"'),
        ('msgid "a"\nmsgstr "\\x"\n', "x.po:2: \\x is no known escape"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', "has the same English twice"),
        ('msgid "a"\nmsgid "c"\nmsgstr "b"\n', "x.po:2: msgid stands twice"),
        ('"a"\n', "x.po:1: a quoted line belongs to nothing"),
        ("hello\n", "x.po:1: `hello` is no part of a .po file"),
        ('msgid "a"\nmsgid_plural "b"\nmsgstr[1] "c"\n', "do not go 0, 1, 2"),
        ('msgid "a"\nmsgstr[0] "c"\n', "msgstr is missing"),
        ('msgid ""\nmsgstr "Content-Type: text/plain; charset=cp1256\\n"\n', "must be UTF-8"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(body, said):
    """What is not understood stops the start with file, line and what is wrong; no guessing."""
    with pytest.raises(po.CatalogueError) as caught:
        po.parse(body, "x.po")
    assert said in str(caught.value)


@given(st.text(st.sampled_from('msgidtrctxl"\\n #,|[0]\n :.~'), max_size=120))
def test_no_text_breaks_the_reader_in_another_way(text):
    """Whatever a file holds, it is read or refused by a CatalogueError, never by another error."""
    with contextlib.suppress(po.CatalogueError):
        po.parse(text, "x.po")


def test_writing_replaces_the_file_in_one_step(tmp_path):
    """A catalogue on disk is always whole, and no other file stays behind."""
    path = tmp_path / "ar" / "LC_MESSAGES" / "sanad.po"
    po.write(path, [po.Entry("a.b", "Yes", strings=("نعم",))], "ar")
    po.write(path, [po.Entry("a.b", "Yes", strings=("أجل",))], "ar")
    assert [file.name for file in path.parent.iterdir()] == ["sanad.po"]
    assert po.read(path)["a.b", "Yes"].strings == ("أجل",)
    assert b"POT-Creation-Date" not in path.read_bytes()


def test_a_missing_or_foreign_file_is_named(tmp_path):
    """A catalogue that is not there or not UTF-8 is named without the folders above locales."""
    with pytest.raises(po.CatalogueError, match=r"ar/LC_MESSAGES/sanad.po:1: missing"):
        po.read(tmp_path / "ar" / "LC_MESSAGES" / "sanad.po")
    path = tmp_path / "sanad.po"
    path.write_bytes("سلام".encode("cp1256"))
    with pytest.raises(po.CatalogueError, match="not UTF-8"):
        po.read(path)
