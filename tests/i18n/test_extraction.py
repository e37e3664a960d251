"""Texts out of flows and Python, and catalogues brought up to date with them."""

import io
from pathlib import Path

import pytest
from babel.messages.extract import extract

from bot.domain.language import TAGS
from bot.engine import loader
from bot.i18n import contexts, merging, po
from bot.i18n.extraction import all_units, babel_flows, flow_units, python_units
from bot.i18n.units import Unit, limit_of

ROOT = Path(__file__).parents[2]
FLOW = """\
flow: witness
start: thanks
nodes:
  thanks:
    say: Thank you for caring.
    note: Warm, not solemn.
    next: danger
  danger:
    ask: |
      Call {emergency}
      right now?
    save: danger_now
    short: Danger
    choices:
      yes: {label: "Yes", to: thanks, describe: It happens now}
      no: "No"
      long: {label: "I would rather not say anything about it", short: Rather not}
    next: thanks
  some:
    ask: Which?
    kind: many
    save: which
    choices: {one: One}
    next: thanks
  last:
    ask: Ready?
    moves: [exit]
    choices: {go: Go, wait: Wait}
    next: thanks
"""


def units():
    return {unit.context: unit for unit in flow_units(FLOW, "flows/witness.yaml")}


def test_every_text_of_a_flow_has_its_context():
    """Texts, short names, labels, descriptions and brief labels are found, values are not."""
    assert {context: unit.english for context, unit in units().items()} == {
        "witness.thanks": "Thank you for caring.",
        "witness.danger": "Call {emergency}\nright now?",
        "witness.danger.short": "Danger",
        "witness.danger.choice.yes": "Yes",
        "witness.danger.describe.yes": "It happens now",
        "witness.danger.choice.no": "No",
        "witness.danger.choice.long": "I would rather not say anything about it",
        "witness.danger.brief.long": "Rather not",
        "witness.some": "Which?",
        "witness.some.choice.one": "One",
        "witness.last": "Ready?",
        "witness.last.choice.go": "Go",
        "witness.last.choice.wait": "Wait",
    }


def test_contexts_tell_flow_and_kind():
    """A context alone says which flow a text is of and what kind of text it is."""
    kinds = {context: contexts.kind_of(context) for context in units()}
    assert kinds["witness.danger"] == "text"
    assert kinds["witness.danger.short"] == "short"
    assert kinds["witness.danger.choice.yes"] == "choice"
    assert kinds["witness.danger.describe.yes"] == "describe"
    assert kinds["witness.danger.brief.long"] == "brief"
    assert contexts.kind_of("program.progress") == "program"
    assert {contexts.flow_of(context) for context in units()} == {"witness"}


def test_translators_are_told_limits_notes_and_questions():
    """A comment holds the author's note, the question a label answers, and its limit."""
    found = units()
    assert found["witness.thanks"].comments == ("Warm, not solemn.",)
    assert found["witness.danger.choice.no"].comments == (
        "Answers “Call {emergency} right now?”",
        "At most 24 characters.",
    )
    assert "Keep {emergency} as it is." in found["witness.danger"].comments
    assert limit_of(found["witness.danger.describe.yes"].comments) == 72
    assert limit_of(found["witness.danger.choice.long"].comments) == 0
    assert limit_of(found["witness.danger.brief.long"].comments) == 24
    assert limit_of(found["witness.last.choice.go"].comments) == 20
    assert limit_of(found["witness.some.choice.one"].comments) == 22


def test_the_loader_and_the_extractor_agree(tmp_path):
    """What the engine looks up is exactly what translators are given."""
    (tmp_path / "witness.yaml").write_text(FLOW, encoding="utf-8")
    wanted = {(text.context, text.english) for text in loader.texts(loader.load_flows(tmp_path))}
    assert wanted == {(unit.context, unit.english) for unit in units().values()}


def test_the_projects_own_texts_agree_too():
    """Every text of the flows of this project is extracted under the engine's own key."""
    paths = [path for path in (ROOT / "flows").glob("*.yaml") if path.name not in loader.NOT_FLOWS]
    flows = {path.stem: loader.load_flow(path) for path in paths}
    wanted = {(text.context, text.english) for text in loader.texts(flows)}
    found = {(unit.context, unit.english) for unit in all_units(ROOT)}
    assert wanted <= found
    assert all(context.startswith("program.") for context, _ in found - wanted)


def test_babel_can_call_the_extractor():
    """`pybabel extract` finds the same texts through the extraction method."""
    results = list(extract(babel_flows, io.BytesIO(FLOW.encode()), {"pgettext": ((1, "c"), 2)}))
    assert [(context, message) for _, message, _, context in results] == [
        (unit.context, unit.english) for unit in units().values()
    ]


def test_a_yaml_file_that_is_no_flow_is_passed_over():
    """Facts and other tables give no texts; a broken file is named with its line."""
    assert list(flow_units("emergency: {value: '911'}", "flows/facts.yaml")) == []
    assert list(flow_units("", "flows/empty.yaml")) == []
    with pytest.raises(po.CatalogueError, match=r"flows/bad.yaml:2: not YAML"):
        list(flow_units("flow: a\n  b: [", "flows/bad.yaml"))


def test_marked_strings_of_python_are_found(tmp_path):
    """Phrases of the program come with context, plural and comment; a wrong context is refused."""
    path = tmp_path / "a.py"
    path.write_text(
        "# TRANSLATORS: a day\n"
        'A = Phrase("program.a", "One")\n'
        'B = CountedPhrase("program.b", "{n} day", "{n} "\n    "days")\n',
        encoding="utf-8",
    )
    assert list(python_units(path, "bot/a.py")) == [
        Unit("program.a", "One", "", ("a day",), "bot/a.py", 2),
        Unit("program.b", "{n} day", "{n} days", (), "bot/a.py", 3),
    ]
    path.write_text('A = Phrase("menu.a", "One")\n', encoding="utf-8")
    with pytest.raises(po.CatalogueError, match=r'bot/a.py:1: .* begins with "program\."'):
        list(python_units(path, "bot/a.py"))


def catalogue(*entries):
    return {entry.key: entry for entry in entries}


def test_a_translation_stays_with_its_text():
    """An unchanged text keeps translation, notes and state, wherever it moves in the file."""
    old = catalogue(po.Entry("a.x", "Yes", strings=("نعم",), notes=("seen",)))
    first, second = merging.merged([Unit("a.new", "New"), Unit("a.x", "Yes")], old, "ar")
    assert first.strings == ("",)
    assert (second.strings, second.notes, second.fuzzy) == (("نعم",), ("seen",), False)


def test_a_changed_english_makes_the_translation_fuzzy():
    """A translation of an older English is kept for the translator and shown to nobody."""
    old = catalogue(po.Entry("a.x", "Call", strings=("اتصلوا",)))
    (entry,) = merging.merged([Unit("a.x", "Call now")], old, "ar")
    assert (entry.fuzzy, entry.strings, entry.previous) == (True, ("اتصلوا",), "Call")
    (again,) = merging.merged([Unit("a.x", "Call now")], catalogue(entry), "ar")
    assert again == entry


def test_a_renamed_node_keeps_its_translation_if_it_is_clear():
    """The same English under a new name keeps its text unless two old texts contradict."""
    yes = po.Entry("a.x", "Yes", strings=("نعم",))
    (entry,) = merging.merged([Unit("b.y", "Yes")], catalogue(yes), "ar")
    assert (entry.strings, entry.fuzzy) == (("نعم",), False)
    other = po.Entry("a.z", "Yes", strings=("أجل",))
    (entry,) = merging.merged([Unit("b.y", "Yes")], catalogue(yes, other), "ar")
    assert entry.strings == ("",)


def test_what_the_source_dropped_is_dropped():
    """A text nobody is shown any more is gone from the catalogue."""
    assert merging.merged([], catalogue(po.Entry("a.x", "Yes", strings=("نعم",))), "ar") == []


def test_plural_texts_get_the_forms_of_the_language():
    """Six empty forms for Arabic, two for the others; a singular that becomes plural is fuzzy."""
    unit = Unit("program.d", "{n} day", "{n} days")
    sizes = {tag: len(merging.merged([unit], {}, tag)[0].strings) for tag in TAGS}
    assert sizes == {"ar": 6, "ckb": 2, "kmr": 2, "en": 2}
    old = catalogue(po.Entry("program.d", "{n} day", strings=("يوم",)))
    (entry,) = merging.merged([unit], old, "ar")
    assert (entry.strings, entry.fuzzy) == (("يوم", "", "", "", "", ""), True)


def test_two_texts_under_one_key_are_refused(tmp_path):
    """Two phrases of one name cannot silently share a translation."""
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "a.py").write_text(
        'A = Phrase("program.a", "One")\nB = Phrase("program.a", "One")\n', encoding="utf-8"
    )
    with pytest.raises(po.CatalogueError, match=r"bot/a.py:2: .* bot/a.py:1"):
        all_units(tmp_path)
