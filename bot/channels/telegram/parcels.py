"""What a turn still has to do in a chat, as calls in order."""

from collections import deque
from typing import Final

import structlog

from bot.channels.telegram import rendering
from bot.channels.telegram.updates import Heard
from bot.domain.message import Outgoing, Reply

SEND: Final = "sendMessage"
EDIT: Final = "editMessageText"
ERASE: Final = "deleteMessages"

_log: Final = structlog.get_logger()


class Chat:
    """One visitor's chat while it is written to: never shown, stored or logged."""

    __slots__ = ("called", "held", "holder", "id", "latest", "turns")

    def __init__(self, identifier: int) -> None:
        self.id = identifier
        self.latest = 0
        """The newest message known in the chat, ours or the visitor's."""
        self.turns = 0
        """Turns that had something to deliver; `called` is the newest that went out."""
        self.called = 0
        self.holder: Parcel | None = None
        """The delivery that is being repeated; `held` are those that wait behind it."""
        self.held: list[Parcel] = []

    def __repr__(self) -> str:
        return "<chat of a visitor>"


class Step:
    """One call. `instead`: what to send when an edit cannot be done; `references`: to erase."""

    __slots__ = ("body", "instead", "method", "references")

    def __init__(
        self,
        method: str,
        body: bytes,
        instead: Outgoing | None = None,
        references: tuple[int, ...] = (),
    ) -> None:
        self.method = method
        self.body = body
        self.instead = instead
        self.references = references


class Parcel:
    """What one turn still has to do in one chat: its first step is under way or next."""

    __slots__ = ("attempt", "chat", "mark", "sent", "steps", "turn", "until", "visitor")

    def __init__(self, chat: Chat, heard: Heard, steps: deque[Step]) -> None:
        self.chat = chat
        self.visitor = heard.visitor
        self.mark = heard.inbound.mark
        self.steps = steps
        self.sent: list[int] = []
        self.turn = chat.turns
        self.attempt = 0
        self.until = 0.0

    def __repr__(self) -> str:
        return f"<parcel of {len(self.steps)} calls>"


def steps_of(chat: Chat, heard: Heard, reply: Reply) -> deque[Step]:
    """The calls that carry out a reply: first erase, then edit or send."""
    steps: deque[Step] = deque()
    if reply.erase:
        steps.extend(_erasures(chat, tuple(one for one in reply.erase if one > 0)))
    body = _edit(chat, heard, reply)
    if body is not None:
        steps.append(Step(EDIT, body, instead=reply.messages[0]))
        return steps
    for message in reply.messages:
        steps.extend(sends(chat, message))
    return steps


def _edit(chat: Chat, heard: Heard, reply: Reply) -> bytes | None:
    """The body of an edit when the answer may stand where the pressed button stood.

    Not when something newer stands below: the visitor would look for the answer in vain.
    """
    inbound = heard.inbound
    if not inbound.press or len(reply.messages) != 1 or not reply.messages[0].in_place:
        return None
    if inbound.pressed <= 0 or inbound.pressed < chat.latest or inbound.pressed in reply.erase:
        return None
    return rendering.edit_body(chat.id, inbound.pressed, reply.messages[0])


def sends(chat: Chat, message: Outgoing) -> list[Step]:
    """The calls that send one message."""
    return [Step(SEND, body) for body in rendering.send_bodies(chat.id, message)]


def _erasures(
    chat: Chat, references: tuple[int, ...], most: int = rendering.ERASE_MOST
) -> list[Step]:
    batches = [references[at : at + most] for at in range(0, len(references), most)]
    return [Step(ERASE, rendering.erase_body(chat.id, one), references=one) for one in batches]


def replacement(chat: Chat, step: Step, status: int) -> list[Step]:
    """What to do instead of a call that Telegram refused for good."""
    if step.instead is not None:
        return sends(chat, step.instead)
    if len(step.references) > 1:
        # One message too old to delete must not keep the others on the screen.
        return _erasures(chat, step.references, (len(step.references) + 1) // 2)
    if step.method == SEND:
        _log.error("telegram.refused", status=status)
    return []
