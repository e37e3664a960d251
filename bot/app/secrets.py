"""The host's secrets: made once, never in the database, never in a backup."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.errors import ConfigurationError
from bot.ports.runtime import Entropy

PEPPER_BYTES: Final = 32
SALT_BYTES: Final = 16
SEED_BYTES: Final = 32
AUDIT_KEY: Final = "audit.key"
OPEN_TO_OTHERS: Final = 0o077


@dataclass(frozen=True, slots=True)
class HostSecrets:
    """What receipt codes are derived with, and what the server signs with.

    Without the pepper nobody can try a code. `audit` signs the daily head of the audit chain,
    `push` the calls to browsers of staff.
    """

    pepper: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    audit: bytes = field(repr=False)
    push: bytes = field(repr=False)


def host_secrets(folder: Path, entropy: Entropy, *, fresh: bool) -> HostSecrets:
    """Read the secrets; `fresh` (no database yet) makes those that are missing.

    ConfigurationError when one is missing beside an existing database: with a new one every code
    ever given out would be dead, so that is never done silently.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder.stat().st_mode & OPEN_TO_OTHERS:
            raise ConfigurationError(
                "SANAD_SECRETS_DIR is open to others: chmod 700, and see who has read it"
            )
    except OSError as error:
        raise ConfigurationError(f"SANAD_SECRETS_DIR: {error.strerror}") from error
    return HostSecrets(
        pepper=_secret(folder / "pepper", PEPPER_BYTES, entropy, fresh=fresh),
        salt=_secret(folder / "salt", SALT_BYTES, entropy, fresh=fresh),
        # Made anew where they are missing: nothing that was given out dies with these two, and
        # heads signed with an older key are told apart by its id.
        audit=_secret(folder / AUDIT_KEY, SEED_BYTES, entropy, fresh=True),
        push=_secret(folder / "push.key", SEED_BYTES, entropy, fresh=True),
    )


def audit_seed(folder: Path) -> bytes:
    """The key that signs heads, for a command; ConfigurationError when it is not there."""
    try:
        return (folder / AUDIT_KEY).read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"there is no {AUDIT_KEY} in SANAD_SECRETS_DIR; start the service once, or name the "
            "folder with --secrets-dir"
        ) from error


def _secret(path: Path, count: int, entropy: Entropy, *, fresh: bool) -> bytes:
    if not path.exists():
        if not fresh:
            raise ConfigurationError(
                f"SANAD_SECRETS_DIR: `{path.name}` is missing but there is a database: restore it "
                "from the escrow, or every receipt code given out so far is lost"
            )
        _make(path, entropy.random_bytes(count))
    secret = path.read_bytes()
    if len(secret) != count:
        raise ConfigurationError(f"SANAD_SECRETS_DIR: `{path.name}` has not {count} bytes: restore")
    return secret


def _make(path: Path, secret: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigurationError(
            f"SANAD_SECRETS_DIR: `{path.name}` is missing and cannot be made ({error.strerror}); "
            "let this folder be written to for one start"
        ) from error
