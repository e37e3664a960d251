"""The deployer's own words: who runs this installation, its limits, its times."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.domain.language import TAGS, Tag
from bot.errors import ConfigurationError

NEEDED_TIMES = ("t0", "t1", "t2", "t3")


@dataclass(frozen=True, slots=True)
class Organisation:
    """Name, limits of confidentiality and answer times in four languages; retention in days."""

    name: dict[Tag, str]
    limits: dict[Tag, str]
    answers: dict[str, dict[Tag, str]]
    retention_days: int
    sample: bool = False
    mail: dict[str, str] = field(default_factory=dict, repr=False)
    """Where staff are called by e-mail, by handle (bot.channels.staff.mail)."""
    keepers: tuple[str, ...] = field(default=(), repr=False)
    """Addresses outside that are sent the audit chain's head every day."""


def load_organisation(path: Path | None) -> Organisation:
    """Read the organisation file; ConfigurationError names what is missing and how to mend it."""
    if path is None:
        raise ConfigurationError(
            "SANAD_ORGANISATION_FILE is not set: copy deploy/demo/organisation.toml, put your own "
            "words in, and name the copy"
        )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"SANAD_ORGANISATION_FILE: {path.name} cannot be read ({error.strerror})"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"SANAD_ORGANISATION_FILE: {path.name}: {error}") from error
    days = table.get("retention_days")
    if not isinstance(days, int) or not 1 <= days <= 3650:
        raise ConfigurationError(f"{path.name}: retention_days must be a number from 1 to 3650")
    times = table.get("answers", {})
    return Organisation(
        name=_in_four(path, table, "name"),
        limits=_in_four(path, table, "limits"),
        answers={level: _in_four(path, times, level) for level in NEEDED_TIMES},
        retention_days=days,
        sample=bool(table.get("sample", False)),
        mail=_addresses(path, table.get("mail", {})),
        keepers=tuple(_addresses(path, _numbered(table.get("audit_keepers", []))).values()),
    )


def _numbered(keepers: object) -> dict[str, object]:
    listed = keepers if isinstance(keepers, list) else [""]
    return {f"audit_keepers {number}": each for number, each in enumerate(listed, start=1)}


def _addresses(path: Path, table: object) -> dict[str, str]:
    """The table [mail]: handle = "address"."""
    found = table if isinstance(table, dict) else {"": ""}
    for handle, address in found.items():
        name, at, host = str(address).partition("@")
        if not (name and at and host) or not str(address).isprintable() or " " in str(address):
            raise ConfigurationError(
                f'{path.name}: [mail] and audit_keepers need addresses like "name@host"; '
                f"{handle!r} has none"
            )
    return {str(handle): str(address) for handle, address in found.items()}


def _in_four(path: Path, table: dict[str, Any], key: str) -> dict[Tag, str]:
    texts = table.get(key, {})
    missing = [
        tag for tag in TAGS if not isinstance(texts, dict) or not str(texts.get(tag, "")).strip()
    ]
    if missing:
        raise ConfigurationError(
            f"{path.name}: [{key}] needs a text for {', '.join(missing)}; "
            "people must be able to read it in their language"
        )
    return {tag: str(texts[tag]).strip() for tag in TAGS}
