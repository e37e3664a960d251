"""Who is writing, held in memory only and never shown, stored, logged or pickled."""

from typing import NoReturn


class Visitor:
    """The person at the other end of a channel: `channel` and the channel's own opaque id.

    `vid` is the only way to the identifier; it feeds keyed functions (bot.sealing.epochs) and is
    never written anywhere. The repr hides it, so a traceback or a log line cannot carry it.
    """

    __slots__ = ("_vid", "channel", "memo")

    def __init__(self, channel: str, identifier: str) -> None:
        self.channel = channel
        self._vid = f"{channel}\x00{identifier}".encode()
        self.memo: object = None
        """What one turn works out about the visitor (pseudonyms), so that it does so once."""

    @property
    def vid(self) -> bytes:
        """Channel and identifier as bytes: secret input of the keyed functions."""
        return self._vid

    def __repr__(self) -> str:
        return f"<visitor on {self.channel}>"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Visitor) and other._vid == self._vid

    def __hash__(self) -> int:
        return hash(self._vid)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a visitor is never serialised")
