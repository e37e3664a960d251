"""Flow files: what is wrong is said with file, line, column and a remedy."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.content import FLOWS
from bot.app.schema import flow_schema
from bot.engine import lint, loader
from bot.engine.flow import ACTS, Book
from bot.errors import FlowError
from tests.engine.conftest import REQUIRED, write_book

BROKEN = [
    ("nodes:\n  a: {ask: x, choces: {y: Y}, next: a}", "did you mean `choices`"),
    ("nodes:\n  a: {ask: x, choices: {y: Y}, next: bb}\n  b: {say: x, next: a}", "did you mean"),
    ("nodes:\n  a: {say: x}", "leads nowhere"),
    ("nodes:\n  a: {do: sumbit, results: {}}", "did you mean `submit`"),
    ("nodes:\n  a: {do: submit, results: {sent: a}}", "also ends in no_roster, not_stored"),
    ("nodes:\n  a: {ask: x, kind: many, next: a}", "needs `choices`"),
    ("nodes:\n  a: {ask: x, kind: chioce, next: a}", "did you mean `choice`"),
    ("nodes:\n  a:\n    ask: x\n    kind: text\n    next: [{when: {b: c}, to: a}]", "no `when`"),
    (
        "nodes:\n  a: {ask: x, kind: text, next: [{when: {fact: hndoff}, to: a}, {to: a}]}",
        "handoff",
    ),
    ("nodes:\n  a: {say: x, next: a}\n  a: {say: y, next: a}", "written twice"),
    ("nodes: [", "not YAML"),
    ("nodes: \x01", "not YAML"),
    ("nodes:\n  a: {say: x, say: y, next: a}", "written twice"),
]


def written(folder: Path, body: str) -> Path:
    for name, text in REQUIRED.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    path = folder / "broken.yaml"
    path.write_text(f"flow: broken\nstart: a\n{body}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("body", "told"), BROKEN)
def test_a_fault_names_its_place_and_what_to_do(tmp_path: Path, body: str, told: str) -> None:
    """An author reads file:line:column and what was probably meant."""
    written(tmp_path, body)
    with pytest.raises(FlowError, match=r"^broken\.yaml:\d+:\d+: ") as caught:
        loader.load_flows(tmp_path)
    assert told in str(caught.value)


def test_yes_and_no_are_texts(tmp_path: Path) -> None:
    """YAML's `yes` and `no` are values like any other, without quotes."""
    written(tmp_path, "nodes:\n  a: {ask: x, choices: {yes: Yes, no: No}, next: menu.menu}")
    node = loader.load_flows(tmp_path)["broken"].nodes["broken.a"]
    assert [choice.value for choice in node.choices] == ["yes", "no"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("nodes:\n  a: {ask: x, kind: text, save: t, next: menu.menu}", "F102"),
        ("nodes:\n  a: {ask: x, kind: text, save: t, moves: [back], next: menu.menu}", "F105"),
        ("nodes:\n  a: {ask: x, kind: text, save: t, moves: [exit], next: menu.menu}", "F106"),
        ("nodes:\n  a: {say: x, next: b}\n  b: {say: y, next: a}", "F104"),
        ("nodes:\n  a: {ask: x, kind: text, next: menu.menu}", "F202"),
        ("nodes:\n  a: {ask: 'Call {hotline}', kind: text, save: t, next: menu.menu}", "F302"),
        ("nodes:\n  a: {ask: 'Call 116', kind: text, save: t, next: menu.menu}", "F304"),
        (f"nodes:\n  a: {{ask: '{'x' * 1025}', kind: text, save: t, next: menu.menu}}", "F401"),
        (f"nodes:\n  a: {{ask: x, choices: {{b: '{'y' * 25}'}}, next: menu.menu}}", "F402"),
        (
            (
                "nodes:\n  a: {ask: x, kind: text, save: t, "
                "next: [{when: {never: saved}, to: menu.menu}, {to: menu.menu}]}"
            ),
            "F201",
        ),
    ],
)
def test_the_linter_finds_what_would_hurt_a_reader(tmp_path: Path, body: str, code: str) -> None:
    """Each rule of the linter goes red for a flow that breaks it."""
    path = written(tmp_path, body)
    book = loader.make_book(loader.load_flows(path.parent), {})
    found = {problem.code for problem in lint.check(book) if problem.file == "broken.yaml"}
    assert code in found


def test_the_projects_flows_have_no_fault_of_structure() -> None:
    """Every node is reachable, has a way out and 911, and comes to an end."""
    book = loader.make_book(loader.load_flows(FLOWS), {})
    faults = [str(problem) for problem in lint.check(book) if problem.code != "F301"]
    assert faults == []


def test_a_book_is_known_by_its_content(tmp_path: Path) -> None:
    """The version changes with a word, and is the same for the same words."""
    one = write_book(tmp_path)
    assert write_book(tmp_path).version == one.version
    changed = REQUIRED["menu"].replace("What would you like?", "What now?")
    assert write_book(tmp_path, menu=changed).version != one.version


def test_a_kept_book_reads_back_as_it_was(tmp_path: Path) -> None:
    """A talk that began with an older version goes on in it after a restart."""
    import os

    from bot.app.library import Shelf

    old = write_book(tmp_path)
    Shelf(old, tmp_path / "books")
    new = replace(old, version="another")
    shelf = Shelf(new, tmp_path / "books")
    kept = shelf.book(old.version)
    assert isinstance(kept, Book)
    assert kept.nodes == old.nodes
    os.utime(tmp_path / "books" / f"{old.version}.json", (0, 0))
    assert Shelf(new, tmp_path / "books").book(old.version) is None


def test_the_schema_knows_every_act() -> None:
    """Editors complete the same acts the program performs."""
    acts = flow_schema()["$defs"]["node"]["properties"]["do"]["oneOf"]
    assert {act["const"] for act in acts} == set(ACTS)
