"""The JSON Schema of a flow file, so that editors complete and check while one writes."""

from typing import Any, Final

from bot.engine.flow import ACTS, FACTS, KINDS, MOVES

TEXT: Final[dict[str, Any]] = {"type": "string", "minLength": 1}
NAME: Final[dict[str, Any]] = {"type": "string", "pattern": r"^[a-z][a-z0-9_]*$"}
TARGET: Final[dict[str, Any]] = {"type": "string", "pattern": r"^[a-z0-9_]+(\.[a-z0-9_]+)?$"}
FLAG: Final[dict[str, Any]] = {"type": ["boolean", "string"]}
SCALAR: Final[dict[str, Any]] = {"type": ["string", "number", "boolean"]}


def flow_schema() -> dict[str, Any]:
    """The schema (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Sanad flow",
        "type": "object",
        "additionalProperties": False,
        "required": ["flow", "start", "nodes"],
        "properties": {
            "flow": NAME,
            "start": NAME,
            "topic": NAME,
            "topics": {"type": "array", "items": NAME},
            "steps": {"type": "array", "items": NAME},
            "review": NAME,
            "nodes": {"type": "object", "additionalProperties": {"$ref": "#/$defs/node"}},
        },
        "$defs": {
            "node": _node(),
            "choice": _choice(),
            "condition": _condition(),
            "way": _way(),
        },
    }


def _node() -> dict[str, Any]:
    acts = [{"const": act, "description": ", ".join(results)} for act, results in ACTS.items()]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "say": TEXT,
            "ask": TEXT,
            "kind": {"enum": list(KINDS)},
            "choices": {"type": "object", "additionalProperties": {"$ref": "#/$defs/choice"}},
            "save": NAME,
            "short": TEXT,
            "next": {"$ref": "#/$defs/way"},
            "required": FLAG,
            "skip": TARGET,
            "moves": {"type": "array", "items": {"enum": list(MOVES)}},
            "copy": {"type": "array", "items": NAME},
            "set": {"type": "object", "additionalProperties": SCALAR},
            "clear": {"type": "array", "items": NAME},
            "do": {"oneOf": acts},
            "results": {"type": "object", "additionalProperties": TARGET},
            "free": FLAG,
            "limit": {"type": ["integer", "string"]},
            "more": NAME,
            "return": FLAG,
            "end": FLAG,
            "note": TEXT,
        },
    }


def _choice() -> dict[str, Any]:
    return {
        "oneOf": [
            TEXT,
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["label"],
                "properties": {"label": TEXT, "to": TARGET, "describe": TEXT, "short": TEXT},
            },
        ]
    }


def _condition() -> dict[str, Any]:
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {
            "fact": {"enum": list(FACTS)},
            "not": {"$ref": "#/$defs/condition"},
            "any": {"type": "array", "items": {"$ref": "#/$defs/condition"}},
        },
        "additionalProperties": {"oneOf": [SCALAR, {"type": "array", "items": SCALAR}]},
    }


def _way() -> dict[str, Any]:
    rule = {
        "type": "object",
        "additionalProperties": False,
        "required": ["to"],
        "properties": {"when": {"$ref": "#/$defs/condition"}, "to": TARGET},
    }
    return {"oneOf": [TARGET, {"type": "array", "minItems": 1, "items": rule}]}
