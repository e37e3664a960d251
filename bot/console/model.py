"""The report's data model for the browser: its closed lists, and their words in one language.

The browser reads an opened report with it (static/case/report.js); nothing of a report comes here.
"""

import json
from collections.abc import Mapping
from typing import Any

from bot.console.report_labels import FIELDS, LEVELS, REASONS, SHARES, TEXTS, WORDS
from bot.console.report_values import VALUES
from bot.console.texts import Texts
from bot.domain import report
from bot.domain.language import LANGUAGES
from bot.domain.report import MANY, NO_BY_DEFAULT, OPTIONAL_ONE, PREFER_NOT, REQUIRED_ONE
from bot.i18n.marking import ConsolePhrase


def report_model(texts: Texts) -> dict[str, Any]:
    """Everything the browser needs to read a report to who reads `texts`."""
    one = {
        **REQUIRED_ONE,
        **{name: (*allowed, PREFER_NOT) for name, allowed in OPTIONAL_ONE.items()},
    }
    words = _said(texts, WORDS)
    return {
        "schema": report.SCHEMA,
        "one": {name: list(allowed) for name, allowed in one.items()},
        "many": {name: list(allowed) for name, allowed in MANY.items()},
        "texts": dict(report.TEXTS),
        "no_by_default": list(NO_BY_DEFAULT),
        "fields": _said(texts, FIELDS),
        "text_labels": _said(texts, TEXTS),
        "shares": _said(texts, SHARES),
        "reasons": _said(texts, REASONS),
        "levels": list(_said(texts, LEVELS).values()),
        "values": _said(texts, VALUES),
        "words": {**words, "share": words["share"] + " "},
        "languages": {tag: language.own_name for tag, language in LANGUAGES.items()},
    }


def plain_json(value: object) -> str:
    """JSON for a template, in the order of the value: the order of the fields is how it is read."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _said(texts: Texts, phrases: Mapping[str, ConsolePhrase]) -> dict[str, str]:
    return {
        key: texts.catalogue.text(texts.tag, phrase.context, phrase.text)
        for key, phrase in phrases.items()
    }
