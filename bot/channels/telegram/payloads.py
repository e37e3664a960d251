"""The fields of Telegram's update JSON that are read; whatever is not named here is skipped.

Names, user names, phone numbers of shared contacts and file ids have no field, so they never
become Python objects: no log line, no traceback and no memory dump of ours can carry them. Kinds of
content that cannot be read here are held as `msgspec.Raw`: it is only asked whether they are there.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Raw, Struct

_Number = Annotated[int, Meta(ge=-(2**62), le=2**62)]
_Mark = Annotated[int, Meta(ge=0, le=2**62)]
_NONE: Final = Raw()


class Chat(Struct, gc=False):
    """A chat; a private one has the number of its person."""

    id: _Number
    type: str = "private"


class Location(Struct, gc=False):
    """A place, in degrees."""

    latitude: float
    longitude: float


class Message(Struct, gc=False):
    """A message, new or edited."""

    message_id: _Number
    chat: Chat
    text: str = ""
    caption: str = ""
    location: Location | None = None
    voice: Raw = _NONE
    audio: Raw = _NONE
    photo: Raw = _NONE
    video: Raw = _NONE
    video_note: Raw = _NONE
    animation: Raw = _NONE
    document: Raw = _NONE
    contact: Raw = _NONE
    sticker: Raw = _NONE
    poll: Raw = _NONE


class Sender(Struct, gc=False):
    """Who pressed a button."""

    id: _Number


class Pressed(Struct, gc=False):
    """The message a pressed button stood on."""

    message_id: _Number
    chat: Chat


class Query(Struct, gc=False):
    """A pressed button."""

    id: str
    sender: Sender = msgspec.field(name="from")
    message: Pressed | None = None
    data: str = ""


class Status(Struct, gc=False):
    """What somebody is in a chat."""

    status: str = ""


class Membership(Struct, gc=False):
    """The bot was added to a chat, removed, blocked or unblocked."""

    chat: Chat
    new_chat_member: Status


class Update(Struct, gc=False):
    """One update; at most one of its parts is there."""

    update_id: _Mark
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Query | None = None
    my_chat_member: Membership | None = None


class RoughMessage(Struct, gc=False):
    """A message whose content has another shape than we know: still somebody who waits."""

    message_id: _Number
    chat: Chat


class RoughUpdate(Struct, gc=False):
    """An update of which only its sender is certain."""

    update_id: _Mark
    message: RoughMessage | None = None


class Numbered(Struct, gc=False):
    """The number of an update of any kind."""

    update_id: _Mark
