"""The audit chain's words are a closed list, and each is shown in words."""

import ast
from pathlib import Path

import bot
from bot.console.act_labels import ACTS as LABELS
from bot.domain.audit import ACTS, CASE_ACTS
from bot.domain.case import ACTS as STEPS
from bot.domain.notes import NOTE_KINDS

NAMED = {"Note": 2, "_note": 1, "sign_in": 2, "staying": 1, "step_case": 2}
"""Where an act is named: the place of the argument in calls of these functions."""


def test_every_act_is_labelled_and_no_other():
    """The page knows each word of the chain, and the chain each step of a case."""
    assert set(LABELS) == set(ACTS)
    assert len(set(ACTS)) == len(ACTS)
    assert set(STEPS) <= set(CASE_ACTS)


def test_the_program_writes_no_other_act():
    """Every act named anywhere in the program is one of the list."""
    named = {}
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = isinstance(call, ast.Call) and NAMED.get(_name(call.func))
            if place and len(call.args) > place and isinstance(call.args[place], ast.Constant):
                named[call.args[place].value] = f"{path.name}:{call.lineno}"
    assert len(named) > 20
    # `_note` is also how the case page's notes are made, which have kinds of their own.
    known = {*ACTS, *NOTE_KINDS}
    assert {word: where for word, where in named.items() if word not in known} == {}


def _name(called):
    return getattr(called, "id", getattr(called, "attr", ""))
