"""The facts every text may use: flows/facts.yaml and the organisation's own words."""

from datetime import date
from pathlib import Path

import yaml

from bot.app.organisation import Organisation
from bot.domain.language import TAGS, Tag
from bot.errors import ConfigurationError
from bot.i18n import phrases, rendering
from bot.i18n.catalogues import Catalogue
from bot.i18n.rendering import Param

KINDS = {"number": rendering.number, "email": rendering.email}


def read_facts(path: Path) -> dict[str, Param]:
    """Facts by name; ConfigurationError for one without kind, source or day of checking."""
    try:
        table = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes only texts
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name} cannot be read: {type(error).__name__}") from error
    facts = {}
    for name, fact in table.items():
        try:
            facts[name] = _fact(fact)
        except (KeyError, ValueError, TypeError) as error:
            raise ConfigurationError(
                f"{path.name}: `{name}` needs value, kind (number or email), source and checked "
                "(a day like 2026-11-23)"
            ) from error
    return facts


def last_checked(path: Path) -> str:
    """The newest day on which any fact was checked, like 2026-11-23."""
    table = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes only texts
    return max(str(fact["checked"]) for fact in table.values())


def _fact(fact: dict[str, str]) -> Param:
    date.fromisoformat(fact["checked"])
    if not fact["source"]:
        raise ValueError("no source")
    return KINDS[fact["kind"]](fact["value"])


def standing(
    facts: dict[str, Param], checked: str, organisation: Organisation, catalogue: Catalogue
) -> dict[Tag, dict[str, Param]]:
    """Placeholder values that are the same in every talk, by language."""
    return {
        tag: {
            **facts,
            "checked": rendering.date(checked),
            "organisation": rendering.name(organisation.name[tag]),
            "limits": rendering.prose(organisation.limits[tag]),
            "retention": rendering.rendered(
                phrases.counted(catalogue, tag, phrases.DAYS, organisation.retention_days)
            ),
            **{
                f"answer_{level}": rendering.prose(texts[tag])
                for level, texts in organisation.answers.items()
            },
        }
        for tag in TAGS
    }
