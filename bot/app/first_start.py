"""When this installation first served a sender: what is older at the provider is not ours."""

import hashlib
from pathlib import Path

from bot.errors import ConfigurationError


def first_start(folder: Path, sender: str, now: int) -> int:
    """The second of the first start with this sender, kept in `folder` from then on.

    A sender may have served other purposes before; what was written then is neither answered nor
    erased (deploy/decisions/0008). The file's name is a digest, because a sender is a number.
    """
    digest = hashlib.blake2s(sender.encode(), digest_size=8).hexdigest()
    path = folder / f"since-{digest}"
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(f"{now}\n")
    except FileExistsError:
        text = path.read_text(encoding="ascii").strip()
        if not text.isdecimal():
            raise ConfigurationError(
                f"{path.name} does not hold a second since 1970; remove it, and messages that "
                "wait at Twilio from before the next start stay untouched"
            ) from None
        return int(text)
    return now
