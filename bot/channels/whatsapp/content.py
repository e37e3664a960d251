"""The Content resources this installation has at Twilio: name to id, in one small file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.channels.whatsapp.client import CONTENT_SID
from bot.channels.whatsapp.layout import arrange, units
from bot.channels.whatsapp.render import compose
from bot.domain.message import WHATSAPP_LIST, Outgoing
from bot.errors import ConfigurationError

VERSION: Final = 1
REMEDY: Final = "remove the file and run `sanad channel push` again"


class Contents:
    """Which screens have a Content resource; without one a screen is sent as numbered text."""

    def __init__(self, sids: Mapping[str, str] | None = None) -> None:
        self._sids = dict(sids or {})

    def __len__(self) -> int:
        return len(self._sids)

    def find(self, key: str) -> str | None:
        """The id of the resource of this name."""
        return self._sids.get(key)

    def fields(self, outgoing: Outgoing) -> dict[str, str] | None:
        """The message as Twilio's ContentSid and ContentVariables; None: send it as text."""
        layout = arrange(outgoing)
        sid = layout and self.find(layout.key(outgoing.screen, outgoing.language))
        if layout is None or not sid:
            return None
        body = compose(outgoing, moves=layout.below)
        if units(body) > WHATSAPP_LIST.body:
            return None
        variables = json.dumps({"1": body}, ensure_ascii=False)
        return {"ContentSid": sid, "ContentVariables": variables}


def read(path: Path | None) -> Contents:
    """The file's resources, none when there is no file.

    Raises ConfigurationError when the file is not one that `sanad channel push` writes.
    """
    if path is None or not path.exists():
        return Contents()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        version, sids = document["version"], document["contents"]
        right = version == VERSION and all(CONTENT_SID.fullmatch(sid) for sid in sids.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        right = False
    if not right:
        raise ConfigurationError(f"{path.name} is not a list of Content resources; {REMEDY}.")
    return Contents(sids)


def write(path: Path, sids: Mapping[str, str]) -> None:
    """Replace the file as a whole; a reader never sees half of it."""
    document = {"version": VERSION, "contents": dict(sorted(sids.items()))}
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    new.replace(path)
