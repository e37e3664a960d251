"""From Twilio's words to an `Inbound`: webhook forms and listed messages."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.domain.message import Inbound, OddKind
from bot.domain.visitor import Visitor

CHANNEL: Final = "whatsapp"
TEXT_LIMIT: Final = 4096
PRESS_LIMIT: Final = 200
STATIC_PRESS: Final = "="
"""How the id of an item in one of our Content resources begins (bot.engine.matching)."""
KNOWN: Final = frozenset(
    {
        "AccountSid",
        "ApiVersion",
        "Address",
        "Body",
        "ButtonPayload",
        "ButtonText",
        "ChannelMetadata",
        "Forwarded",
        "From",
        "FrequentlyForwarded",
        "Label",
        "Latitude",
        "ListDescription",
        "ListId",
        "ListTitle",
        "Longitude",
        "MessageSid",
        "MessageType",
        "MessagingServiceSid",
        "NumMedia",
        "NumSegments",
        "OriginalRepliedMessageSender",
        "OriginalRepliedMessageSid",
        "ProfileName",
        "ReferralNumMedia",
        "SmsMessageSid",
        "SmsSid",
        "SmsStatus",
        "To",
        "WaId",
    }
)
KINDS: Final[tuple[tuple[str, OddKind], ...]] = (
    ("image/webp", "sticker"),
    ("image/", "photo"),
    ("audio/", "voice"),
    ("video/", "video"),
    ("text/vcard", "contact"),
    ("text/x-vcard", "contact"),
    ("application/", "document"),
    ("text/", "document"),
)


def unknown_names(fields: Iterable[tuple[str, str]]) -> int:
    """How many field names Twilio did not send when this was written; only the count is logged."""
    names = {name for name, _ in fields if not name.startswith("Media")}
    return len(names - KNOWN)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One inbound message: who to answer (opaque), what to erase at Twilio, and what was done."""

    address: str = field(repr=False)
    sid: str = field(repr=False)
    inbound: Inbound = field(repr=False)

    @property
    def trace(self) -> int:
        """Names this message inside this process only (Python's hashes are keyed per process).

        Unlike the mark it does not change when an epoch key does, in the middle of a night.
        """
        return hash(self.sid)

    @property
    def visitor(self) -> Visitor:
        """The person behind the address."""
        return Visitor(CHANNEL, self.address)


def from_form(fields: Iterable[tuple[str, str]], mark: Callable[[str], int]) -> Arrival | None:
    """The message a webhook call carries; None for anything else (a status report, say)."""
    form: dict[str, str] = {}
    for name, value in fields:
        form.setdefault(name, value)
    sid, address = form.get("MessageSid") or form.get("SmsSid", ""), form.get("From", "")
    if not sid or not address or "MessageStatus" in form:
        return None
    return Arrival(address, sid, _inbound(form, mark(sid)))


def from_listing(message: Mapping[str, Any], mark: Callable[[str], int]) -> Arrival | None:
    """The message one entry of Twilio's list stands for; None when it has no sender or id.

    The list knows no button ids, places or media kinds: a chosen label comes as its text.
    """
    sid, address = message.get("sid"), message.get("from")
    if not isinstance(sid, str) or not isinstance(address, str) or not sid or not address:
        return None
    text = message.get("body")
    media = str(message.get("num_media") or "0") != "0"
    inbound = Inbound(
        mark=mark(sid),
        text=text[:TEXT_LIMIT] if isinstance(text, str) else "",
        odd="other" if media or not text else "",
    )
    return Arrival(address, sid, inbound)


def _inbound(form: Mapping[str, str], mark: int) -> Inbound:
    press = (form.get("ButtonPayload") or form.get("ListId") or "")[:PRESS_LIMIT]
    text = form.get("Body", "")[:TEXT_LIMIT]
    if press.startswith(STATIC_PRESS):
        # The body only repeats the label, and a label may be a command elsewhere.
        return Inbound(mark=mark, press=press)
    # A caption stays beside its picture: somebody may write 911 there.
    return Inbound(mark=mark, text=text, press=press, point=_point(form), odd=_odd(form))


def _odd(form: Mapping[str, str]) -> OddKind:
    """What kind of media came, by the name alone; the thing itself is never fetched."""
    if form.get("NumMedia", "0").strip() in {"", "0"}:
        return "location" if "Latitude" in form and _point(form) is None else ""
    content_type = form.get("MediaContentType0", "").lower()
    for beginning, kind in KINDS:
        if content_type.startswith(beginning):
            return kind
    return "other"


def _point(form: Mapping[str, str]) -> tuple[float, float] | None:
    latitude = _degrees(form.get("Latitude", ""), 90.0)
    longitude = _degrees(form.get("Longitude", ""), 180.0)
    if latitude is None or longitude is None:
        return None
    return latitude, longitude


def _degrees(text: str, limit: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if -limit <= value <= limit else None
