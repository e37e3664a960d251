"""Identity files: a caseworker's or administrator's private keys under a passphrase."""

import os
import secrets
from pathlib import Path
from typing import Final

import typer

from bot.errors import ConfigurationError
from bot.sealing import age, keys
from bot.sealing.opening import Identity, open_identity, seal_identity

SHORTEST_PASSPHRASE: Final = 12
WORK_FACTOR: Final = age.WORK_FACTOR


def passphrase(file: Path | None, *, new: bool = False, owner: str = "identity") -> str:
    """The first line of `file`, or what is typed unseen; asked twice for a new one."""
    if file is not None:
        text = _first_line(file)
    else:
        text = typer.prompt(
            f"Passphrase of the {owner} file", hide_input=True, confirmation_prompt=new, err=True
        )
    if new and len(text) < SHORTEST_PASSPHRASE:
        raise ConfigurationError(
            f"a passphrase has at least {SHORTEST_PASSPHRASE} characters; five random words are "
            "good, and easy to remember"
        )
    return str(text)


def make_identity(path: Path, secret: str, work_factor: int = WORK_FACTOR) -> Identity:
    """Make keys and write them to a new file only its owner reads; never over another file."""
    identity = Identity((secrets.token_bytes(keys.SEED_SIZE),), secrets.token_bytes(32))
    write_private(path, seal_identity(identity, secret, work_factor))
    return identity


def read_identity(path: Path, secret: str) -> Identity:
    """The keys in a file; OpenError for a wrong passphrase or another file."""
    try:
        blob = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"the identity file {path.name} cannot be read ({error.strerror}); name it with "
            "--identity or SANAD_IDENTITY"
        ) from error
    return open_identity(blob, secret)


def recipient_text(identity: Identity) -> str:
    """The public key that cases are sealed to: `age1pq1…`."""
    return str(keys.recipient_of(identity.seeds[0]))


def verify_text(identity: Identity) -> str:
    """The public key that signatures are checked with, in hex."""
    return keys.signing_public(identity.signing).hex()


def write_private(path: Path, data: bytes) -> None:
    """A new file with mode 0600; ConfigurationError if there already is one of this name."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(
            f"{path.name} is already there and is not overwritten; move it away or name another"
        ) from error
    except OSError as error:
        raise ConfigurationError(f"{path.name} cannot be written ({error.strerror})") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _first_line(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the passphrase file {file.name} cannot be read") from error
    return text.splitlines()[0] if text else ""
