"""Write settings: what is no secret to sanad.toml, each secret to a file of its own."""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bot.app.settings import OWN_CREDENTIALS, Settings
from bot.errors import ConfigurationError

TOML_FILE: Final = "sanad.toml"
SECRET: Final = frozenset(
    {
        "telegram_token", "telegram_webhook_secret", "telegram_staff_chat", "twilio_account_sid",
        "twilio_auth_token", "twilio_sender", "smtp_url",
    }
)  # fmt: skip
"""The settings that never stand in sanad.toml."""


def written(folder: Path) -> dict[str, Any]:
    """What sanad.toml says now; empty if there is none."""
    try:
        return tomllib.loads((folder / TOML_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{TOML_FILE} cannot be read: {error}") from error


def has_secret(folder: Path, name: str) -> bool:
    """Whether a secret was written before."""
    return (folder / OWN_CREDENTIALS / name).is_file()


def write_settings(folder: Path, values: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
    """Replace the named settings, keep the rest; a secret that is "" is deleted."""
    unknown = (values.keys() | secrets.keys()) - Settings.model_fields.keys()
    if unknown:
        raise ConfigurationError(f"{', '.join(sorted(unknown))} is no setting of Sanad")
    if told := values.keys() & SECRET:
        raise ConfigurationError(f"{', '.join(sorted(told))} is a secret and has a file of its own")
    kept = {**written(folder), **values}
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in sorted(kept.items())
    ]
    _replace(folder / TOML_FILE, "\n".join((*lines, "")), 0o644)
    if secrets:
        (folder / OWN_CREDENTIALS).mkdir(mode=0o700, exist_ok=True)
        (folder / OWN_CREDENTIALS).chmod(0o700)
    for name, secret in secrets.items():
        if secret:
            _replace(folder / OWN_CREDENTIALS / name, secret + "\n", 0o600)
        else:
            (folder / OWN_CREDENTIALS / name).unlink(missing_ok=True)


def _replace(path: Path, text: str, mode: int) -> None:
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.chmod(mode)
    beside.replace(path)
