"""Make the Content resources that turn screens into list pickers and quick replies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.channels.whatsapp import content
from bot.channels.whatsapp.client import CONTENT_SID, TwilioApi
from bot.channels.whatsapp.layout import Item, Layout, arrange
from bot.domain.language import Tag
from bot.domain.message import Outgoing
from bot.errors import SanadError

LANGUAGE_CODES: Final[Mapping[Tag, str]] = {"ar": "ar", "ckb": "ku", "kmr": "ku", "en": "en"}
"""Twilio wants two letters; it is a label only, the resource is never submitted to Meta."""
SAMPLE: Final = "-"
"""Stands in for the whole body, which is the one variable."""


class PushError(SanadError):
    """Twilio cannot be asked, or refused every resource."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many resources were made, were there already, were refused, and need none."""

    created: int = 0
    kept: int = 0
    refused: int = 0
    as_text: int = 0


async def push(
    api: TwilioApi, screens: Iterable[Outgoing], openers: Mapping[Tag, str], path: Path
) -> Pushed:
    """Create what is missing and write the file; `openers` label the button that opens a list.

    Raises PushError when Twilio does not answer or refuses the account.
    """
    existing = await api.contents()
    if existing is None:
        raise PushError(
            "Twilio did not list the Content resources: check SANAD_TWILIO_ACCOUNT_SID, "
            "SANAD_TWILIO_AUTH_TOKEN and the network, then run the command again."
        )
    sids: dict[str, str] = {}
    wanted, as_text = _wanted(screens, openers)
    refused = 0
    for key, resource in wanted.items():
        sid = existing.get(key) or await _create(api, resource)
        if sid is None:
            refused += 1
        else:
            sids[key] = sid
    content.write(path, sids)
    kept = sum(key in existing for key in sids)
    return Pushed(len(sids) - kept, kept, refused, as_text)


def _wanted(
    screens: Iterable[Outgoing], openers: Mapping[Tag, str]
) -> tuple[dict[str, dict[str, Any]], int]:
    wanted: dict[str, dict[str, Any]] = {}
    as_text = 0
    for screen in screens:
        layout = arrange(screen)
        if layout is None:
            as_text += 1
            continue
        key = layout.key(screen.screen, screen.language)
        wanted[key] = resource(key, layout, screen.language, openers[screen.language])
    return wanted, as_text


def resource(key: str, layout: Layout, language: Tag, opener: str) -> dict[str, Any]:
    """One Content resource in Twilio's JSON form."""
    if layout.kind == "twilio/list-picker":
        shown: dict[str, Any] = {"button": opener, "items": [_row(it) for it in layout.items]}
    else:
        shown = {"actions": [_button(it) for it in layout.items]}
    return {
        "friendly_name": key,
        "language": LANGUAGE_CODES[language],
        "variables": {"1": SAMPLE},
        "types": {layout.kind: {"body": "{{1}}", **shown}},
    }


def _row(item: Item) -> dict[str, str]:
    described = {"description": item.description} if item.description else {}
    return {"id": item.identifier, "item": item.label, **described}


def _button(item: Item) -> dict[str, str]:
    return {"type": "QUICK_REPLY", "id": item.identifier, "title": item.label}


async def _create(api: TwilioApi, wanted: Mapping[str, Any]) -> str | None:
    answer = await api.create_content(wanted)
    if answer.status == 400 and wanted["language"] not in {"ar", "en"}:
        # WhatsApp's own templates know no Kurdish; if Twilio checks that list, the label gives.
        answer = await api.create_content({**wanted, "language": "en"})
    sid = answer.text("sid")
    return sid if answer.ok and CONTENT_SID.fullmatch(sid) else None
